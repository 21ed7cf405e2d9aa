// Half a minute of two players and a bot, and the test that it becomes: twenty of twenty runs, and a price that somebody changed.
import { expect, test } from './fixtures.js'
import { inspectorOf } from './support/inspector.js'
import { firstMessage, hold, RECORDED_GAME, recordTest, tickAfter } from './support/recorded.js'
import type { RecordedTest } from './support/recorded.js'

const SECONDS = 30
const RUNS = 20
const KEYS = ['ArrowRight', 'ArrowDown', 'ArrowLeft', 'ArrowUp']

test.use({ served: 'dev', ...RECORDED_GAME })

let recorded: RecordedTest | null = null
test.afterEach(async () => {
  await recorded?.remove()
  recorded = null
})

test('thirty seconds of a round pass as a test, 20 of 20, and fail at the purchase when the price is another', async ({
  game,
  players,
}) => {
  test.setTimeout(10 * 60_000)
  const [ada, ben] = await players(2)
  if (ada === undefined || ben === undefined) throw new Error('Two were asked for.')
  const self = ada.page.locator('[data-testid="player-row"][data-self="true"]')
  const adaId = (await self.getAttribute('data-player')) ?? ''
  const inspector = inspectorOf(ada.page)
  await inspector.open()
  recorded = await recordTest(inspector, async () => {
    await ada.page.mouse.click(300, 120)
    // What other code of the server writes is played again too.
    await game.giveCoins(adaId, 4)
    const end = Date.now() + SECONDS * 1000
    for (let turn = 0; Date.now() < end; turn++) {
      await Promise.all([
        hold(ada.page, KEYS[turn % KEYS.length] ?? '', 450),
        hold(ben.page, KEYS[(turn * 3 + 1) % KEYS.length] ?? '', 380),
      ])
      if (turn % 4 === 3) await ada.page.keyboard.press('Space')
      if (turn % 5 === 2) await ben.page.keyboard.press('ShiftLeft')
    }
  })
  const recording = await recorded.recording()
  const seconds = ((recording.events.at(-1)?.tick ?? 0) * recording.create.input.stepMs) / 1000
  expect(seconds).toBeGreaterThan(SECONDS)
  let passed = 0
  for (let time = 0; time < RUNS; time++) if ((await recorded.run()).includes('1 passed')) passed++
  expect(passed).toBe(RUNS)

  const said = await recorded.runWith(
    'src/shared/items.ts',
    '{ ...original, ITEMS: { ...original.ITEMS, bomb: { ...original.BOMB, price: 2 } } }',
  )
  const bought = firstMessage(
    recording,
    (type, payload) => type === 'buy' && JSON.stringify(payload) === '{"item":"bomb"}',
  )
  expect(said).toContain(`"arena" does not play as recorded: at tick ${tickAfter(recording, bought)}, `)
  expect(said).toMatch(/players\.\S+\.coins was \d+ and is now \d+/)
  expect(said).toContain(`frame ${bought.frame} of ${bought.peer}: buy {"item":"bomb"}`)
})

test('exported for Playwright it is a spec that its runner passes', async ({ players }) => {
  test.setTimeout(3 * 60_000)
  const [ada] = await players(1)
  if (ada === undefined) throw new Error('One was asked for.')
  const inspector = inspectorOf(ada.page)
  await inspector.open()
  recorded = await recordTest(
    inspector,
    async () => {
      await ada.page.mouse.click(300, 120)
      for (const key of KEYS) await hold(ada.page, key, 300)
    },
    'For Playwright',
  )
  expect(await recorded.run()).toContain('1 passed')
})
