// Rounds on a real clock, beside other work that comes and goes: late ticks, ticks given up, and every one plays again.
import { performance } from 'node:perf_hooks'
import { createJournalKeeper, createRandom, hostTime, readRecording, readSessionFile } from '@painda/protocol'
import { PPServer, PPVirtualClient, silentLogger } from '@painda/server'
import { replay } from '@painda/testing'
import { expect, test } from 'vitest'
import { playOn } from '../src/server/main.js'
import { Arena, contract } from '../src/shared/game.js'

const OPTIONS = { fillTo: 3, timing: { lobby: 0, countdown: 0 } }
const ROUNDS = 12
const AT_ONCE = 5

const time = hostTime(globalThis)
const sleep = (ms: number) => new Promise<void>((resolve) => void time.after(ms, resolve))

function work(ms: number): void {
  const end = performance.now() + ms
  while (performance.now() < end);
}

async function playRound(seed: number): Promise<string> {
  const random = createRandom(seed)
  const server = new PPServer({ time, contract, logger: silentLogger })
  const keeper = createJournalKeeper({ time })
  server.inspector.journal = keeper.journal
  playOn(server, OPTIONS)
  const clients = ['ada', 'ben'].map((id) => {
    const client = new PPVirtualClient(id, { time, random: random.fork(id) })
    client.connect(server)
    return client
  })
  const players = []
  for (const client of clients) {
    await sleep(random.int(1, 400))
    players.push(client.join(Arena, { options: { name: 'painter', color: 6 } }))
  }
  for (let turn = 0; turn < 15; turn++) {
    random.pick(players).send('move', { dx: random.int(-1, 1), dy: random.int(-1, 1) })
    await sleep(random.int(1, 150))
  }
  const arena = keeper.rooms().find(({ name }) => name === 'arena')
  const text = keeper.read(arena?.room ?? '') ?? ''
  await server.close()
  for (const client of clients) client.close()
  return text
}

test('rounds on a busy machine play again, all of them', async () => {
  const random = createRandom(Number(process.env['PP_SEED']))
  let isOver = false
  const others = (async () => {
    while (!isOver) {
      work(random.next() < 0.2 ? random.int(50, 500) : 5)
      await sleep(random.int(1, 60))
    }
  })()
  const texts: string[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const seeds = Array.from({ length: AT_ONCE }, () => random.int(1, 1e9))
    texts.push(...(await Promise.all(seeds.map(playRound))))
  }
  isOver = true
  await others
  for (const text of texts) {
    const recording = readRecording(readSessionFile(text))
    const played = await replay(recording, { contract, setup: (server) => playOn(server, OPTIONS) })
    expect(played.checks).toBeGreaterThan(5)
  }
})
