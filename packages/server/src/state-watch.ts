// Finds out, in development, that somebody writes into `room.state`, which is for reading: such a write is noted nowhere, so it is never
// sent, and what is sent after it has another hash than clients have. Looked for where the state was read, when the code that read it
// is done: at most once a second for all rooms together, since it costs as much as the whole state.
import type { Time } from '@painda/protocol'
import { noAdvice, type Advise } from './advice.js'
import type { View } from './view.js'

const CHECK_EVERY_MS = 1000

export interface StateWatch {
  /** The state of this view is being handed out. */
  reads(view: Pick<View<object>, 'isDirty' | 'hash' | 'hashAnew'>, label: string): void
}

export function createStateWatch(time: Pick<Time, 'now'>, advise: Advise): StateWatch {
  if (advise === noAdvice) return { reads() {} }
  let nextAt = -Infinity
  return {
    reads(view, label) {
      // What is written the right way is in the hash only after its commit.
      if (time.now() < nextAt || view.isDirty()) return
      nextAt = time.now() + CHECK_EVERY_MS
      // From here on it knows what the parts add up to, and adds up anew only what is written through the draft.
      view.hash()
      queueMicrotask(() => {
        if (view.isDirty() || view.hashAnew() === view.hash()) return
        advise(
          `Somebody wrote into \`room.state\` of ${label}, which is for reading: nobody is sent it. Write through ` +
            'room.update((state) => …), or into the `state` that handlers and hooks are given.',
          'state',
        )
      })
    },
  }
}
