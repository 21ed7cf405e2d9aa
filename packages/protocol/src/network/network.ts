// The network engine: one seedable model of bad weather for every client, over any Transport and under any clock. The
// overlay, unit tests and browser tests all use this one, so what was seen in one can be replayed in another.
import { PPError } from '../errors.js'
import { createRandom } from '../random.js'
import type { Time } from '../time.js'
import { createLink, type Link } from './link.js'
import type { DeliveryRecorder } from './log.js'
import { parseScenario, playScenario, readSeed, type PlayOptions, type Scenario } from './scenario.js'
import { readWhole } from './settings.js'

export interface NetworkOptions {
  time: Time
  /** A whole number below 2³². Default: the scenario's, else 1. */
  seed?: number
  /** Played on every link from its creation on. */
  scenario?: Scenario
  /** Told of every delivery: `createDeliveryLog()`, or anything with a `record`. */
  log?: DeliveryRecorder
  /** Events of a scenario that concern a link's tab. */
  onVisibility?: (link: Link, isHidden: boolean) => void
  /** A connection for which the engine must hold more in one direction is cut. Default 16 MiB. */
  maxHeldBytes?: number
}

export interface Network {
  readonly time: Time
  readonly seed: number
  readonly links: readonly Link[]
  readonly isClosed: boolean
  /**
   * The link of that name, made when there is none. Its weather follows from the seed and the name alone, whatever
   * other links do. Without a name: a new link, `link-1`, `link-2`…
   * @throws PPError `CLOSED` after `close`
   */
  link(name?: string): Link
  /** Closes every link. Safe to call twice. */
  close(): void
}

/** Seconds of a fast game for one player; a real sender would have been told to stop long before. */
export const MAX_HELD_BYTES = 16 * 1024 * 1024

/**
 * Creates a network whose links are perfect until told otherwise: 1 ms each way, no loss, no limit.
 * @throws PPError `INVALID_ARGUMENT` that names a field of the options or of the scenario
 */
export function createNetwork(options: NetworkOptions): Network {
  const { time, log, onVisibility } = options
  const scenario = options.scenario === undefined ? null : parseScenario(options.scenario)
  const seed = readSeed(options.seed ?? scenario?.seed ?? 1, 'seed')
  const maxHeldBytes = readWhole(options.maxHeldBytes ?? MAX_HELD_BYTES, 'maxHeldBytes', 1, 2 ** 40)
  const random = createRandom(seed)
  const start = time.now()
  const links = new Map<string, Link>()
  let unnamedCount = 0
  let isClosed = false

  function create(name: string): Link {
    const link = createLink({
      name,
      time,
      random: random.fork(`link ${name}`),
      maxHeldBytes,
      record: (entry) => log?.record({ t: time.now() - start, link: name, ...entry }),
    })
    links.set(name, link)
    link.onClose(() => links.delete(name))
    const play: PlayOptions =
      onVisibility === undefined ? {} : { onVisibility: (isHidden) => onVisibility(link, isHidden) }
    if (scenario !== null) playScenario(link, scenario, time, play)
    return link
  }

  function nextName(): string {
    const name = `link-${++unnamedCount}`
    return links.has(name) ? nextName() : name
  }

  return {
    time,
    seed,
    get links() {
      return [...links.values()]
    },
    get isClosed() {
      return isClosed
    },
    link(name) {
      if (isClosed) throw new PPError('CLOSED', 'The network is closed.')
      return name === undefined ? create(nextName()) : (links.get(name) ?? create(name))
    },
    close() {
      isClosed = true
      for (const link of [...links.values()]) link.close()
    },
  }
}
