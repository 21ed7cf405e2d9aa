// State on its way: bytes that a view has made, with the message that they say for those who look into it.
import { createWireCodec } from '@painda/protocol'
import type { StateDelta, StateSnapshot } from '@painda/protocol'
import { outgoing } from './outgoing.js'
import type { Outgoing } from './outgoing.js'

/** State is encoded when it is made, once, in the order of its versions: the dictionary grows from delta to delta. */
export function encodedState(
  message: StateDelta | StateSnapshot,
  bytes: Uint8Array,
  forV2: () => StateDelta | StateSnapshot = () => message,
): Outgoing {
  let v2: Outgoing | null = null
  return {
    message,
    body: (codec) => (codec.name === 'painda.v3' ? bytes : (v2 ??= outgoing(forV2())).body(codec)),
  }
}

/** A snapshot without its state, which its bytes hold already. */
export function readLater(head: Omit<StateSnapshot, 'state'>, bytes: Uint8Array): StateSnapshot {
  return {
    ...head,
    get state() {
      const [message] = createWireCodec().decode(bytes)
      return message?.kind === 'snapshot' ? message.state : undefined
    },
  }
}

export function hasHash({ message }: Outgoing): boolean {
  return 'hash' in message && message.hash !== undefined
}
