// What the detail says of a row's cause and effects, without a pixel: the application's places of a sent message, the handlers of an
// arrival, and the components that a frame has drawn; or, in a sentence, why nobody can say.
import type { Owner, Reaction } from '@painda/protocol'
import { componentOf, ownPlaces, readStack, rootOf, type CallPlace } from './call-stack.js'
import type { Effects } from './effects.js'
import type { DevtoolsHook } from './hook.js'
import type { Row } from './rows.js'
import { SERVER_SOURCE } from './server-lane.js'

/** Places of the application, innermost first; or why there are none. */
export type Found<T> = { readonly why: null; readonly value: T } | { readonly why: string }

/** Messages that a call of the application makes. The others are the client's own business. */
const ASKED: ReadonlySet<string> = new Set(['event', 'ack', 'join', 'leave', 'presence', 'input'])

/** Who asked for a message that left. */
export function callSiteOf(hook: DevtoolsHook, row: Row): Found<readonly CallPlace[]> {
  const elsewhere = whereElse(hook, row)
  if (elsewhere !== null) return { why: elsewhere }
  const { message } = row
  if (message === null || !ASKED.has(message.kind))
    return { why: 'The client sends this by itself: no line of yours asked for it.' }
  const stack = hook.effects.siteOf(message)
  if (stack === null)
    return { why: 'It was asked for while the inspector was closed: call sites are kept while it is open.' }
  return { why: null, value: ownOf(stack) }
}

/** The question that an answer belongs to, for its call site. */
export function questionOf(rows: readonly Row[], row: Row): Row | null {
  const { message } = row
  if (message?.kind !== 'ack' && message?.kind !== 'joined') return null
  const asked = row.direction === 'in' ? 'out' : 'in'
  const { ackId } = message
  for (let at = rows.length - 1; at >= 0; at--) {
    const other = rows[at]
    if (other === undefined || other.key >= row.key || other.source !== row.source) continue
    if (other.direction === asked && other.message !== null && Reflect.get(other.message, 'ackId') === ackId)
      return other
  }
  return null
}

export interface Listener {
  /** The component, or the function's own name. */
  readonly name: string
  /** `usePPEvent`, `on('boom')`. */
  readonly how: string
  readonly isComponent: boolean
  readonly places: readonly CallPlace[]
  readonly reaction: Reaction
}

export interface Draw {
  readonly afterMs: number
  /** Components with how many of their hooks had a part in it. */
  readonly components: readonly { readonly name: string; readonly hooks: number }[]
}

export interface Renders {
  readonly listeners: readonly Listener[]
  readonly more: number
  readonly commits: readonly Draw[]
  readonly selectors: number
  /** Spent in selectors and handlers. */
  readonly ms: number
}

/** Whom the frame of a row has woken. */
export function rendersOf(hook: DevtoolsHook, row: Row): Found<Renders> {
  const elsewhere = whereElse(hook, row)
  if (elsewhere !== null) return { why: elsewhere }
  const found = hook.effects.of(row.eventId)
  if (found === null)
    return { why: 'It came while the inspector was closed: what a frame wakes is kept while it is open.' }
  const { reactions, more, commits } = found
  return {
    why: null,
    value: {
      listeners: reactions.map((reaction) => listenerOf(hook.effects, reaction)),
      more,
      commits: commits.map(({ afterMs, owners }) => ({ afterMs, components: countedNames(owners) })),
      selectors: reactions.filter(({ kind }) => kind === 'selector').length,
      ms: reactions.reduce((sum, reaction) => sum + reaction.ms, 0),
    },
  }
}

/** The handlers that a message has met. */
export function handlersOf(hook: DevtoolsHook, row: Row): Found<readonly Listener[]> {
  const renders = rendersOf(hook, row)
  if (renders.why !== null) return renders
  const { message } = row
  if (message?.kind !== 'event')
    return { why: 'It goes into the room itself: see what it wakes under Renders.' }
  const value = renders.value.listeners.filter(({ reaction }) => reaction.message === message)
  return value.length > 0 ? { why: null, value } : { why: `Nobody listens to “${message.type}”.` }
}

function whereElse({ replayed, tabs, clients }: DevtoolsHook, { source }: Row): string | null {
  if (replayed !== null) return 'A file holds what travelled, and not the code around it.'
  if (source === SERVER_SOURCE) return 'This is the server’s end; the page knows the code at its own.'
  if (tabs?.clients().some((client) => client.source === source) === true)
    return 'This is another tab; its own inspector knows.'
  return clients().some((client) => client.source === source) ? null : 'Its client is gone.'
}

function listenerOf(effects: Effects, reaction: Reaction): Listener {
  const { owner, listener } = reaction
  if (owner !== undefined) {
    const places = placesOf(owner)
    const name = componentOf(places)
    return {
      name: name ?? owner.hook,
      how: owner.hook,
      isComponent: name !== null,
      places: places.slice(0, 1),
      reaction,
    }
  }
  const source = effects.sourceOf(listener)
  const name: unknown = Reflect.get(listener, 'name')
  return {
    name: typeof name === 'string' && name !== '' ? name : 'a function without a name',
    how: source?.how ?? reaction.kind,
    isComponent: false,
    places: source === null ? [] : ownOf(source.stack).slice(0, 1),
    reaction,
  }
}

function countedNames(owners: readonly Owner[]): Draw['components'] {
  const counts = new Map<string, number>()
  for (const owner of owners) {
    const name = componentOf(placesOf(owner)) ?? owner.hook
    counts.set(name, (counts.get(name) ?? 0) + 1)
  }
  return [...counts].map(([name, hooks]) => ({ name, hooks }))
}

const known = new WeakMap<Owner, readonly CallPlace[]>()

/** Of the component that called the hook. Reading an error's stack is what costs. */
function placesOf(owner: Owner): readonly CallPlace[] {
  const seen = known.get(owner)
  if (seen !== undefined) return seen
  const places = readStack(owner.made.stack ?? '')
  const [hook] = places
  if (hook !== undefined) ours.add(rootOf(hook.url))
  const own = ownPlaces(places, ours)
  known.set(owner, own)
  return own
}

/** Folders of this library, as the stacks that it made itself have shown them. */
const ours = new Set<string>()

/** The stack of a site begins in the inspector, and goes on in the client that called it. */
function ownOf(stack: string): readonly CallPlace[] {
  const places = readStack(stack)
  const own = rootOf(places[0]?.url ?? '')
  const client = places.find(({ url }) => !url.startsWith(own))
  for (const root of [own, rootOf(client?.url ?? '')]) if (root !== '') ours.add(root)
  return ownPlaces(places, ours)
}
