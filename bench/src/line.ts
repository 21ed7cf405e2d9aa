// Our side of a figure: a tracked state, the encoder of one view, and a client that decodes it.
import { compileSync, createTracker, createViewEncoder, createWireCodec } from '@painda/protocol'
import type { Codec, Json, StateDelta, SyncTable, Tracker, ViewEncoder } from '@painda/protocol'
import { write } from './worlds.js'
import type { Write } from './worlds.js'

/** The hash travels once a second, at 20 ticks a second. */
const TICKS_PER_HASH = 20

export interface Line {
  readonly tracker: Tracker<unknown>
  write(writes: readonly Write[]): void
  /** The tick's payload. */
  encode(): Uint8Array
  decode(bytes: Uint8Array): void
  replica(): unknown
  /** The state of now for another client. */
  snapshot(): Uint8Array
  /** Another client that holds the state of now. */
  join(): Codec
}

export function createLine(state: Json, table: SyncTable = {}): Line {
  const sync = compileSync(table)
  const tracker = createTracker<unknown>(state, { sync })
  const view: ViewEncoder = createViewEncoder(1, sync.patterns)
  let version = 0
  let replica: unknown

  const snapshot = (): Uint8Array =>
    view.snapshot({ kind: 'snapshot', room: 'r', version, tick: version, state: tracker.state })

  function join(): Codec {
    const codec = createWireCodec()
    const [message] = codec.decode(snapshot())
    if (message?.kind === 'snapshot') replica = message.state
    return codec
  }
  const client = join()

  return {
    tracker,
    write: (writes) => write(tracker.draft, writes),
    encode() {
      const delta = tracker.commit() ?? {}
      version++
      const hash = version % TICKS_PER_HASH === 0 ? { hash: 0x9e3779b9 } : {}
      const message: StateDelta = {
        kind: 'delta',
        room: 'r',
        from: version - 1,
        to: version,
        tick: version,
        delta,
        ...hash,
      }
      return view.delta(message, tracker.pastOf)
    },
    decode(bytes) {
      const [message] = client.decode(bytes)
      if (message?.kind === 'delta') replica = message.state
    },
    replica: () => replica,
    snapshot,
    join,
  }
}
