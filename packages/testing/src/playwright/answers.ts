// Whether a server is up. That somebody takes a connection is not enough: Vite first listens on its port for a moment to see
// whether it is free, gives it back, and only then serves; a page opened in between is refused.
import { connect } from 'node:net'
import type { Time } from '@painda/protocol'

/** No method of HTTP: every HTTP server answers it with an error of its own accord, and no code of the game hears of it. */
const NO_REQUEST = '?\r\n\r\n'

/**
 * True once somebody on 127.0.0.1 answers, or says goodbye, as one that speaks only TLS does. False when nobody listens, when whoever did
 * was gone before they took the connection, and when they say nothing for `patienceMs`.
 */
export function answers(port: number, time: Time, patienceMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' })
    const stopWaiting = time.after(patienceMs, () => finish(false))
    function finish(hasAnswered: boolean): void {
      stopWaiting()
      socket.destroy()
      resolve(hasAnswered)
    }
    socket.once('connect', () => {
      // A system may give a connection the very port it asks for, and then it talks to itself.
      if (socket.localPort === port) finish(false)
      else socket.write(NO_REQUEST)
    })
    socket.once('data', () => finish(true))
    socket.once('end', () => finish(true))
    // Refused, or taken by the system for a listener that closed: such a connection is reset.
    socket.on('error', () => finish(false))
  })
}
