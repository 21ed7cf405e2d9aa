// The line of one player, in the words of those who suffer from it. Beneath is a link of the network engine, in a proxy
// between page and server; a browser's own offline switch leaves open WebSockets alone.
import {
  playScenario,
  type Direction,
  type Link,
  type ProfileName,
  type Scenario,
  type Time,
} from '@painda/protocol'

export interface PlayerNet {
  /** The engine's link, with everything else it can do: `dropNext`, `cutAtByte`, `corruptNext`… */
  readonly link: Link
  readonly isOnline: boolean
  /** What was played last; null for none. In the report of a test that failed. */
  readonly scenario: Scenario | null
  /** Open connections stall, new ones fail; `online` delivers what waited. */
  offline(): void
  online(): void
  /** Every connection breaks. New ones may be opened at once. */
  cut(): void
  /** `cut` and `offline`: the line is gone until `online`. */
  disconnect(): void
  /** So long each way, give or take `jitterMs`. */
  latency(ms: number, options?: { jitterMs?: number }): void
  /** Bytes per second each way; null for no limit. */
  bandwidth(bytesPerSecond: number | null): void
  /** Nothing arrives for so long, then everything, in order. */
  stall(ms: number, direction?: Direction): void
  /** The connections that are open die, and neither end hears of it. */
  halfOpen(direction?: Direction): void
  /** The same by its other name. */
  zombie(direction?: Direction): void
  /** Weather with a name: `train`, `subway`, `goodWifi`… Its events come at their times. */
  profile(name: ProfileName): void
  /** Settings and events of a file, from now on. Ends what was played before. */
  play(scenario: Scenario): void
}

export function createPlayerNet(link: Link, time: Time): PlayerNet {
  let stop = (): void => {}
  let scenario: Scenario | null = null

  function play(next: Scenario): void {
    stop()
    stop = playScenario(link, next, time)
    scenario = next
  }

  return {
    link,
    get isOnline() {
      return link.isOnline
    },
    get scenario() {
      return scenario
    },
    offline: () => link.offline(),
    online: () => link.online(),
    cut: () => link.cut(),
    disconnect() {
      link.offline()
      link.cut()
    },
    latency(delayMs, { jitterMs = 0 } = {}) {
      link.set({ delayMs, jitter: { form: 'uniform', ms: jitterMs } })
    },
    bandwidth: (bytesPerSecond) => link.set({ bytesPerSecond }),
    stall: (ms, direction) => link.stall(ms, direction),
    halfOpen: (direction) => link.zombie(direction),
    zombie: (direction) => link.zombie(direction),
    profile: (profile) => play({ version: 1, profile }),
    play,
  }
}
