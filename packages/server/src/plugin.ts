// Plugins: named extensions that see every connection and message. What the server brings along itself (metrics, …)
// uses the same hooks.
import { PPError } from '@painda/protocol'
import type { DisconnectReason, ExpiryReason, Inspector, Time, Undo } from '@painda/protocol'
import type { PPServerClient } from './client.js'
import { isPromise, runGuarded } from './faults.js'
import type { Faults } from './faults.js'
import type { AckReply, MessageOfClient } from './messages.js'
import type { Middleware } from './middleware.js'
import { outgoing } from './outgoing.js'
import type { Outgoing } from './outgoing.js'
import { eventOf } from './sendable.js'
import type { Sendable } from './sendable.js'

/** What a plugin's `install` gets. */
export interface PluginContext {
  use(middleware: Middleware<[client: PPServerClient]>): Undo
  useMessage(middleware: Middleware<[client: PPServerClient, message: MessageOfClient]>): Undo
  /** As `server.on`: what happens to sessions, faults … */
  on(event: 'connection', listener: (client: PPServerClient) => unknown): Undo
  on(
    event: 'disconnection',
    listener: (client: PPServerClient, reason: DisconnectReason, expiry: ExpiryReason | null) => unknown,
  ): Undo
  on(event: 'error', listener: (error: PPError) => unknown): Undo
  /** … or messages of one type. @throws PPError `RESERVED_TYPE` */
  on(type: string, handler: (client: PPServerClient, payload: unknown, ack: AckReply) => unknown): Undo
  /** What another plugin exposes; name that plugin in `dependencies`. */
  getPlugin<Api = unknown>(name: string): Api | undefined
  /** What `server.getPlugin(name)` gives to others. */
  expose(api: unknown): void
  broadcast(message: Sendable, exclude?: PPServerClient | string): void
  log(message: string, details?: unknown): void
  getClientCount(): number
  readonly inspector: Inspector
  readonly time: Time
}

export interface PluginHooks {
  /** After middleware, before `connection` handlers. */
  onConnect?(client: PPServerClient): unknown
  onDisconnect?(client: PPServerClient, reason: DisconnectReason): unknown
  /** Every application message; false (or a promise of it) blocks it, and the sender is told `FORBIDDEN`. */
  onMessage?(client: PPServerClient, message: MessageOfClient): unknown
  /**
   * Every application message that leaves, per receiver; return another one to send that instead. The one it gets is shared, and frozen.
   * Receivers for whom it returns the same object share one encoding. State and presence do not come by here.
   */
  onSend?(client: PPServerClient, message: Sendable): Sendable | void
  onRoomJoin?(client: PPServerClient, room: string): unknown
  onRoomLeave?(client: PPServerClient, room: string): unknown
  /** Awaited by `shutdown`. */
  onShutdown?(): unknown
  onError?(error: PPError): unknown
}

export interface PPPlugin<Options = void> {
  readonly name: string
  readonly version?: string
  /** Names of plugins that must have been registered before. */
  readonly dependencies?: readonly string[]
  install(context: PluginContext, options: Options): PluginHooks | void
}

export interface Plugins {
  /** @throws PPError `INVALID_ARGUMENT` for a name taken or a dependency that is missing */
  register<Options>(plugin: PPPlugin<Options>, options: Options): void
  get(name: string): unknown
  names(): string[]
  /** Calls a hook of each plugin; faults are reported. */
  notify(hook: 'onConnect', client: PPServerClient): void
  notify(hook: 'onDisconnect', client: PPServerClient, reason: DisconnectReason): void
  notify(hook: 'onRoomJoin' | 'onRoomLeave', client: PPServerClient, room: string): void
  notify(hook: 'onError', error: PPError): void
  shutdown(): Promise<void>
  /** False when one of them blocks the message. Synchronous while the hooks are. */
  allows(client: PPServerClient, message: MessageOfClient): boolean | Promise<boolean>
  transform(client: PPServerClient, out: Outgoing): Outgoing
}

export interface PluginsOptions {
  contextFor: (expose: (api: unknown) => void, name: string) => PluginContext
  faults: Faults
}

export function createPlugins({ contextFor, faults }: PluginsOptions): Plugins {
  const apis = new Map<string, unknown>()
  const installed: { name: string; hooks: PluginHooks }[] = []
  /** Per message on its way: what the hooks made of it, so that receivers of one object share its encoding. */
  const changed = new WeakMap<Outgoing, { view: Sendable; made: Map<Sendable, Outgoing> }>()
  let hasSendHook = false

  function notify(hook: keyof PluginHooks, ...args: unknown[]): void {
    // A fault of `onError` told to `onError` would be told for ever.
    const note = hook === 'onError' ? faults.log : faults.report
    for (const { name, hooks } of installed) {
      // The overloads of `notify` tie each hook to its arguments.
      const call = hooks[hook] as ((...args: unknown[]) => unknown) | undefined
      if (call === undefined) continue
      runGuarded(
        () => call.apply(hooks, args),
        (thrown) => note(thrown, `${hook} of plugin ${name}`),
      )
    }
  }

  async function allowsFrom(
    verdict: PromiseLike<unknown>,
    first: number,
    client: PPServerClient,
    message: MessageOfClient,
  ): Promise<boolean> {
    if ((await verdict) === false) return false
    return allows(client, message, first)
  }

  function allows(client: PPServerClient, message: MessageOfClient, first = 0): boolean | Promise<boolean> {
    for (let index = first; index < installed.length; index++) {
      const verdict = installed[index]?.hooks.onMessage?.(client, message)
      if (isPromise(verdict)) return allowsFrom(verdict, index + 1, client, message)
      if (verdict === false) return false
    }
    return true
  }

  function transform(client: PPServerClient, out: Outgoing): Outgoing {
    if (!hasSendHook || out.message.kind !== 'event') return out
    const event = out.message
    let memo = changed.get(out)
    if (memo === undefined) {
      memo = { view: Object.freeze({ type: event.type, payload: event.payload }), made: new Map() }
      changed.set(out, memo)
    }
    let message = memo.view
    for (const { name, hooks } of installed) {
      try {
        message = hooks.onSend?.(client, message) ?? message
      } catch (thrown) {
        faults.report(thrown, `onSend of plugin ${name}`)
      }
    }
    if (message === memo.view) return out
    // Nothing of what it was stays: a message without a payload has none.
    const { type: _type, payload: _payload, ...rest } = event
    const made = memo.made.get(message) ?? outgoing(eventOf(message, rest))
    memo.made.set(message, made)
    return made
  }

  return {
    register(plugin, options) {
      const { name, dependencies = [] } = plugin
      if (installed.some((other) => other.name === name)) {
        throw new PPError('INVALID_ARGUMENT', `A plugin named "${name}" is registered already.`)
      }
      const missing = dependencies.find((other) => !installed.some((one) => one.name === other))
      if (missing !== undefined) {
        throw new PPError('INVALID_ARGUMENT', `Plugin "${name}" needs "${missing}".`, {
          hint: 'Register that one first.',
        })
      }
      const hooks =
        plugin.install(
          contextFor((api) => apis.set(name, api), name),
          options,
        ) ?? {}
      installed.push({ name, hooks })
      hasSendHook ||= hooks.onSend !== undefined
    },
    get: (name) => apis.get(name),
    names: () => installed.map(({ name }) => name),
    notify,
    async shutdown() {
      for (const { name, hooks } of installed) {
        try {
          await hooks.onShutdown?.()
        } catch (thrown) {
          faults.report(thrown, `onShutdown of plugin ${name}`)
        }
      }
    },
    allows,
    transform,
  }
}
