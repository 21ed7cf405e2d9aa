// The line that a row shows of its content: of a delta the paths it touches, of everything else a preview.
import { isArrayOps, isDeleted, isLiteral, type Hello, type Welcome } from '@painda/protocol'
import { preview } from './preview.js'
import type { Row } from './rows.js'
import { escaped } from './visible.js'

/** What a row has room for on the widest of screens. */
const MAX_LENGTH = 600
const MAX_PATHS = 8
const MAX_DEPTH = 8
/** Steps of the search for paths: wide deltas are cut, not walked. */
const MAX_STEPS = 60

/** Fields of local events that have a column, and fields that explain themselves. */
const SHOWN_ELSEWHERE = new Set(['kind', 'at', 'peer', 'room', 'state', 'status', 'code', 'version'])
const PLAIN = new Set(['detail', 'message'])

const known = new WeakMap<Row, string>()

/** Cheap to ask again: rows are redrawn far more often than they are made. */
export function summarise(row: Row): string {
  const seen = known.get(row)
  if (seen !== undefined) return seen
  const text = escaped(write(row).slice(0, MAX_LENGTH))
  known.set(row, text)
  return text
}

function write(row: Row): string {
  const { content, message } = row
  if (message === null) return localDetail(content)
  if (message.kind === 'delta') return changedPaths(content)
  if (message.kind === 'ack' && message.error !== undefined)
    return `${message.error.code} · ${message.error.message}`
  if (message.kind === 'error') return message.message
  if (message.kind === 'hello' || message.kind === 'welcome') return handshake(message)
  return content === undefined ? '' : preview(content === message ? withoutKind(message) : content)
}

/** Without the session's secret: this line stands in screenshots. */
function handshake(message: Hello | Welcome): string {
  if (message.kind === 'hello') {
    return `version ${message.version}${message.session === undefined ? '' : `, back to ${message.session.id}`}`
  }
  const { outcome, id, missed, reason } = message
  return `${outcome} ${id}${missed > 0 ? `, ${missed} missed` : ''}${reason === undefined ? '' : `, ${reason}`}`
}

/** `players.p1.x, players.p1.y, floor[3]` */
export function changedPaths(delta: unknown): string {
  const paths: string[] = []
  const isComplete = collectPaths(delta, '', 0, paths, { left: MAX_STEPS })
  const shown = paths.slice(0, MAX_PATHS).join(', ')
  return isComplete && paths.length <= MAX_PATHS ? shown : `${shown}, …`
}

/** False when it stopped before the end. */
function collectPaths(
  delta: unknown,
  path: string,
  depth: number,
  into: string[],
  steps: { left: number },
): boolean {
  if (into.length > MAX_PATHS || steps.left-- <= 0) return false
  if (isArrayOps(delta)) {
    return delta.__pp_array_ops.every((op: unknown) => collectOp(op, path, depth, into, steps))
  }
  if (!isBranch(delta) || depth === MAX_DEPTH) {
    into.push(path === '' ? '(root)' : path)
    return true
  }
  for (const key of Object.keys(delta)) {
    if (!collectPaths(Reflect.get(delta, key), path === '' ? key : `${path}.${key}`, depth + 1, into, steps))
      return false
  }
  return true
}

function collectOp(
  op: unknown,
  path: string,
  depth: number,
  into: string[],
  steps: { left: number },
): boolean {
  if (typeof op !== 'object' || op === null) return true
  const at: unknown = Reflect.get(op, 'index') ?? Reflect.get(op, 'from')
  const here = `${path}[${String(at)}]`
  if (Reflect.get(op, 'op') === 'patch')
    return collectPaths(Reflect.get(op, 'delta'), here, depth + 1, into, steps)
  into.push(here)
  return into.length <= MAX_PATHS
}

function isBranch(delta: unknown): delta is object {
  if (typeof delta !== 'object' || delta === null || Array.isArray(delta)) return false
  return !isDeleted(delta) && !isLiteral(delta) && Object.keys(delta).length > 0
}

function withoutKind(message: object): unknown {
  return Object.fromEntries(Object.entries(message).filter(([key]) => key !== 'kind' && key !== 'room'))
}

/** What the other columns do not show already. */
function localDetail(event: unknown): string {
  if (typeof event !== 'object' || event === null) return ''
  const said = Object.entries(event).filter(([key]) => !SHOWN_ELSEWHERE.has(key))
  return said.map(([key, value]) => (PLAIN.has(key) ? String(value) : `${key} ${preview(value)}`)).join(', ')
}
