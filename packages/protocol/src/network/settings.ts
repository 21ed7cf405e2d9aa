// How one link behaves in each direction, and the checks for settings that people type or load from files.
import { PPError } from '../errors.js'
import { isPlainObject } from '../json.js'

/** `up` is from the client to the server. */
export type Direction = 'up' | 'down'

/** The four shapes of jitter; `ms` is half the width, the mean, or the standard deviation. */
export interface Jitter {
  form: 'none' | 'uniform' | 'exponential' | 'gaussian'
  ms: number
}

/**
 * Loss on TCP: nothing is lost, but everything waits for the retransmission and then comes at once. Whether a stall
 * begins is asked once per slot of time, so that sending more often does not mean more stalls.
 */
export interface Stalls {
  /** The chance of a stall in each slot, 0 to 1. */
  chance: number
  slotMs: number
  minMs: number
  maxMs: number
}

export interface DirectionSettings {
  /** One-way delay. The network never delivers in less than 1 ms. */
  delayMs: number
  jitter: Jitter
  /** Null: as fast as one likes. */
  bytesPerSecond: number | null
  stalls: Stalls | null
}

export interface LinkSettings {
  up: DirectionSettings
  down: DirectionSettings
}

/** A change of settings: fields at the top go for both directions, those in `up` and `down` for one. */
export interface LinkPatch extends Partial<DirectionSettings> {
  up?: Partial<DirectionSettings>
  down?: Partial<DirectionSettings>
}

/** A wire as short as a wire can be. */
const WIRE: DirectionSettings = {
  delayMs: 0,
  jitter: { form: 'none', ms: 0 },
  bytesPerSecond: null,
  stalls: null,
}

export const PERFECT_LINK: LinkSettings = { up: WIRE, down: WIRE }

/** `base` with the fields that `patch` names; neither is changed. */
export function mergeSettings(base: LinkSettings, patch: LinkPatch): LinkSettings {
  const { up, down, ...both } = patch
  return { up: { ...base.up, ...both, ...up }, down: { ...base.down, ...both, ...down } }
}

/** Ten minutes: more than any link that a person would still call slow. */
const MAX_MS = 600_000
const JITTER_FORMS = ['none', 'uniform', 'exponential', 'gaussian'] as const
const DIRECTION_FIELDS = ['delayMs', 'jitter', 'bytesPerSecond', 'stalls'] as const

/** @throws PPError `INVALID_ARGUMENT` that names the field */
export function parseLinkPatch(value: unknown, field: string): LinkPatch {
  const from = readRecord(value, field, [...DIRECTION_FIELDS, 'up', 'down'])
  const { up, down, ...both } = from
  const patch: LinkPatch = parseDirection(both, field)
  if (up !== undefined) patch.up = parseDirection(up, `${field}.up`)
  if (down !== undefined) patch.down = parseDirection(down, `${field}.down`)
  return patch
}

function parseDirection(value: unknown, field: string): Partial<DirectionSettings> {
  const from = readRecord(value, field, DIRECTION_FIELDS)
  const settings: Partial<DirectionSettings> = {}
  if (from['delayMs'] !== undefined)
    settings.delayMs = readRange(from['delayMs'], `${field}.delayMs`, 0, MAX_MS)
  if (from['jitter'] !== undefined) settings.jitter = parseJitter(from['jitter'], `${field}.jitter`)
  if (from['bytesPerSecond'] !== undefined) {
    const rate = from['bytesPerSecond']
    settings.bytesPerSecond = rate === null ? null : readRange(rate, `${field}.bytesPerSecond`, 1, 1e12)
  }
  if (from['stalls'] !== undefined) {
    settings.stalls = from['stalls'] === null ? null : parseStalls(from['stalls'], `${field}.stalls`)
  }
  return settings
}

function parseJitter(value: unknown, field: string): Jitter {
  const from = readRecord(value, field, ['form', 'ms'])
  return {
    form: readChoice(from['form'], `${field}.form`, JITTER_FORMS),
    ms: readRange(from['ms'], `${field}.ms`, 0, MAX_MS),
  }
}

function parseStalls(value: unknown, field: string): Stalls {
  const from = readRecord(value, field, ['chance', 'slotMs', 'minMs', 'maxMs'])
  const minMs = readRange(from['minMs'], `${field}.minMs`, 0, MAX_MS)
  return {
    chance: readRange(from['chance'], `${field}.chance`, 0, 1),
    slotMs: readRange(from['slotMs'], `${field}.slotMs`, 1, MAX_MS),
    minMs,
    maxMs: readRange(from['maxMs'], `${field}.maxMs`, minMs, MAX_MS),
  }
}

/** A plain object without a field that nobody knows: a misspelt setting must not pass as "not set". */
export function readRecord(value: unknown, field: string, known: readonly string[]): Record<string, unknown> {
  if (!isPlainObject(value)) throw invalid(field, 'an object')
  for (const key of Object.keys(value)) {
    if (!known.includes(key))
      throw invalid(`${field}.${key}`, `absent: the known fields are ${known.join(', ')}`)
  }
  return value
}

export function readRange(value: unknown, field: string, min: number, max: number): number {
  if (typeof value === 'number' && value >= min && value <= max) return value
  throw invalid(field, `a number from ${min} to ${max}`)
}

export function readWhole(value: unknown, field: string, min: number, max: number): number {
  if (Number.isInteger(value)) return readRange(value, field, min, max)
  throw invalid(field, `a whole number from ${min} to ${max}`)
}

export function readChoice<T extends string>(value: unknown, field: string, choices: readonly T[]): T {
  const found = choices.find((choice) => choice === value)
  if (found !== undefined) return found
  throw invalid(field, `one of ${choices.join(', ')}`)
}

export function invalid(field: string, expected: string): PPError {
  return new PPError('INVALID_ARGUMENT', `${field} must be ${expected}.`, { details: { field } })
}
