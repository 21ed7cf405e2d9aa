// A TCP proxy that puts the network engine in front of a real server: browsers and real sockets meet the same weather
// as the in-memory tests. It works on the bytes of the stream and knows nothing of HTTP or WebSockets.
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import type { Direction, Link, LinkSocket, Network } from '@painda/protocol'

export interface NetworkProxyOptions {
  /** The real server. */
  target: { host: string; port: number }
  network: Network
  /**
   * The link of the n-th connection, from 1. A player who reconnects keeps their link: `() => link`. By default every
   * connection gets one of its own, `tcp-1`, `tcp-2`…, which is closed with it.
   */
  linkFor?: (connection: number) => Link
}

export interface NetworkProxy {
  /** A free port of 127.0.0.1, chosen by the system. */
  readonly port: number
  /** `ws://127.0.0.1:<port>` */
  readonly url: string
  /** The links of the connections that are open now. */
  readonly links: readonly Link[]
  /** Ends every connection and the listener. Safe to call twice. Links from `linkFor` live on. */
  close(): Promise<void>
}

/**
 * Bytes between the two sockets, per direction, from which on the sender is left unread, so that TCP slows it down. Less
 * would limit a link of 100 ms to 10 MB/s before any setting does.
 */
const HIGH_WATER_BYTES = 1024 * 1024

/** Starts a proxy. Rejects when it cannot listen. */
export async function createProxy({ target, network, linkFor }: NetworkProxyOptions): Promise<NetworkProxy> {
  const connections = new Map<Connection, Link>()
  let count = 0

  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    if (network.isClosed) return void client.resetAndDestroy()
    count++
    const isOwn = linkFor === undefined
    const link = linkFor?.(count) ?? network.link(`tcp-${count}`)
    const connection = createConnection(link, client, target, () => {
      connections.delete(connection)
      if (isOwn) link.close()
    })
    connections.set(connection, link)
  })

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  // A TCP server that listens has an address with a port; only pipes have a string.
  const { port } = server.address() as AddressInfo
  const closed = new Promise<void>((resolve) => void server.once('close', resolve))

  return {
    port,
    url: `ws://127.0.0.1:${port}`,
    get links() {
      return [...new Set(connections.values())]
    },
    close() {
      server.close()
      for (const connection of [...connections.keys()]) connection.destroy()
      return closed
    },
  }
}

interface Connection {
  destroy(): void
}

function createConnection(
  link: Link,
  client: Socket,
  target: { host: string; port: number },
  onEnd: () => void,
): Connection {
  const upstream = connect({ ...target, allowHalfOpen: true, noDelay: true })
  const sources: Record<Direction, Socket> = { up: client, down: upstream }
  const sinks: Record<Direction, Socket> = { up: upstream, down: client }
  let openCount = 2

  const socket = link.open({
    unit: 'bytes',
    deliver(direction, data) {
      if (sinks[direction].writable) sinks[direction].write(data)
      relieve(direction)
    },
    onCut() {
      client.destroySoon()
      upstream.destroySoon()
    },
  })

  function isFull(direction: Direction): boolean {
    const held = socket?.heldBytes(direction) ?? 0
    return held + sinks[direction].writableLength > HIGH_WATER_BYTES
  }

  function relieve(direction: Direction): void {
    if (sources[direction].isPaused() && !isFull(direction)) sources[direction].resume()
  }

  function pump(direction: Direction, through: LinkSocket): void {
    const source = sources[direction]
    const sink = sinks[direction]
    source.on('data', (data) => {
      through.send(direction, data)
      if (isFull(direction)) source.pause()
    })
    source.on('end', () => through.follow(direction, () => sink.end()))
    // A close after both ends said goodbye has nothing to add; one by an error has.
    source.on('close', (hadError) => {
      if (hadError) through.follow(direction, () => sink.destroySoon())
      openCount--
      if (openCount > 0) return
      through.close()
      onEnd()
    })
    sink.on('drain', () => relieve(direction))
  }

  function destroy(): void {
    client.destroy()
    upstream.destroy()
  }

  // A reset is the business of `close`, which always follows; without a listener it would end the process.
  client.on('error', () => {})
  upstream.on('error', () => {})
  if (socket === null) {
    // Offline: the nearest to "no such connection" that somebody who has accepted can say.
    client.once('close', onEnd)
    client.resetAndDestroy()
    upstream.destroy()
  } else {
    pump('up', socket)
    pump('down', socket)
  }
  return { destroy }
}
