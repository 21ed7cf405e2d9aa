// The instruments themselves: what they must notice is planted, and they notice it.
import { collectComplaints } from '@painda/testing/playwright'
import { expect, test } from './fixtures.js'
import { expectConverged } from './support/converged.js'

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
    const recorder = window.__paindaTesting
    if (recorder === undefined) throw new Error('Nothing is recorded.')
    const stateAt = recorder.stateAt.bind(recorder)
    recorder.stateAt = async (...args) => {
      const seen = await stateAt(...args)
      const state = structuredClone(seen.seen ? seen.state : null) as { floor?: number[][] } | null
      // The list of rooms at the door is a replica too, until the page has left it.
      if (state?.floor === undefined) return seen
      state.floor[3]?.splice(5, 1, 77)
      return { seen: true, state }
    }
  })
  await expectConverged(game, [ada!])
  await expect(
    expect({ server: game, players: [ada!, ben!] }).toConverge({ timeoutMs: 2_000 }),
  ).rejects.toThrow(/Ben, room "[^"]+", floor\.3\.5: the server has \d+, the client 77/)
})
