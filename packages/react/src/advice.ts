// What is most likely a mistake around hooks and providers, told while somebody develops. In production `advice.production.ts` takes this
// file's place.
import { PPError, unknownNames, warnOnce } from '@painda/client'

export { isDevelopment, trySelector, warnIfUnstable } from './unstable-selector.js'

const PROPS = { children: 0, snapshots: 0, client: 0, url: 0, options: 0 }

interface Given {
  readonly client?: unknown
  readonly url?: unknown
  readonly options?: unknown
}

export function checkProps(props: Given): void {
  const unknown = unknownNames(props, PROPS)
  if (unknown !== null)
    warnOnce(
      `PPProvider has no prop ${unknown}. Options of its client stand in options: <PPProvider url="…" options={{ … }}>.`,
    )
  if (props.client !== undefined && (props.url !== undefined || props.options !== undefined))
    warnOnce(
      'PPProvider is given a client and reads neither url nor options: those are for a client that it makes.',
    )
}

/** Under which copies of this package find each other's context. */
const SCOPE = Symbol.for('painda.react.scope')
type Host = { [SCOPE]?: object }

/** A provider of this copy stands in the page. */
export function noteScope(context: object): void {
  ;(globalThis as Host)[SCOPE] = context
}

/** Why a hook finds no provider. */
export function whyNoScope(context: object): string {
  const other = (globalThis as Host)[SCOPE]
  return other === undefined || other === context
    ? 'Wrap the app in <PPProvider url="…">.'
    : 'There is one of another copy of @painda/react: see `npm ls @painda/react`, and let the bundler dedupe it.'
}

/** A client will do, where a hook is for both. @throws PPError `INVALID_ARGUMENT` for what is neither, such as a definition */
export function checkRoom(hook: string, room: unknown): void {
  if (typeof room === 'object' && room !== null && ('retain' in room || 'subscribeStatus' in room)) return
  throw new PPError('INVALID_ARGUMENT', `${hook} takes a room, and was given ${nameOf(room)}.`, {
    hint: 'const { room } = usePPRoom(Arena) gives one.',
  })
}

/** @throws PPError `INVALID_ARGUMENT` for the name of a field, a list of dependencies and the like */
export function checkSelector(hook: string, selector: unknown, equality: unknown = Object.is): void {
  if (typeof selector !== 'function')
    throw new PPError(
      'INVALID_ARGUMENT',
      `The selector of ${hook} is a function, and it was given ${nameOf(selector)}.`,
      {
        hint: `${hook}(room, (state) => state.phase) selects a field.`,
      },
    )
  if (typeof equality !== 'function')
    throw new PPError(
      'INVALID_ARGUMENT',
      `The equality of ${hook} is a function, and it was given ${nameOf(equality)}.`,
      {
        hint: 'shallowEqual is one. A list of dependencies is not needed.',
      },
    )
}

/** Tells of a recipe that makes another state, as a reducer does, or waits before it changes its draft. */
export function checkRecipe(type: string, result: unknown, hasChanged: boolean): void {
  if (hasChanged || typeof result !== 'object' || result === null) return
  warnOnce(
    `The recipe of usePPUpdate(room, '${type}') changed nothing and returned ${result instanceof Promise ? 'a promise' : 'an object'}, which nobody looks at. ` +
      'It changes its draft, at once: (draft, payload) => { draft.phase = payload.phase }.',
  )
}

function nameOf(value: unknown): string {
  const isDefinition = typeof value === 'object' && value !== null && 'name' in value && 'state' in value
  if (isDefinition) return `the definition "${String(value.name)}"`
  return Array.isArray(value) ? 'a list' : typeof value === 'string' ? `"${value}"` : String(value)
}
