// Scenario files: a seed, the settings to begin with and the events to come, as JSON that people can keep and share.
// `{ "version": 1, "seed": 7, "profile": "train", "settings": {…}, "events": [{ "at": 500, "do": "cut" }] }`
import { assertNever } from '../errors.js'
import type { Undo } from '../emitter.js'
import type { Time } from '../time.js'
import type { Link } from './link.js'
import { isProfileName, NETWORK_PROFILES, type NetworkProfile, type ProfileName } from './profiles.js'
import { MAX_SCENARIO_MS, parseScenarioEvents, type ScenarioEvent } from './events.js'
import { invalid, parseLinkPatch, readRange, readRecord, readWhole, type LinkPatch } from './settings.js'

export interface Scenario {
  version: 1
  /** For `createNetwork`, when it is given none of its own. */
  seed?: number
  profile?: ProfileName
  /** On top of the profile's. */
  settings?: LinkPatch
  /** Beside the profile's. */
  events?: readonly ScenarioEvent[]
  /** The events begin anew after so long. 0, or absent without a profile: they come once. */
  repeatMs?: number
}

/**
 * A scenario from a file's text or from its parsed content.
 * @throws PPError `INVALID_ARGUMENT`, naming the field, on anything unknown, missing or out of range
 */
export function parseScenario(source: unknown): Scenario {
  const from = readRecord(typeof source === 'string' ? parseText(source) : source, 'scenario', [
    'version',
    'seed',
    'profile',
    'settings',
    'events',
    'repeatMs',
  ])
  if (from['version'] !== 1) throw invalid('scenario.version', '1')
  const scenario: Scenario = { version: 1 }
  if (from['seed'] !== undefined) scenario.seed = readSeed(from['seed'], 'scenario.seed')
  if (from['profile'] !== undefined) {
    if (!isProfileName(from['profile'])) {
      throw invalid('scenario.profile', `one of ${Object.keys(NETWORK_PROFILES).join(', ')}`)
    }
    scenario.profile = from['profile']
  }
  if (from['settings'] !== undefined)
    scenario.settings = parseLinkPatch(from['settings'], 'scenario.settings')
  if (from['events'] !== undefined) scenario.events = parseScenarioEvents(from['events'], 'scenario.events')
  if (from['repeatMs'] !== undefined) scenario.repeatMs = readRepeat(from['repeatMs'])
  return scenario
}

export function readSeed(value: unknown, field: string): number {
  return readWhole(value, field, 0, 2 ** 32 - 1)
}

/** Shorter rounds would be a spin. */
function readRepeat(value: unknown): number {
  return value === 0 ? 0 : readRange(value, 'scenario.repeatMs', 100, MAX_SCENARIO_MS)
}

function parseText(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw invalid('scenario', 'JSON')
  }
}

export interface PlayOptions {
  /** The tab goes into the background or comes back: nothing the network could do by itself. */
  onVisibility?: (isHidden: boolean) => void
}

/**
 * Puts a link under a scenario: its settings at once, its events at their times. Ends with the link, or with the
 * returned undo; what has happened by then stays.
 * @throws PPError `INVALID_ARGUMENT` when the scenario is none; `CLOSED` when the link is
 */
export function playScenario(link: Link, scenario: Scenario, time: Time, options: PlayOptions = {}): Undo {
  const checked = parseScenario(scenario)
  const profile: NetworkProfile | null =
    checked.profile === undefined ? null : NETWORK_PROFILES[checked.profile]
  // Stable: events of one instant keep their order, the profile's first.
  const events = [...(profile?.events ?? []), ...(checked.events ?? [])].sort((a, b) => a.at - b.at)
  const repeatMs = checked.repeatMs ?? profile?.repeatMs ?? 0
  const start = time.now()
  let round = 0
  let next = 0
  let cancel: Undo = () => {}

  function dueAt(): number {
    const event = events[next]
    return event === undefined ? Infinity : start + round * repeatMs + event.at
  }

  function arm(): void {
    if (next === events.length && repeatMs > 0 && events.length > 0) {
      next = 0
      round++
    }
    if (next < events.length) cancel = time.after(Math.max(0, dueAt() - time.now()), step)
  }

  function step(): void {
    const event = events[next]
    if (event === undefined) return
    // Armed before it runs: an event may close the link, and that must be able to undo this.
    const isEarly = dueAt() > time.now()
    if (!isEarly) next++
    arm()
    if (!isEarly) act(link, event, options)
  }

  const unlisten = link.onClose(() => cancel())
  link.set(profile?.settings ?? {})
  link.set(checked.settings ?? {})
  arm()
  return () => {
    unlisten()
    cancel()
  }
}

function act(link: Link, event: ScenarioEvent, options: PlayOptions): void {
  switch (event.do) {
    case 'set':
      return link.set(event.settings)
    case 'offline':
      return link.offline()
    case 'online':
      return link.online()
    case 'cut':
      return link.cut()
    case 'stall':
      return link.stall(event.ms, event.direction)
    case 'zombie':
      return link.zombie(event.direction)
    case 'dropNext':
      return link.dropNext(event.count, event.direction)
    case 'cutAtByte':
      return link.cutAtByte(event.bytes, event.direction)
    case 'corruptNext':
      return link.corruptNext(event.direction, event.nth)
    case 'hide':
      return options.onVisibility?.(true)
    case 'show':
      return options.onVisibility?.(false)
    default:
      return assertNever(event)
  }
}
