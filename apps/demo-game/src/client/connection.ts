// The one connection of the page. It lives outside React: a component may come and go, the seat stays. Between the socket
// and the client stands the network engine, perfect until somebody asks for bad weather.
import { createNetwork, hostTime } from '@painda/protocol'
import { PPClient, connectWebSocket } from '@painda/react'
import { contract } from '../shared/game.js'

declare module '@painda/react' {
  interface Register {
    contract: typeof contract
  }
}

export const time = hostTime(globalThis)

/** This page's line to the world, with the switches that make it bad. */
export const link = createNetwork({ time }).link('page')

const scheme = location.protocol === 'https:' ? 'wss' : 'ws'

export const client = new PPClient({
  url: `${scheme}://${location.host}/pp`,
  contract,
  connectTransport: (url) => link.wrap(connectWebSocket(url, WebSocket)),
})
