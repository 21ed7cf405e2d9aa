import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  createWireCodec,
  PPError,
  readSessionFile,
  redactFrame,
  SESSION_FILE_VERSION,
  writeSessionFile,
  type InspectEvent,
  type Message,
  type SessionFile,
} from '@painda/protocol'
import { EVERY_KIND } from './every-kind.js'

const ABOUT = {
  startedAt: 1_700_000_000_000,
  sources: ['Ada', 'server'],
  app: '1.2.0',
  fingerprint: 'f',
  seed: 7,
}

function frame(messages: readonly Message[], bytes = new Uint8Array([0, 7, 255])): InspectEvent {
  return {
    kind: 'frame',
    at: 1.5,
    wallAt: 1_700_000_000_001,
    direction: 'in',
    seq: 3,
    peer: 'server',
    bytes,
    messages,
  }
}

const LOCAL: readonly InspectEvent[] = [
  { kind: 'connection', at: 1, peer: 'server', state: 'open' },
  { kind: 'room', at: 2, peer: 'server', room: 'arena', status: 'joined', version: 4 },
  { kind: 'desync', at: 3, peer: 'server', room: 'arena', have: 4, got: 6, path: 'players.p1' },
  { kind: 'error', at: 4, peer: 'server', code: 'RATE_LIMITED', message: 'slow down' },
]

function fileOf(events: readonly InspectEvent[]): SessionFile {
  return { about: ABOUT, lines: events.map((event, index) => ({ source: index % 2, event })) }
}

function faultOf(run: () => unknown): PPError {
  try {
    run()
  } catch (thrown) {
    if (thrown instanceof PPError) return thrown
    throw thrown
  }
  throw new Error('Nothing was thrown.')
}

test('a session file holds every kind of message and event, and writing what was read gives the same text', () => {
  const text = writeSessionFile(fileOf([...LOCAL, frame(EVERY_KIND), frame([])]))
  const read = readSessionFile(text)
  expect(read.about).toEqual(ABOUT)
  expect(read.lines).toHaveLength(LOCAL.length + 2)
  expect(read.lines[0]).toEqual({ source: 0, event: LOCAL[0] })
  expect(read.lines[LOCAL.length]?.event).toEqual(frame(EVERY_KIND))
  expect(writeSessionFile(read)).toBe(text)
})

test('payloads come back as they were: bytes, look-alikes of their notation and keys that reach a prototype', () => {
  const value = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.jsonValue(),
      fc.uint8Array({ maxLength: 8 }),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom('__pp_bytes', '__pp_plain', 'a', '__proto__'), tie('value'), {
        maxKeys: 2,
      }),
    ),
  })).value
  fc.assert(
    fc.property(value, (payload) => {
      const text = writeSessionFile(fileOf([frame([{ kind: 'event', type: 't', payload }])]))
      const read = readSessionFile(text)
      expect(writeSessionFile(read)).toBe(text)
      const [line] = read.lines
      if (line?.event.kind !== 'frame' || line.event.messages[0]?.kind !== 'event') throw new Error('lost')
      expect(plain(line.event.messages[0].payload)).toEqual(plain(payload))
    }),
  )
  expect(Object.hasOwn(Object.prototype, 'a')).toBe(false)
})

/** Prototypes aside, -0 as JSON has it. */
function plain(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (_key, inner: unknown) =>
      inner instanceof Uint8Array ? ['bytes', ...inner] : inner,
    ) ?? 'null',
  )
}

test('what is no session file, is of a newer release, or is damaged is named, with its line', () => {
  const good = writeSessionFile(fileOf(LOCAL))
  const [about = '', ...rows] = good.trimEnd().split('\n')
  const whys = (text: string): unknown => faultOf(() => readSessionFile(text)).details
  for (const foreign of ['', 'PNG', '{}', '[1]', 'null', '{"painda":"other","version":1}']) {
    expect(whys(foreign)).toEqual({ why: 'foreign' })
  }
  expect(whys(about.replace(`"version":${SESSION_FILE_VERSION}`, '"version":99'))).toEqual({ why: 'version' })
  expect(whys(about.replace('"sources":["Ada","server"]', '"sources":7'))).toEqual({
    why: 'damaged',
    line: 1,
  })
  for (const bad of [
    '{"source":0',
    '{"source":9,"event":{"kind":"connection","at":1,"state":"open"}}',
    '{"source":0,"event":{"kind":"frame","at":1}}',
    '{"source":0,"event":{"kind":"room","at":1,"room":"r","status":"joined","version":-1}}',
    '{"source":0,"event":{"kind":"x"}}',
    rows[0]?.replace('"at":1', '"at":"soon"') ?? '',
  ]) {
    expect(whys([about, rows[0], bad].join('\n'))).toEqual({ why: 'damaged', line: 3 })
  }
  const bytes = writeSessionFile(fileOf([frame([])])).replace('0007ff', '0007f')
  expect(whys(bytes)).toEqual({ why: 'damaged', line: 2 })
  for (const odd of [
    { kind: 'connection', at: 1e300, state: 'open' },
    { kind: 'reload', at: 1, side: 'page', outcome: '__proto__', file: 'f', message: 'm' },
    { kind: 'skipped', at: 1 },
    { kind: 'rate', at: 1, room: 7, rate: 'x' },
  ])
    expect(whys([about, JSON.stringify({ source: 0, event: odd })].join('\n'))).toEqual({
      why: 'damaged',
      line: 2,
    })
  expect(whys(' '.repeat(64 * 1024 * 1024 + 1))).toEqual({ why: 'large' })
})

test('random damage of a session file never gets past a typed error', () => {
  const text = writeSessionFile(fileOf([...LOCAL, frame(EVERY_KIND)]))
  fc.assert(
    fc.property(fc.nat(text.length - 1), fc.string({ maxLength: 3 }), (at, put) => {
      try {
        readSessionFile(text.slice(0, at) + put + text.slice(at + 1))
      } catch (thrown) {
        expect(thrown).toBeInstanceOf(PPError)
      }
    }),
  )
})

test('a hook changes lines on their way into the file, or leaves them out', () => {
  const text = writeSessionFile(fileOf(LOCAL), {
    redact: (line) =>
      line.event.kind === 'error' ? { ...line, event: { ...line.event, message: '…' } } : null,
  })
  expect(readSessionFile(text).lines.map(({ event }) => event)).toEqual([{ ...LOCAL[3], message: '…' }])
})

test('the tokens of a handshake become stars in messages and bytes, which keep their length', () => {
  const codec = createWireCodec()
  const messages: readonly Message[] = [
    {
      kind: 'hello',
      version: 3,
      token: 'ey.secret-of-ada',
      session: { id: 'c1', token: 'resume-me', received: 2 },
    },
  ]
  const bytes = codec.pack(messages.map((message) => codec.encode(message)))[0] ?? new Uint8Array()
  const shown = redactFrame(bytes, messages)
  expect(shown.bytes).toHaveLength(bytes.length)
  expect(codec.decode(shown.bytes)).toEqual(shown.messages)
  const all = JSON.stringify(shown.messages) + String.fromCharCode(...shown.bytes)
  expect(all).not.toMatch(/secret|resume-me/)
  expect(all).toContain('c1')
  expect(messages[0]).toMatchObject({ token: 'ey.secret-of-ada' })
  const plainFrame = codec.pack([codec.encode({ kind: 'received', count: 1 })])[0] ?? new Uint8Array()
  expect(redactFrame(plainFrame, [{ kind: 'received', count: 1 }]).bytes).toBe(plainFrame)
})

test('a frame with tokens is shown whatever they are, and stays as it is', () => {
  const codec = createWireCodec()
  // Characters that are a kind, a flag and the lengths of a bundle too.
  for (const token of ['\u0000', '\u0003', '\u0008', '\u0083', 'a', '*', '', 'hello']) {
    const messages: readonly Message[] = [
      { kind: 'hello', version: 3, token },
      {
        kind: 'event',
        type: 'aa',
        payload: 'x'.repeat(codec.encode({ kind: 'hello', version: 3, token })[2] ?? 1),
      },
    ]
    // As a socket of Node hands it over: its `slice` copies nothing.
    const bytes = Buffer.from(codec.pack(messages.map((message) => codec.encode(message)))[0] ?? [])
    const before = Buffer.from(bytes)
    const shown = redactFrame(bytes, messages)
    expect(bytes.equals(before)).toBe(true)
    expect(shown.bytes).toHaveLength(bytes.length)
    expect(codec.decode(shown.bytes)).toHaveLength(2)
    expect(shown.messages[0]).toEqual({ kind: 'hello', version: 3, token: '*'.repeat(token.length) })
  }
})
