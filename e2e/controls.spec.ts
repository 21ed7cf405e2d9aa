// The instruments themselves: what they must notice is planted, and they notice it.
import { expect, test } from './fixtures.js'
import { expectConverged } from './support/converged.js'
import { collectComplaints } from './support/complaints.js'

test('a page that throws, or writes an error to its console, is noticed', async ({ page }) => {
  const complaints = collectComplaints(page)
  await page.setContent(
    '<script>setTimeout(() => { throw new Error("planted") }); console.error("planted too")</script>',
  )
  await expect.poll(() => complaints.join('\n')).toMatch(/uncaught: Error: planted/)
  expect(complaints.join('\n')).toMatch(/console: planted too/)
})

test('a replica that differs in one tile is noticed, by name and place', async ({ game, players }) => {
  const [ada, ben] = await players(2)
  await expectConverged(game, [ada!, ben!])
  await ben!.page.evaluate(() => {
    const states = window.__history?.states
    const get = states?.get.bind(states)
    if (states === undefined || get === undefined) throw new Error('Nothing was kept.')
    states.get = (version) => {
      const state = get(version)
      const floor = structuredClone(state?.floor ?? [])
      floor[3]?.splice(5, 1, 77)
      return state && { ...state, floor }
    }
  })
  await expectConverged(game, [ada!])
  await expect(expectConverged(game, [ada!, ben!], { timeoutMs: 2_000 })).rejects.toThrow(
    /Ben's replica[^]*77/,
  )
})
