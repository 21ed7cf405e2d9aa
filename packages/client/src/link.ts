// One connection's bytes: messages out are gathered per turn into frames, frames in are taken apart into messages.
import { MAX_MESSAGES_PER_FRAME, toPPError } from '@painda/protocol'
import type { CloseInfo, Codec, Message, PPError, Transport, Undo } from '@painda/protocol'

/** One encoded message. Encoded when it was sent, so that what the caller does to the payload later does not travel. */
export interface Letter {
  readonly message: Message
  readonly body: Uint8Array
}

export interface Link {
  /** Begins to read. Apart from the making, because a Transport may deliver at once. */
  listen(): void
  /** Leaves with the end of this turn, in order. */
  send(letter: Letter): void
  /** True when the network has not taken what was sent: volatile messages are dropped then. */
  readonly isBehind: boolean
  /** From the welcome: frames stay below it. */
  maxFrameBytes: number
  /** Sends what waits and closes. Neither `onFrame` nor `onClose` is called afterwards. */
  close(code: number, reason: string): void
  /** What is due goes out within this call: the page stands still after it. */
  flush(): void
  /** As `close`, without waiting for an answer from the other end. */
  terminate(): void
}

export interface LinkOptions {
  transport: Transport
  codec: Codec
  onFrame: (messages: readonly Message[]) => void
  onClose: (info: CloseInfo) => void
  /** A frame that cannot be read. */
  onFault: (error: PPError) => void
  inspect: (direction: 'in' | 'out', bytes: Uint8Array, messages: readonly Message[]) => void
}

/** More than a good link ever has waiting; about a second of a slow phone's uplink. */
const BEHIND_BYTES = 64 * 1024

export function createLink({ transport, codec, onFrame, onClose, onFault, inspect }: LinkOptions): Link {
  const undos: Undo[] = []
  let pending: Letter[] = []
  let isOver = false

  function sendPending(): void {
    if (isOver) return
    const letters = pending
    pending = []
    for (const group of splitFrames(letters, link.maxFrameBytes)) {
      for (const frame of codec.pack(group.map(({ body }) => body))) {
        inspect(
          'out',
          frame,
          group.map(({ message }) => message),
        )
        transport.send(frame)
      }
    }
  }

  function receive(data: Uint8Array): void {
    if (isOver) return
    let messages: readonly Message[]
    try {
      messages = codec.decode(data)
    } catch (thrown) {
      onFault(toPPError(thrown, 'MALFORMED_FRAME'))
      return
    }
    inspect('in', data, messages)
    onFrame(messages)
  }

  function stop(): void {
    isOver = true
    pending = []
    for (const undo of undos) undo()
  }

  const link: Link = {
    listen() {
      undos.push(
        transport.onMessage(receive),
        transport.onClose((info) => {
          if (isOver) return
          stop()
          onClose(info)
        }),
      )
    },
    send(letter) {
      if (isOver) return
      pending.push(letter)
      if (pending.length === 1) void Promise.resolve().then(sendPending)
    },
    get isBehind() {
      return transport.bufferedAmount > BEHIND_BYTES
    },
    maxFrameBytes: Infinity,
    close(code, reason) {
      if (isOver) return
      sendPending()
      stop()
      transport.close(code, reason)
    },
    flush() {
      sendPending()
      transport.flush?.()
    },
    terminate() {
      if (isOver) return
      stop()
      transport.terminate()
    },
  }
  return link
}

/** What a body costs in the table of a frame of several: its length, and its share of the head. */
const TABLE_BYTES = 6

/** The letters as frames that the other end accepts: not too many messages, not too many bytes. */
function splitFrames(letters: readonly Letter[], maxBytes: number): readonly Letter[][] {
  const frames: Letter[][] = []
  let frame: Letter[] = []
  let bytes = 0
  for (const letter of letters) {
    const size = letter.body.byteLength + TABLE_BYTES
    const isFull = frame.length >= MAX_MESSAGES_PER_FRAME || bytes + size > maxBytes
    if (isFull && frame.length > 0) {
      frames.push(frame)
      frame = []
      bytes = 0
    }
    frame.push(letter)
    bytes += size
  }
  if (frame.length > 0) frames.push(frame)
  return frames
}
