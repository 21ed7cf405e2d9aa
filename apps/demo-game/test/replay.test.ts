// A round of the arena, with bots in it, plays again from what its journal kept; a changed rule is found at its tick.
import { createJournalKeeper, readRecording, readSessionFile, type JournalKeeper } from '@painda/protocol'
import { createHarness, replay } from '@painda/testing'
import type { PPServer } from '@painda/server'
import { expect, test } from 'vitest'
import { playOn } from '../src/server/main.js'
import { Arena, contract } from '../src/shared/game.js'

const OPTIONS = { fillTo: 4, timing: { lobby: 0, countdown: 1, play: 20, podium: 1 } }

async function recordRound() {
  const keepers: JournalKeeper[] = []
  const harness = createHarness({
    contract,
    setup(server) {
      const keeper = createJournalKeeper({ time: server.time, fingerprint: server.fingerprint })
      keepers.push(keeper)
      server.inspector.journal = keeper.journal
      playOn(server, OPTIONS)
    },
  })
  const [ann, bob] = ['ann', 'bob'].map((name) =>
    harness.client({ name }).join(Arena, { options: { name, color: 2 } }),
  )
  await harness.time.advance(1_700)
  for (const [index, [dx, dy]] of [
    [1, 0],
    [0, 1],
    [-1, 0],
    [0, -1],
    [0.6, 0.8],
  ].entries()) {
    ann?.send('move', { dx: dx ?? 0, dy: dy ?? 0 })
    await harness.time.advance(400 + index * 77)
    bob?.send('move', { dx: dy ?? 0, dy: dx ?? 0 })
    bob?.send('dash', {})
    bob?.request('buy', { item: 'bomb' }).catch(() => {})
    await harness.time.advance(1_900)
  }
  bob?.leave()
  await harness.time.advance(8_000)
  const [keeper] = keepers
  const kept = keeper?.rooms().find(({ name }) => name === 'arena')
  const text = keeper?.read(kept?.room ?? '') ?? ''
  await harness.close()
  return readRecording(readSessionFile(text))
}

const setup = (server: PPServer<typeof contract>): void => playOn(server, OPTIONS)

test('a round with bots plays again, state by state', async () => {
  const recording = await recordRound()
  const played = await replay(recording, { contract, setup })
  expect(played.checks).toBeGreaterThan(500)
  expect(played.events).toBeGreaterThan(0)
  expect(recording.events.some((event) => event.kind === 'input' && event.peer.startsWith('bot-'))).toBe(true)
})

test('a rule that was changed is found at the tick at which it first counts', async () => {
  const recording = await recordRound()
  // The state tells how long the round is as soon as it is played.
  const begun = recording.events.find(
    (event) => event.kind === 'step' && Reflect.get(Object(event.delta), 'phase') === 'play',
  )
  const shorter = { ...OPTIONS, timing: { ...OPTIONS.timing, play: 10 } }
  await expect(
    replay(recording, { contract, setup: (server) => playOn(server, shorter) }),
  ).rejects.toMatchObject({
    code: 'DESYNC',
    details: { tick: begun?.kind === 'step' ? begun.tick : 'never' },
  })
})
