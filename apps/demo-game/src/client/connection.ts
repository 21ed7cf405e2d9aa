// The one connection of the page. It lives outside React: a component may come and go, the seat stays.
import { PPClient } from '@painda/react'
import { contract } from '../shared/game.js'

declare module '@painda/react' {
  interface Register {
    contract: typeof contract
  }
}

const scheme = location.protocol === 'https:' ? 'wss' : 'ws'

export const client = new PPClient({ url: `${scheme}://${location.host}/pp`, contract })
