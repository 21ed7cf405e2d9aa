// Texts cut in the middle of a character, both ends together: a handler that takes twelve units of a name whose last is an emoji.
import { createTransportPair, encodeFrame } from '@painda/protocol'
import { expect, test } from 'vitest'
import { assertConverge, createHarness } from '../src/index.js'
import { Board, contract, defineBoard } from './board.js'

const CUT = 'abcdefghijk\u{1F600}'.slice(0, 12)
const SEEN = 'abcdefghijk\ufffd'

interface Draft {
  list: unknown[]
  cells: Record<string, unknown>
}

async function gather() {
  const harness = createHarness({ contract, setup: defineBoard, clients: 2 })
  const rooms = harness.clients.map((client) => client.join(Board))
  await harness.settle()
  const desyncs: unknown[] = []
  for (const client of harness.clients) client.on('desync', (desync) => void desyncs.push(desync))
  const [room] = harness.server.rooms()
  if (room === undefined) throw new Error('no room')
  // What `Board` says its state is, and more: a handler may write what its types forbid.
  const write = (change: (draft: Draft) => void): void => room.update((draft) => change(draft as Draft))
  return { harness, rooms, desyncs, id: room.id, write }
}

test('[HA6] half a character in the state harms nobody: members see U+FFFD, and nobody loses step', async () => {
  const { harness, rooms, desyncs, id, write } = await gather()
  write((draft) => void draft.list.push(CUT, '\udfff\ud800', '\u{1F600}'))
  await harness.settle()
  await harness.time.advance(10_000)
  await assertConverge(harness)
  const late = harness.client().join(Board, { id })
  await harness.settle()
  for (const { state } of [...rooms, late]) expect(state?.list).toEqual([SEEN, '\ufffd\ufffd', '\u{1F600}'])
  // A change beside it, and of it.
  write((draft) => void draft.list.splice(0, 1, 'whole', '\ud83d'))
  await harness.time.advance(10_000)
  await assertConverge(harness)
  expect(late.state?.list).toEqual(['whole', '\ufffd', '\ufffd\ufffd', '\u{1F600}'])
  expect(desyncs).toEqual([])
  await harness.close()
})

test('[HA6] so does what a v2 client spells in JSON', async () => {
  const { harness, rooms, desyncs, write } = await gather()
  harness.server.onAny((_client, type, text) => {
    if (type === 'chat') write((draft) => void draft.list.push(text))
  })
  const [mine, theirs] = createTransportPair()
  harness.server.acceptTransport(theirs, { protocol: 'v2' })
  mine.send(encodeFrame('gaming', { type: 'chat', payload: '\ud800' }))
  await harness.time.advance(10_000)
  await assertConverge(harness)
  expect(rooms[0]?.state?.list).toEqual(['\ufffd'])
  expect(desyncs).toEqual([])
  mine.close(1000, '')
  await harness.close()
})

test('[HA6] and half a character in presence', async () => {
  const { harness, rooms, desyncs } = await gather()
  rooms[0]?.presence.update({ mood: CUT })
  const [first] = harness.server.getClients()
  if (first !== undefined) harness.server.presence.track(first, { name: CUT })
  await harness.settle()
  await harness.time.advance(10_000)
  await assertConverge(harness)
  expect(rooms[1]?.presence.others().map(({ data }) => data)).toEqual([{ mood: SEEN }])
  expect(desyncs).toEqual([])
  await harness.close()
})

test('[HA6] as a key it is refused where it enters', async () => {
  const { harness, write, desyncs } = await gather()
  const plain = (): void => write((draft) => void (draft.cells[CUT] = 1))
  const wrapped = (): void => write((draft) => void (draft.cells['a'] = { [CUT]: 1 }))
  for (const run of [plain, wrapped]) expect(run).toThrow(expect.objectContaining({ code: 'STATE_NOT_JSON' }))
  await harness.settle()
  expect(desyncs).toEqual([])
  await harness.close()
})
