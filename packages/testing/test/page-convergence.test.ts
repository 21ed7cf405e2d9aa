// What `expect(room).toConverge()` of the Playwright fixtures says of pages, without a browser.
import { expect, test } from 'vitest'
import { formatDifference } from '../src/converged.js'
import type { RoomOnServer } from '../src/playwright/channel.js'
import { describeDifferences, differencesOf, type Everybody } from '../src/playwright/converge.js'
import type { PageClient, PageRoom } from '../src/playwright/in-page.js'
import { expect as inPlaywright } from '../src/playwright/expect.js'
import type { Player } from '../src/playwright/player.js'

const onServer: RoomOnServer = {
  id: 'r1',
  name: 'arena',
  members: ['ada'],
  tick: 7,
  version: 3,
  state: { n: 5 },
}
const inPage: PageRoom = { id: 'r1', version: 3, status: 'joined', hasState: true }
const open: PageClient = { id: 'ada', status: 'open', rooms: [inPage] }

/** What is asked of a player here. */
function player(clients: readonly PageClient[], state: unknown = { n: 5 }): Player {
  const asked: Pick<Player, 'name' | 'clients' | 'stateAt'> & { page: { isClosed(): boolean } } = {
    name: 'Ada',
    clients: async () => clients,
    stateAt: async () => ({ seen: true, state }),
    page: { isClosed: () => false },
  }
  return asked as unknown as Player
}

async function wordsOf(players: readonly Player[], room: RoomOnServer = onServer): Promise<string> {
  return describeDifferences(await differencesOf({ server: { rooms: async () => [room] }, players }))
}

test('pages that have what the server has do not differ', async () => {
  expect(await wordsOf([player([open])])).toBe('')
  expect(await wordsOf([player([open]), player([])])).toBe('')
})

test('pages without any client are no agreement', async () => {
  const sentence = '- Ada, (client): it should be "a PPClient in one of the pages", and is nothing'
  expect(await wordsOf([player([]), player([])])).toBe(sentence)
})

test('a difference names player, room, path, both values and both versions', async () => {
  expect(await wordsOf([player([open], { n: 4 })])).toBe(
    '- Ada, room "arena:r1", n: the server has 5, the client 4 (versions 3 and 3)',
  )
})

test('a connection and a membership that differ are told in words', async () => {
  expect(await wordsOf([player([{ ...open, status: 'waiting' }])])).toBe(
    '- Ada, (connection): it should be "open", and is "waiting"',
  )
  expect(await wordsOf([player([{ ...open, rooms: [] }])])).toBe(
    '- Ada, room "arena:r1": the server has it in, and it is not',
  )
  expect(await wordsOf([player([open])], { ...onServer, members: [] })).toBe(
    '- Ada, room "arena:r1": it is in, and the server does not have it',
  )
})

test('of the global list the place is named', () => {
  const versions = { server: null, replica: null }
  const path = '(presence).ada.data.mood'
  expect(
    formatDifference({
      client: 'p1',
      room: null,
      name: null,
      path,
      server: 'calm',
      replica: 'cross',
      versions,
    }),
  ).toBe('p1, the global list, (presence).ada.data.mood: the server has "calm", the client "cross"')
})

test('whoever gives the matchers of Playwright something else is told what they take', async () => {
  const ada: unknown = player([open])
  await expect(inPlaywright(ada as Everybody).not.toConverge()).rejects.toThrow(
    'Only everybody can converge. Take the fixture',
  )
  const nobody = undefined as unknown as Player
  await expect(inPlaywright(ada as Player).not.toSee(nobody)).rejects.toThrow(
    'no player. await players(n) gives n of them.',
  )
})
