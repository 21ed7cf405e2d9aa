// Which pages are open on this machine. With `vite --host` a phone in the same network has the page too: it may look and play the game
// master as everybody who has the page, but it writes no files. Who may connect at all, Vite decides: since 6.0.9 only pages that it served.
import { isOwnMachine } from '../tools-endpoint.js'

export interface OwnPages {
  /** A page has connected, as `ws.on('connection')` tells it. */
  connected(socket: object, remoteAddress: string | undefined): void
  has(socket: object): boolean
}

export function createOwnPages(): OwnPages {
  const own = new WeakSet<object>()
  return {
    connected(socket, remoteAddress) {
      if (isOwnMachine(remoteAddress)) own.add(socket)
    },
    has: (socket) => own.has(socket),
  }
}
