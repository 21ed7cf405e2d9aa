// A round that somebody saw becomes a test: recorded in the inspector of the demo, written into the project, run there by Vitest, and red
// as soon as a rule of the game is another one.
import { expect, test } from './fixtures.js'
import { inspectorOf } from './support/inspector.js'
import { firstMessage, hold, RECORDED_GAME, recordTest, tickAfter } from './support/recorded.js'
import type { RecordedTest } from './support/recorded.js'

test.use({ served: 'dev', ...RECORDED_GAME })

let recorded: RecordedTest | null = null
test.afterEach(async () => {
  await recorded?.remove()
  recorded = null
})

test('a recorded round is a test that passes, and that names tick and frame when players walk faster', async ({
  players,
}) => {
  test.setTimeout(150_000)
  const [ada, ben] = await players(2)
  if (ada === undefined || ben === undefined) throw new Error('Two were asked for.')
  const inspector = inspectorOf(ada.page)
  await inspector.open()
  recorded = await recordTest(inspector, async () => {
    // The keyboard is the game's again.
    await ada.page.mouse.click(300, 120)
    for (const key of ['ArrowRight', 'ArrowDown', 'ArrowLeft']) {
      await hold(ben.page, key, 400)
      await hold(ada.page, key, 300)
    }
  })
  expect(await recorded.run()).toContain('1 passed')

  const said = await recorded.runWith(
    'src/shared/walk.ts',
    '{ ...original, walk: (from, to, ms, isDashing) => original.walk(from, to, ms * 1.1, isDashing) }',
  )
  expect(said).toContain('1 failed')
  const told =
    /"arena" does not play as recorded: at tick (\d+), [\d.]+ s after it began, players\.(\S+)\.[xy] was [\d.]+ and is now [\d.]+/.exec(
      said,
    )
  const recording = await recorded.recording()
  const walked = firstMessage(
    recording,
    (type, payload) => type === 'move' && JSON.stringify(payload) !== '{"dx":0,"dy":0}',
  )
  expect(Number(told?.[1]), said).toBe(tickAfter(recording, walked))
  expect(told?.[2]).toBe(walked.peer)
  expect(said).toContain(`frame ${walked.frame} of ${walked.peer}: move {`)
})

test('what nobody can play again is said before anything is recorded', async ({ players }) => {
  const [ada] = await players(1)
  const inspector = inspectorOf(ada!.page)
  await inspector.open()
  await ada!.page.getByTestId('leave').click()
  // At the door, where only the list of rooms has a state.
  await inspector.tab('State')
  await expect(inspector.dock.getByRole('tree', { name: /^State of/ })).toContainText('rooms')
  await inspector.button('Record for a test').click()
  await expect(inspector.dock.getByRole('alert')).toContainText('has no definition')
})
