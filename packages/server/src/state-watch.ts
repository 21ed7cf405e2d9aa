// Finds out, in development, that somebody writes into `room.state`, which is for reading: such a write is noted nowhere, so it is never
// sent, and what is sent after it has another hash than clients have. Looked for where the state was read, when the code that read it
// is done: at most once a second for all rooms together, since it costs as much as the whole state.
import type { Time } from '@painda/protocol'
import { noAdvice, type Advise } from './advice.js'
import type { View } from './view.js'

const CHECK_EVERY_MS = 1000

type Watched = Pick<View<object>, 'isDirty' | 'hash' | 'hashAnew'>

export interface StateWatch {
  /** The state of this view is being handed out. */
  reads(view: Watched, label: string): void
  /** A tick of its room is over. */
  ticked(view: Watched, label: string): void
}

export function createStateWatch(time: Pick<Time, 'now'>, advise: Advise): StateWatch {
  if (advise === noAdvice) return { reads() {}, ticked() {} }
  let nextAt = -Infinity
  /** Was read in the middle of a change: what is written the right way is in the hash only after its commit. */
  let unsettled: Watched | null = null

  function check(view: Watched, label: string): void {
    if (view.isDirty() || view.hashAnew() === view.hash()) return
    advise(
      `Somebody wrote into \`room.state\` of ${label}, which is for reading: nobody is sent it. Write through ` +
        'room.update((state) => …), or into the `state` that handlers and hooks are given.',
      'state',
    )
  }

  return {
    reads(view, label) {
      if (time.now() < nextAt) return
      nextAt = time.now() + CHECK_EVERY_MS
      if (view.isDirty()) {
        unsettled = view
        return
      }
      // From here on it knows what the parts add up to, and adds up anew only what is written through the draft.
      view.hash()
      queueMicrotask(() => check(view, label))
    },
    ticked(view, label) {
      if (unsettled !== view || view.isDirty()) return
      unsettled = null
      check(view, label)
    },
  }
}
