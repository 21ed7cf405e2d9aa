// Peers whose bytes are looked at: what they send need not be something that this end could say.
import { createWireCodec, type InspectEvent } from '@painda/protocol'
import { expect, test } from 'vitest'
import { createKit } from './peer-kit.js'

const codec = createWireCodec()

/** The event "x" whose payload is that many lists inside each other. */
function nested(levels: number): Uint8Array {
  return Buffer.concat([
    Buffer.from([0x83, 0x01, 0x78]),
    Buffer.alloc((levels - 1) * 2, Buffer.from([0x87, 0x01])),
    Buffer.from([0x87, 0x00]),
  ])
}

test.each([60, 64, 65, 66, 67])(
  '[BI1][FB4] a hello beside an event %i levels deep is inspected, and harms nobody',
  async (levels) => {
    const { server, dial, join, settle } = createKit()
    const seen: InspectEvent[] = []
    server.inspector.listen((event) => void seen.push(event))
    const honest = await join()
    const peer = dial()
    const [frame = new Uint8Array()] = codec.pack([
      codec.encode({ kind: 'hello', version: 3, token: 'secret' }),
      nested(levels),
    ])
    peer.transport.send(frame)
    await settle()
    const frames = seen.flatMap((event) =>
      event.kind === 'frame' && event.direction === 'in' ? [event] : [],
    )
    expect(frames.at(-1)?.bytes).toHaveLength(frame.length)
    expect(Buffer.from(frames.at(-1)?.bytes ?? []).includes('secret')).toBe(false)
    server.emit('news')
    await settle()
    expect(honest.payloads('news')).toHaveLength(1)
  },
)

test('[BI1] whatever listens to the inspector and fails ends no connection', async () => {
  const { server, join, settle } = createKit()
  const faults: unknown[] = []
  server.on('error', ({ cause }) => void faults.push(cause))
  const peer = await join()
  const defect = new Error('the tool has a defect')
  server.inspector.listen(() => {
    throw defect
  })
  peer.emit('x')
  await settle()
  server.emit('news')
  await settle()
  expect(peer.closed).toBeNull()
  expect(faults).toContain(defect)
  expect(peer.payloads('news')).toHaveLength(1)
})
