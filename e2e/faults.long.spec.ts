// The same faults, twenty times each: not one of them may leave anybody with another game.
import { LOST_CONNECTION, test } from './fixtures.js'
import { FAULTS, surviveFault } from './support/faults.js'

const TIMES = 20

test.use({ expectedComplaints: [LOST_CONNECTION] })

for (const fault of Object.keys(FAULTS)) {
  for (let time = 1; time <= TIMES; time++) {
    test(`four players and ${fault}: all converge, ${time} of ${TIMES}`, async ({ game, players, room }) => {
      await surviveFault(fault, game, await players(4), room)
    })
  }
}
