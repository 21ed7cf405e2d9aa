// What the inspector learns of causes and effects: who asked for a message, who listens, and that a listener was called. In
// production `witness.production.ts` takes this file's place, and nothing of it is left.
import type { Message, Owner, Reaction, Witness } from '@painda/protocol'
import { KEYS } from './path-node.js'
import type { Key } from './path-node.js'

/** Nodes of the path index, and behind each the kinds of reading; or one alone, of which the value was read. */
export type ReadPlaces = ReadPlace | readonly (ReadPlace | number)[]

interface ReadPlace {
  readonly key: Key
  readonly parent: ReadPlace | null
}

const owners = new WeakMap<object, Owner>()
const sites = new WeakMap<object, string | null>()

/** The inspector's, where there is one on the page. Asked each time, because it may come later. */
function witness(): Witness | undefined {
  const host = globalThis as { [key: symbol]: { readonly witness?: Witness } | undefined }
  return host[Symbol.for('painda.devtools')]?.witness
}

/** The application asked for it, here and now. */
export function asked(message: Message): void {
  witness()?.asked(message)
}

/** The same message under the id that its room has by now. */
export function rewritten(from: Message, to: Message): void {
  witness()?.rewritten(from, to)
}

/** `how`: the call by which somebody listens from here on, to messages of a type. */
export function listens(listener: object, how: string, type?: string): void {
  witness()?.listens(listener, type === undefined ? how : `${how}('${type}')`)
}

/** `inner` is called by `outer`, which is the one that is kept. */
export function standsFor(outer: object, inner: object, how: string): void {
  const owner = owners.get(inner)
  if (owner === undefined) listens(outer, how)
  else owners.set(outer, owner)
}

/** What is asked of `thing` now leaves later, under another stack. */
export function rememberSite(thing: object): void {
  sites.set(thing, witness()?.site() ?? null)
}

/** The message that came of it. */
export function askedFor(thing: object, message: Message): void {
  const site = sites.get(thing)
  if (site !== undefined) witness()?.asked(message, site)
}

/** When a listener begins; nothing while nobody looks. */
export function clockOfWitness(): number | void {
  return witness()?.now()
}

/** A listener was called; `start`: by `clockOfWitness`. */
export function tellWoken(start: number | void, reaction: Omit<Reaction, 'owner' | 'ms'>): void {
  if (start === undefined) return
  const end = witness()?.now() ?? start
  witness()?.woke({ ...reaction, owner: owners.get(reaction.listener), ms: end - start })
}

/** A selector has looked again. */
export function tellSelector(
  start: number | void,
  listener: object,
  reads: ReadPlaces,
  isChanged: boolean,
): void {
  if (start !== undefined) tellWoken(start, { kind: 'selector', listener, paths: pathsOf(reads), isChanged })
}

/** Says whose listener it is. Returns the listener. */
export function setOwner<Listener extends object>(listener: Listener, owner?: Owner | void): Listener {
  if (owner !== undefined) owners.set(listener, owner)
  return listener
}

/** More than anybody reads of one selector. */
const MAX_PATHS = 8

/** As tools show them; `*` at the end of a path means its set of keys. */
function pathsOf(reads: ReadPlaces): readonly string[] {
  const paths: string[] = []
  const places = 'length' in reads ? reads : [reads]
  places.forEach((node, at) => {
    if (typeof node !== 'object' || paths.length === MAX_PATHS) return
    const keys: Key[] = Number(places[at + 1]) === KEYS ? ['*'] : []
    for (let here: ReadPlace = node; here.parent !== null; here = here.parent) keys.unshift(here.key)
    paths.push(keys.join('.'))
  })
  return paths
}
