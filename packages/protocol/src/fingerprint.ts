// The fingerprint of a contract: sorted rows, one per thing that both ends must agree on, compared in the handshake.
//   client → server  Hello.contract      the client's rows
//   server → client  Welcome.compact     all are equal: names may travel as numbers of the table below
//                    Welcome.mismatches  they are not: what differs, by name; names travel as texts
// A row is a kind and names, as JSON texts, and behind "=" what else has to agree:
//   version=2 · room "arena" · message "arena"."move"=1f09c2d3 · sync "arena"."players.*.x"=0.125,owner · schema "chat"=7,…
import { DEV } from '#dev'
import type { AnySchema, ContractShape, LayoutTable, RoomShape } from './contract.js'
import { PPError } from './errors.js'
import { list, oneOf, readFields, text, textUpTo } from './fields.js'
import type { Rule, Shape } from './fields.js'
import { hashState } from './hash.js'
import { syncRows } from './sync.js'

/** A row is a few names, and a name has at most 256 characters. */
const MAX_ROW_LENGTH = 2048
const MAX_ROWS = 4096
/** More differences than anybody reads: these are two different games. */
export const MAX_MISMATCHES = 64

/** `client`, `server`: only that end has it. `both`: both do, with different layouts. */
export interface ContractMismatch {
  /** As in a row, without what stands behind "=": `message "arena"."move"`. */
  readonly name: string
  readonly where: 'client' | 'server' | 'both'
}

/**
 * The rows of one end, sorted. @throws PPError `INVALID_ARGUMENT` for a name that is too long, or too many names
 */
export function contractRows(contract: ContractShape = {}, registry?: LayoutTable): readonly string[] {
  const rows = [`version=${contract.version ?? ''}`, ...messageRows('', contract)]
  for (const room of Object.values(contract.rooms ?? {})) {
    const name = quoted(room.name)
    rows.push(`room ${name}`, ...messageRows(`${name}.`, room))
    if (room.presence !== undefined) rows.push(`presence ${name}${shapeOf(room.presence)}`)
    for (const [path, { quantize, to }] of syncRows(room.sync)) {
      // A function reads differently after every build: both ends only agree that there is one.
      const audience = typeof to === 'function' ? 'some' : (to ?? '')
      rows.push(`sync ${name}.${quoted(path.join('.'))}=${quantize ?? ''},${audience}`)
    }
  }
  for (const { type, id, layout } of registry?.table() ?? [])
    rows.push(`schema ${quoted(type)}=${id},${hashText(layout)}`)
  if (rows.length > MAX_ROWS || rows.some((row) => row.length > MAX_ROW_LENGTH)) {
    throw new PPError(
      'INVALID_ARGUMENT',
      DEV && `A contract has at most ${MAX_ROWS} names, each of 256 characters.`,
    )
  }
  return rows.sort()
}

/** The names of a contract that both ends may number: of rooms, messages, requests and events, sorted, each once. */
export function contractNames(contract: ContractShape): readonly string[] {
  const shapes: readonly (ContractShape | RoomShape)[] = [contract, ...Object.values(contract.rooms ?? {})]
  const names = new Set(Object.values(contract.rooms ?? {}).map(({ name }) => name))
  for (const { messages = {}, requests = {}, events = {} } of shapes)
    for (const map of [messages, requests, events]) for (const type of Object.keys(map)) names.add(type)
  return [...names].sort()
}

/** What differs, in the order of the names. Registries are compared where both ends have one: v3 says all types without. */
export function compareContracts(
  client: readonly string[],
  server: readonly string[],
): readonly ContractMismatch[] {
  // Nearly every client has the same.
  if (client.length === server.length && client.every((row, at) => row === server[at])) return []
  const hasRegistry = [client, server].every((rows) => rows.some(isSchema))
  const theirs = byName(client, hasRegistry)
  const ours = byName(server, hasRegistry)
  return [...new Set([...theirs.keys(), ...ours.keys()])].sort().flatMap((name) => {
    if (theirs.get(name) === ours.get(name)) return []
    return { name, where: !ours.has(name) ? 'client' : !theirs.has(name) ? 'server' : 'both' } as const
  })
}

export const rows: Rule<readonly string[]> = (value, field) =>
  list(MAX_ROWS, (row) => textUpTo(MAX_ROW_LENGTH, row, field), value, field)

export const mismatches: Rule<readonly ContractMismatch[]> = (value, field) =>
  list(MAX_MISMATCHES, (item) => readFields(MISMATCH, item, field), value, field)

const MISMATCH: Shape<ContractMismatch> = {
  name: text,
  where: (value, field) => oneOf(['client', 'server', 'both'], value, field),
}

function messageRows(
  prefix: string,
  { messages = {}, requests = {}, events = {} }: Pick<ContractShape, 'messages' | 'requests' | 'events'>,
): string[] {
  return [
    ...Object.entries(messages).map(([type, schema]) => `message ${prefix}${quoted(type)}${shapeOf(schema)}`),
    ...Object.entries(requests).map(
      ([type, { input, output }]) => `request ${prefix}${quoted(type)}${shapeOf(input)}${shapeOf(output)}`,
    ),
    ...Object.entries(events).map(([type, schema]) => `event ${prefix}${quoted(type)}${shapeOf(schema)}`),
  ]
}

/** Behind "=" the hash of what travels, where the validator can say it as JSON Schema; nothing where it cannot. */
function shapeOf(schema: AnySchema): string {
  try {
    const shape = schema['~standard'].jsonSchema?.input({ target: 'draft-2020-12' })
    return shape === undefined ? '' : `=${hashText(shape)}`
  } catch {
    // A date or a transformation: validators throw for what JSON Schema has no words for.
    return ''
  }
}

/** All rows of an end in eight characters: what differs in a name or a shape differs here. */
export function fingerprintText(rows: readonly string[]): string {
  return hashText(rows)
}

function hashText(value: unknown): string {
  return hashState(value).toString(16).padStart(8, '0')
}

/** A name may hold dots, spaces and "="; between quotes none of them is taken for ours. */
function quoted(name: string): string {
  return JSON.stringify(name)
}

function isSchema(row: string): boolean {
  return row.startsWith('schema ')
}

function byName(rows: readonly string[], withSchemas: boolean): ReadonlyMap<string, string> {
  const named = new Map<string, string>()
  for (const row of rows) {
    if (isSchema(row) && !withSchemas) continue
    const end = row.indexOf('=', row.lastIndexOf('"') + 1)
    named.set(end < 0 ? row : row.slice(0, end), row)
  }
  return named
}
