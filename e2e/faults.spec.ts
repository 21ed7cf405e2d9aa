// Four players and everything that happens to connections: in the end all four have what the server has.
import { LOST_CONNECTION, test } from './fixtures.js'
import { FAULTS, surviveFault } from './support/faults.js'

test.use({ expectedComplaints: [LOST_CONNECTION] })

for (const fault of Object.keys(FAULTS)) {
  test(`four players and ${fault}: all converge`, async ({ game, players, room }) => {
    await surviveFault(fault, game, await players(4), room)
  })
}
