// What happens to a link and when: the events of a scenario, and their checks. Each event is named after the
// method of Link that it calls; `hide` and `show` concern the tab and are passed on to whoever plays.
import {
  invalid,
  parseLinkPatch,
  readChoice,
  readRange,
  readRecord,
  readWhole,
  type Direction,
  type LinkPatch,
} from './settings.js'

/** `at` counts milliseconds from the start of the scenario. */
export type ScenarioEvent =
  | { at: number; do: 'set'; settings: LinkPatch }
  | { at: number; do: 'offline' | 'online' | 'cut' | 'hide' | 'show' }
  | { at: number; do: 'stall'; ms: number; direction?: Direction }
  | { at: number; do: 'zombie'; direction?: Direction }
  | { at: number; do: 'dropNext'; count: number; direction: Direction }
  | { at: number; do: 'cutAtByte'; bytes: number; direction: Direction }
  | { at: number; do: 'corruptNext'; direction: Direction; nth?: number }

const PLAIN = ['offline', 'online', 'cut', 'hide', 'show'] as const
const ACTIONS = [...PLAIN, 'set', 'stall', 'zombie', 'dropNext', 'cutAtByte', 'corruptNext'] as const
const MAX_EVENTS = 10_000
/** A day. */
export const MAX_SCENARIO_MS = 86_400_000

/** @throws PPError `INVALID_ARGUMENT` that names the field */
export function parseScenarioEvents(value: unknown, field: string): ScenarioEvent[] {
  if (!Array.isArray(value) || value.length > MAX_EVENTS) {
    throw invalid(field, `a list of at most ${MAX_EVENTS} events`)
  }
  return value.map((event, index) => parseEvent(event, `${field}[${index}]`))
}

function parseEvent(value: unknown, field: string): ScenarioEvent {
  const all = readRecord(value, field, ['at', 'do', 'settings', 'ms', 'direction', 'count', 'bytes', 'nth'])
  const at = readRange(all['at'], `${field}.at`, 0, MAX_SCENARIO_MS)
  const action = readChoice(all['do'], `${field}.do`, ACTIONS)
  const known = (...fields: string[]) => readRecord(value, field, ['at', 'do', ...fields])
  const direction = (): Direction => readChoice(all['direction'], `${field}.direction`, ['up', 'down'])
  const maybeDirection = () => (all['direction'] === undefined ? {} : { direction: direction() })
  const count = (from: unknown, name: string, min: number): number =>
    readWhole(from, `${field}.${name}`, min, Number.MAX_SAFE_INTEGER)

  switch (action) {
    case 'set':
      known('settings')
      return { at, do: action, settings: parseLinkPatch(all['settings'], `${field}.settings`) }
    case 'stall':
      known('ms', 'direction')
      return { at, do: action, ms: readRange(all['ms'], `${field}.ms`, 0, 600_000), ...maybeDirection() }
    case 'zombie':
      known('direction')
      return { at, do: action, ...maybeDirection() }
    case 'dropNext':
      known('count', 'direction')
      return { at, do: action, count: count(all['count'], 'count', 0), direction: direction() }
    case 'cutAtByte':
      known('bytes', 'direction')
      return { at, do: action, bytes: count(all['bytes'], 'bytes', 0), direction: direction() }
    case 'corruptNext': {
      known('direction', 'nth')
      const nth = all['nth'] === undefined ? {} : { nth: count(all['nth'], 'nth', 1) }
      return { at, do: action, direction: direction(), ...nth }
    }
    default:
      known()
      return { at, do: action }
  }
}
