import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  assertJson,
  compileSync,
  createRandom,
  createTracker,
  createRecordHash,
  createTreeHash,
  createWireCodec,
  decodeFrame,
  deepEqual,
  findDifference,
  hashState,
  patchImmutable,
  writeFrame,
  type Json,
} from '../src/index.js'
import { codeOf } from './code-of.js'
import { json } from './delta-values.js'

const seed = Number(process.env['PP_SEED'])

test('[HA1] equal values have equal hashes: key order, −0 and undefined fields make no difference', () => {
  expect(hashState({ a: 1, b: { c: [0, 'x'] } })).toBe(hashState({ b: { c: [-0, 'x'] }, a: 1 }))
  expect(hashState({ a: 1, b: undefined })).toBe(hashState({ a: 1 }))
  fc.assert(
    fc.property(json, (value) => {
      expect(hashState(reversed(value))).toBe(hashState(value))
    }),
    { seed },
  )
})

test('[HA2] the hash is the same on every machine: these values have these hashes', () => {
  const hashes = [null, true, false, 0, 1, -1.5, '', 'pp', [], {}, [1, 2], { a: 1 }].map((value) =>
    hashState(value).toString(16).padStart(8, '0'),
  )
  expect(hashes).toMatchInlineSnapshot(`
    [
      "7feb352d",
      "297a2d39",
      "5bd1e995",
      "00000000",
      "94d1c971",
      "7976a331",
      "87254066",
      "c5c0303c",
      "67a2a8ee",
      "3cd6e3f3",
      "f77190a7",
      "9d428c5e",
    ]
  `)
})

test('[HA3] values that differ in one place have different hashes, a hundred thousand times', () => {
  const random = createRandom(7)
  const state = arena(random)
  const seen = new Map<number, string>()
  let before = hashState(state)
  for (let i = 0; i < 100_000; i++) {
    const player = state.players[random.pick(ids)]
    if (player === undefined) throw new Error('no such player')
    if (i % 3 === 0) player.x += 1 / 16
    else if (i % 3 === 1) player.hp ^= 1 << random.int(0, 30)
    else player.name = flipBit(player.name, random.int(0, player.name.length - 1))
    const after = hashState(player)
    expect(after).not.toBe(before)
    before = after
  }
  for (const value of lookAlikes) {
    const hash = hashState(value)
    expect(seen.get(hash) ?? JSON.stringify(value)).toBe(JSON.stringify(value))
    seen.set(hash, JSON.stringify(value))
  }
})

test('[HA4] both ends keep the hash as they go: it equals the hash of the whole after any changes', () => {
  fc.assert(
    fc.property(fc.integer(), fc.boolean(), (worldSeed, isRounded) => {
      const random = createRandom(worldSeed)
      const sync = compileSync(isRounded ? { 'players.*.x': { quantize: 1 / 4 }, log: { quantize: 10 } } : {})
      const tracker = createTracker(arena(random), { sync })
      const replicaHash = createTreeHash()
      let replica: unknown = structuredClone(sync.snapshotOf(tracker.state))
      for (let tick = 0; tick < 12; tick++) {
        for (let i = random.int(0, 3); i > 0; i--) change(tracker.draft, random)
        replica = patchImmutable(replica, tracker.commit())
        const whole = hashState(replica)
        if (random.next() < 0.7) expect(tracker.hash()).toBe(whole)
        if (random.next() < 0.7) expect(replicaHash.of(replica)).toBe(whole)
        expect(deepEqual(replica, sync.snapshotOf(tracker.state))).toBe(true)
      }
    }),
    { seed, numRuns: 200 },
  )
})

test('[HA4] a list of entries that come, change and go has the hash of the record that they make', () => {
  fc.assert(
    fc.property(fc.integer(), (worldSeed) => {
      const random = createRandom(worldSeed)
      const entries = new Map<string, Json>()
      const hash = createRecordHash(entries)
      for (let step = 0; step < 60; step++) {
        const id = random.pick([...ids, '__proto__', '7'])
        if (random.next() < 0.05) {
          for (const gone of entries.keys()) hash.changed(gone)
          entries.clear()
        } else {
          if (random.next() < 0.3) entries.delete(id)
          else entries.set(id, { at: random.int(0, 9), data: random.pick([null, 'away', 1]) })
          hash.changed(id)
        }
        if (random.next() < 0.5) expect(hash.value()).toBe(hashState(Object.fromEntries(entries)))
      }
    }),
    { seed, numRuns: 200 },
  )
})

test('[HA5] what did not change is not looked at again', () => {
  const hash = createTreeHash()
  let looks = 0
  const quiet = new Proxy({ x: 1 }, { ownKeys: (target) => (looks++, Reflect.ownKeys(target)) })
  hash.of({ quiet, tick: 1 })
  const afterFirst = looks
  hash.of({ quiet, tick: 2 })
  expect(afterFirst).toBe(1)
  expect(looks).toBe(afterFirst)
})

const ids = Array.from({ length: 20 }, (_, i) => `player-${i}`)

interface Arena {
  players: Record<string, { name: string; x: number; hp: number; tags?: Json[] }>
  log: Json[]
}

function arena(random: ReturnType<typeof createRandom>): Arena {
  const players: Arena['players'] = {}
  for (const id of ids)
    players[id] = { name: `name of ${id}`, x: random.int(0, 999) / 16, hp: random.int(0, 100) }
  return { players, log: [] }
}

function change(draft: Arena, random: ReturnType<typeof createRandom>): void {
  const id = random.pick(ids)
  const player = draft.players[id]
  switch (random.int(0, 5)) {
    case 0:
      delete draft.players[id]
      return
    case 1:
      draft.players[id] = { name: 'new', x: random.next(), hp: 1 }
      return
    case 2:
      draft.log.splice(random.int(0, draft.log.length), random.int(0, 1), random.int(0, 99))
      return
    case 3:
      if (player !== undefined) (player.tags ??= []).push(random.int(0, 3))
      return
    case 4:
      // Moved: the same object under another key.
      if (player !== undefined) {
        delete draft.players[id]
        draft.players[random.pick(ids)] = player
      }
      return
    default:
      if (player !== undefined) player.x += random.next()
  }
}

function flipBit(text: string, at: number): string {
  return text.slice(0, at) + String.fromCharCode(text.charCodeAt(at) ^ 1) + text.slice(at + 1)
}

/** Values that a careless hash takes for each other. */
const lookAlikes: unknown[] = [
  null,
  false,
  true,
  0,
  1,
  '',
  '0',
  '1',
  [],
  {},
  [[]],
  [{}],
  [null],
  [0],
  [0, 0],
  { a: null },
  { a: 0 },
  { b: 0 },
  { a: {}, b: 1 },
  { a: 1, b: {} },
  { a: { b: 1 } },
  { a: [1] },
  { '0': 1 },
  [1],
  [1, 2],
  [2, 1],
  [[1], 2],
  [1, [2]],
  { a: 1, b: 2 },
  { a: 2, b: 1 },
  'ab',
  'ba',
  ['ab'],
  ['a', 'b'],
]

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, child]) => [key, reversed(child)]),
  )
}

test('[HA6] half a character is hashed as what comes out at the other end', () => {
  const unit = fc.constantFrom('a', '\ud800', '\udbff', '\udc00', '\udfff', '\ufffd', '\u{1F600}', 'é')
  fc.assert(
    fc.property(fc.array(unit, { maxLength: 8 }), (units) => {
      const text = units.join('')
      const sent = Buffer.from(text).toString()
      expect(hashState([text])).toBe(hashState([sent]))
      expect(findDifference({ text }, { text: sent })).toBeNull()
    }),
    { seed },
  )
  expect(hashState('\ud800')).not.toBe(hashState('\ud800\udc00'))
})

test('[HA6] as a key it is no JSON, whoever says it', () => {
  for (const key of ['\ud800', 'a\udc00', '\ud83d\ud83d\ude00']) {
    expect(codeOf(() => assertJson({ [key]: 1 }))).toBe('STATE_NOT_JSON')
    expect(codeOf(() => createWireCodec().encode({ kind: 'event', type: 't', payload: { [key]: 1 } }))).toBe(
      'INVALID_PAYLOAD',
    )
    const payload = Buffer.from(JSON.stringify({ type: 't', payload: { [key]: 1 } }))
    expect(codeOf(() => decodeFrame(writeFrame('gaming', 0, false, payload)))).toBe('INVALID_PAYLOAD')
  }
  expect(codeOf(() => assertJson({ '\u{1F600}': '\ud800' }))).toBe('no error')
})

test('[HA6] in a v3 body the bytes of half a character are no text, in a key or a value', () => {
  const codec = createWireCodec()
  const bytesOf = (payload: unknown): Buffer =>
    Buffer.from(codec.encode({ kind: 'event', type: 't', payload }))
  for (const payload of [{ '\uac00': 1 }, { a: '\uac00' }]) {
    const body = bytesOf(payload)
    const at = body.indexOf('\uac00')
    expect(codec.decode(body)).toMatchObject([{ payload }])
    // U+D800 as UTF-8 would write it, if it could: as long as the character that stands there.
    body.set([0xed, 0xa0, 0x80], at)
    expect(codeOf(() => codec.decode(body))).toBe('MALFORMED_FRAME')
  }
})
