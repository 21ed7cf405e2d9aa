// A scenario as somebody writes it: the contract, a server for `--virtual`, and what one client does.
import { PPError } from '@painda/protocol'
import { PPServer } from '@painda/server'
import { defineLoad } from '../../src/load/index.js'
import { Board, contract, defineBoard } from '../board.js'

export default defineLoad({
  contract,
  server() {
    const server = new PPServer({ contract })
    defineBoard(server)
    return server
  },
  async play({ client, index, random, every, sleep }) {
    const room = client.join(Board)
    await room.joined
    every(100, () => room.send('set', { key: `k${index}`, value: random.int(1, 1_000_000) }))
    await sleep(500)
    if (index === 13) throw new PPError('REFUSED', 'thirteen \u001B[31m<b>stops</b>')
  },
})
