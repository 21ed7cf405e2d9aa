import { deflateSync } from 'node:zlib'
import { createTransportPair, decodeFrame, encodeFrame, readFrameHeader } from '@painda/protocol'
import { expect, test } from 'vitest'
import { createCompressor } from '../src/v2-compression.js'
import { listen, RawPeer } from './hostile-kit.js'
import { V2Client } from './v2-client-kit.js'

const SHRINKS = 'abc'.repeat(1000)
const isCompressed = (frame: Uint8Array | undefined): boolean =>
  readFrameHeader(frame ?? new Uint8Array()).isCompressed

test('[VR13] nothing is compressed unless the option says deflate', async () => {
  for (const compression of [undefined, {}, { algorithm: 'none', threshold: 1 }] as const) {
    const { server, url } = await listen(compression === undefined ? {} : { compression })
    server.on('connection', (client) => client.emit('big', SHRINKS))
    const peer = await V2Client.connect(url)
    await peer.got('big')
    expect(peer.frames.some(isCompressed)).toBe(false)
  }
})

test('[VR13] payloads above the threshold are deflated, in their order among the others', async () => {
  const { server, url } = await listen({ compression: { algorithm: 'deflate', threshold: 1024 } })
  server.on('go', (client) => {
    for (let n = 0; n < 20; n++) {
      client.emit('n', n)
      client.emit('big', SHRINKS + n)
    }
    client.emit('end')
  })
  const peer = await V2Client.connect(url)
  peer.send({ type: 'go' })
  await peer.got('end')
  const expected = Array.from({ length: 20 }, (_one, n) => [n, SHRINKS + n]).flat()
  expect(peer.log.slice(0, -1).map(({ payload }) => payload)).toEqual(expected)
  expect(peer.frames.map(isCompressed)).toEqual([...expected.map((_one, i) => i % 2 === 1), false])
})

test('[VR13] v3 connections are left alone', async () => {
  const { server, url } = await listen({ compression: { algorithm: 'deflate', threshold: 0 } })
  const peer = await RawPeer.join(url, 'painda.v3')
  server.emit('big', SHRINKS)
  expect(await peer.got('big')).toBe(SHRINKS)
})

/** A compressor whose work ends when the test says so, and what comes out of it. */
function bench(threshold = 10, zlib: (bytes: Uint8Array) => Uint8Array = deflateSync) {
  const jobs: (() => void)[] = []
  const compress = createCompressor(
    { algorithm: 'deflate', threshold },
    (bytes) => new Promise((resolve) => jobs.push(() => resolve(zlib(bytes)))),
  )
  if (compress === null) throw new Error('No compressor.')
  const connect = () => {
    const [near, far] = createTransportPair()
    const got: Uint8Array[] = []
    far.onMessage((frame) => void got.push(frame))
    return { transport: compress(near), got }
  }
  return { jobs, connect }
}

const frameOf = (payload: string): Uint8Array => encodeFrame('gaming', { type: 't', payload })
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

test('[VR13] no frame overtakes another, in whichever order the work ends', async () => {
  const { jobs, connect } = bench(40)
  const { transport, got } = connect()
  const frames = [SHRINKS, 'a', `${SHRINKS}2`, 'b'].map(frameOf)
  for (const frame of frames) transport.send(frame)
  expect(transport.bufferedAmount).toBe(frames.reduce((sum, { byteLength }) => sum + byteLength, 0))
  jobs[1]?.()
  await settle()
  expect(got).toEqual([])
  jobs[0]?.()
  await settle()
  expect(got.map(isCompressed)).toEqual([true, false, true, false])
  expect(transport.bufferedAmount).toBe(0)
})

test('[VR13] a frame that would not become smaller, and one at the threshold, go as they are', async () => {
  const { jobs, connect } = bench(100, (bytes) => bytes.slice())
  const { transport, got } = connect()
  const atThreshold = encodeFrame('gaming', {
    type: 't',
    payload: 'a'.repeat(100 - '{"type":"t","payload":""}'.length),
  })
  const grows = frameOf(SHRINKS)
  transport.send(atThreshold)
  transport.send(grows)
  jobs[0]?.()
  await settle()
  expect(jobs).toHaveLength(1)
  expect(got).toEqual([atThreshold, grows])
})

test('[VR13] a frame for many is deflated once', async () => {
  const { jobs, connect } = bench()
  const [one, two] = [connect(), connect()]
  const frame = frameOf(SHRINKS)
  one.transport.send(frame)
  two.transport.send(frame)
  expect(jobs).toHaveLength(1)
  jobs[0]?.()
  await settle()
  for (const { got } of [one, two]) expect(got.map(isCompressed)).toEqual([true])
})

test('[VR13] a close does not wait: what is not smaller yet leaves as it is, before the close', async () => {
  const { jobs, connect } = bench()
  const { transport, got } = connect()
  const frame = frameOf(SHRINKS)
  transport.send(frame)
  transport.close()
  jobs[0]?.()
  await settle()
  expect(got).toEqual([frame])
  expect(decodeFrame(got[0] ?? new Uint8Array())).toEqual({ type: 't', payload: SHRINKS })
})

test.each([{ algorithm: 'brotli' }, { threshold: -1 }, { threshold: NaN }])(
  '[VR13] an option that makes no sense is refused: %j',
  (options) => {
    expect(() => createCompressor(options as { threshold: number })).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
    )
  },
)
