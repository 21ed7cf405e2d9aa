// The documented helpers on real sockets: a server on a free port with clients that are connected to it.
import { PPClient, type ClientOptions, type WebSocketConstructor } from '@painda/client'
import { hostTime, PPError, type ContractShape } from '@painda/protocol'
import { PPServer, type PPServerClient, type ServerOptions } from '@painda/server'
import { WebSocket } from 'ws'
import { recordMessages } from './received.js'
import { testLogger } from './test-logger.js'

export interface TestEnvOptions<C extends ContractShape = ContractShape> {
  contract?: C
  serverOptions?: Omit<ServerOptions<C>, 'port' | 'host'>
  clientOptions?: Partial<ClientOptions<C>>
}

export interface TestEnv<C extends ContractShape = ContractShape> {
  /** A `connection` listener that is added now is also called for the clients that are open already. */
  readonly server: PPServer<C>
  readonly client: PPClient<C>
  readonly port: number
  /** Closes both; the port is free when it resolves. Safe to call twice. */
  cleanup(): Promise<void>
}

/** Below the five seconds that Vitest and Jest give a test. */
const CONNECT_TIMEOUT_MS = 4_000

/**
 * Starts a server on a free port and connects a client. Resolves when the connection is open.
 * @throws PPError the server's refusal; `HANDSHAKE_TIMEOUT` that says why there is no connection after 4 s
 * @example
 * const { server, client, cleanup } = await createTestEnv()
 * server.on('connection', (socket) => socket.emit('system', 'welcome!'))
 * const { payload } = await waitForMessage(client, 'system')
 * await cleanup()
 */
export async function createTestEnv<C extends ContractShape = ContractShape>({
  contract,
  serverOptions = {},
  clientOptions = {},
}: TestEnvOptions<C> = {}): Promise<TestEnv<C>> {
  const shared = contract === undefined ? {} : { contract }
  const server = new PPServer<C>({
    logger: testLogger,
    ...serverOptions,
    ...shared,
    port: 0,
    host: '127.0.0.1',
  })
  callForThoseWhoAreIn(server)
  const { port } = await server.listening()
  const url = `ws://127.0.0.1:${port}${serverOptions.path ?? ''}`
  const client = connect<C>({ url, ...clientOptions, ...shared })

  async function cleanup(): Promise<void> {
    client.close()
    await server.close()
  }

  try {
    await opened(client)
  } catch (thrown) {
    await cleanup()
    throw thrown
  }
  return { server, client, port, cleanup }
}

/** Clients of a server on this machine that are not connected yet: call `connect()`, and `close()` when the test is over. */
export function createTestClients<C extends ContractShape = ContractShape>(
  port: number,
  count: number,
  options: Partial<ClientOptions<C>> = {},
): PPClient<C>[] {
  const url = `ws://127.0.0.1:${port}`
  return Array.from({ length: count }, () => connect<C>({ url, autoConnect: false, ...options }))
}

function connect<C extends ContractShape>(options: ClientOptions<C>): PPClient<C> {
  // `ws` has everything that is used of a browser's WebSocket; its types say it in other words.
  const constructor = WebSocket as unknown as WebSocketConstructor
  const client = new PPClient<C>({ WebSocket: constructor, ...options })
  recordMessages(client)
  return client
}

/** A client that is not let in tries again for ever; nobody wants to wait for that. */
function opened<C extends ContractShape>(client: PPClient<C>): Promise<void> {
  return new Promise((resolve, reject) => {
    const cancel = hostTime(globalThis).after(CONNECT_TIMEOUT_MS, () => {
      const { status, error } = client.status()
      const why = error === null ? `it is ${status}` : error.message
      const text = `The client is not connected after ${CONNECT_TIMEOUT_MS} ms: ${why}`
      reject(new PPError('HANDSHAKE_TIMEOUT', text, { cause: error }))
    })
    client.ready.then(resolve, reject).finally(cancel)
  })
}

/**
 * A test adds its `connection` listener after `createTestEnv` has connected the client, and expects to hear of it, as
 * the documented example does.
 */
function callForThoseWhoAreIn<C extends ContractShape>(server: PPServer<C>): void {
  // One function for all overloads: what it is given goes on unchanged.
  const on = server.on.bind(server) as (name: string, listener: unknown) => () => void
  server.on = ((name: string, listener: (client: PPServerClient<C>) => unknown) => {
    const undo = on(name, listener)
    if (name === 'connection') for (const client of server.getClients()) listener(client)
    return undo
  }) as PPServer<C>['on']
}
