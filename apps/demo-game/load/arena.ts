// A crowd for `painda-load`: each of them joins, walks about as a person would, dashes, asks for powers, and says hello.
import { PPServer } from '@painda/server'
import { defineLoad } from '@painda/testing/load'
import { defineArena } from '../src/server/arena.js'
import { createCrew } from '../src/server/crew.js'
import { TIMING } from '../src/server/round.js'
import { Arena, contract } from '../src/shared/game.js'
import { ITEM_NAMES } from '../src/shared/items.js'
import { PALETTE } from '../src/shared/palette.js'

export default defineLoad({
  contract,
  url: 'ws://127.0.0.1:5173/pp',
  server(host) {
    const server = new PPServer({ contract, ...host })
    // Rounds begin at once: a lobby is no load.
    defineArena(server, createCrew(server, 0), { timing: { ...TIMING, lobby: 0, countdown: 0 } })
    return server
  },
  async play({ client, index, random, every, sleep }) {
    const options = { name: `Load ${index}`, color: index % PALETTE.length }
    const room = client.join(Arena, { options })
    await room.joined
    room.send('say', { text: 'Hello.' })
    every(400, () => {
      const angle = random.next() * 2 * Math.PI
      room.send('move', { dx: Math.cos(angle), dy: Math.sin(angle) })
      if (random.int(1, 10) === 1) room.send('dash', {})
    })
    for (;;) {
      await sleep(random.int(1_000, 3_000))
      // Refused more often than not, as a purse is mostly empty: that is the game.
      await room.request('buy', { item: random.pick(ITEM_NAMES) }).catch(() => {})
    }
  },
})
