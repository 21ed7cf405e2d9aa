// The one connection of the page. It lives outside React: a component may come and go, the seat stays. Between the socket
// and the client stands the network engine, perfect until somebody asks for bad weather.
import { createNetwork, hostTime } from '@painda/protocol'
import type { Link } from '@painda/protocol'
import { PPClient, connectWebSocket } from '@painda/react'
import { contract } from '../shared/game.js'

declare module '@painda/react' {
  interface Register {
    contract: typeof contract
  }
}

export const time = hostTime(globalThis)

interface Line {
  client: PPClient<typeof contract>
  /** This page's line to the world, with the switches that make it bad. */
  link: Link
}

function connect(): Line {
  const link = createNetwork({ time }).link('page')
  const scheme = location.protocol === 'https:' ? 'wss' : 'ws'
  const client = new PPClient({
    url: `${scheme}://${location.host}/pp`,
    contract,
    connectTransport: (url) => link.wrap(connectWebSocket(url, WebSocket)),
  })
  return { client, link }
}

// In development a saved contract loads this module anew, and it goes on with the connection that is there. What the other end
// has to agree on is another handshake, and another page.
const kept = import.meta.hot?.data as { line?: Line } | undefined
const line = kept?.line ?? connect()
if (kept !== undefined) {
  kept.line = line
  if (!line.client.replaceContract(contract)) location.reload()
}
import.meta.hot?.accept()

export const { client, link } = line
