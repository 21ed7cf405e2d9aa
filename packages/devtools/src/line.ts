// A client's line to the server, which the reader can make bad. As long as nobody does, sockets are the client's own; the first bad
// weather moves the one that is open onto a link of the network engine, and the client notices nothing but the weather.
import { createRandom, PERFECT_LINK, playScenario } from '@painda/protocol'
import type {
  Direction,
  Link,
  LinkPatch,
  LinkSettings,
  Network,
  ProfileName,
  Time,
  Transport,
  Undo,
} from '@painda/protocol'
import { createHandOver, type HandOver } from './hand-over.js'
import { createSieve, NO_RULE, SORTS, type Sort, type SortRule } from './sieve.js'

export interface Line {
  readonly settings: LinkSettings
  /** Of messages of one sort, beside the settings for all of them. */
  ruleOf(direction: Direction, sort: Sort): SortRule
  /** What was chosen by name and not changed since; null for none. */
  readonly profile: ProfileName | null
  readonly isOnline: boolean
  /** False while sockets are the client's own. */
  readonly isTouched: boolean
  /** What a client dials goes through here. */
  through(transport: Transport): Transport
  set(patch: LinkPatch): void
  setRule(direction: Direction, sort: Sort, rule: SortRule): void
  /** Settings at once, events at their times: a train enters its tunnel after 25 s. */
  play(name: ProfileName): void
  /** Perfect again, and online. */
  calm(): void
  /** Every connection breaks; new ones may be opened at once. */
  cut(): void
  /** Connections stall and new ones fail, until `online`. */
  offline(): void
  online(): void
  stall(ms: number): void
  /** The open connection dies, and neither end hears of it. */
  halfOpen(direction?: Direction): void
  /** Under the same weather from another seed: connections break once. */
  renew(): void
  /** Called when one of the above was. */
  subscribe(listener: () => void): Undo
}

export interface LineOptions {
  name: string
  time: Time
  network: () => Network
  /** The client's wait for its next attempt may end. */
  retry: () => void
}

export function createLine({ name, time, network, retry }: LineOptions): Line {
  const listeners = new Set<() => void>()
  let link: Link | null = null
  /** The client's own socket, opened before there was a link. */
  let own: HandOver | null = null
  let profile: ProfileName | null = null
  const rules = new Map<string, SortRule>()
  let stop: Undo = () => {}

  function tell(): void {
    for (const listener of listeners) listener()
  }

  const ruleOf: Line['ruleOf'] = (direction, sort) => rules.get(`${direction} ${sort}`) ?? NO_RULE

  /** A connection as it looks from here: through the weather, and through what is held back of it. */
  function behind(over: Link, inner: Transport): Transport {
    const random = createRandom(network().seed).fork(`${name} by type`)
    return createSieve(over.wrap(inner), { time, random, ruleOf })
  }

  /** The link; whoever still speaks past it goes on over it. */
  function touch(): Link {
    if (link !== null) return link
    const made = network().link(name)
    link = made
    own?.moveTo((inner) => behind(made, inner))
    own = null
    return made
  }

  /** Ends the events of a profile; its settings stay. */
  function change(named: ProfileName | null): Link {
    stop()
    stop = () => {}
    profile = named
    return touch()
  }

  return {
    get settings() {
      return link?.settings ?? PERFECT_LINK
    },
    ruleOf,
    get profile() {
      return profile
    },
    get isOnline() {
      return link?.isOnline ?? true
    },
    get isTouched() {
      return link !== null
    },
    through(transport) {
      if (link !== null) return behind(link, transport)
      const handOver = createHandOver(transport)
      own = handOver
      transport.onClose(() => {
        if (own === handOver) own = null
      })
      return handOver.transport
    },
    set(patch) {
      change(null).set(patch)
      tell()
    },
    setRule(direction, sort, rule) {
      touch()
      if (rule.delayMs === 0 && rule.loss === 0) rules.delete(`${direction} ${sort}`)
      else rules.set(`${direction} ${sort}`, rule)
      tell()
    },
    play(named) {
      const touched = change(named)
      rules.clear()
      touched.online()
      touched.set(PERFECT_LINK)
      stop = playScenario(touched, { version: 1, profile: named }, time)
      tell()
    },
    calm() {
      const touched = change(null)
      rules.clear()
      touched.set(PERFECT_LINK)
      touched.online()
      tell()
    },
    cut() {
      touch().cut()
      tell()
    },
    offline() {
      touch().offline()
      tell()
    },
    online() {
      touch().online()
      retry()
      tell()
    },
    stall(ms) {
      touch().stall(ms)
      tell()
    },
    halfOpen(direction) {
      touch().zombie(direction)
      tell()
    },
    renew() {
      if (link === null) return
      const { settings, isOnline } = link
      const named = profile
      stop()
      link.close()
      link = null
      const next = touch()
      if (named === null) next.set(settings)
      else stop = playScenario(next, { version: 1, profile: named }, time)
      if (!isOnline) next.offline()
      time.after(0, retry)
      tell()
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}

/** The weather as a line of a Playwright test with `@painda/testing/playwright`. */
export function weatherAsTest(
  { profile, settings, isOnline, ruleOf }: Pick<Line, 'profile' | 'settings' | 'isOnline' | 'ruleOf'>,
  seed: number,
): string {
  const lines = [`test.use({ networkSeed: ${seed} })`, '', '// inside the test']
  if (profile !== null) lines.push(`ada.net.profile('${profile}')`)
  else lines.push(`ada.net.link.set(${JSON.stringify(settings)})`)
  if (!isOnline) lines.push('ada.net.offline()')
  for (const direction of ['up', 'down'] as const) {
    for (const sort of SORTS) {
      const { delayMs, loss } = ruleOf(direction, sort)
      if (delayMs > 0 || loss > 0)
        lines.push(`// By hand only: ${direction}, ${sort}, held back ${delayMs} ms, lost ${loss * 100} %`)
    }
  }
  return `${lines.join('\n')}\n`
}
