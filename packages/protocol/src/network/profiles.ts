// Named weather. The first eight are those that the netcode is measured on; the last four are places that people know.
import type { LinkPatch } from './settings.js'
import type { ScenarioEvent } from './events.js'

export interface NetworkProfile {
  settings: LinkPatch
  events: readonly ScenarioEvent[]
  /** The events begin anew after so long; 0 for once. */
  repeatMs: number
}

function weather(settings: LinkPatch, events: readonly ScenarioEvent[] = [], repeatMs = 0): NetworkProfile {
  return { settings, events, repeatMs }
}

/** "100±30" is a uniform spread: with a normal one of that width nobody could meet the lag that is asked of `spec`. */
const JIT = { delayMs: 100, jitter: { form: 'uniform', ms: 30 } } as const satisfies LinkPatch
const GOOD = { delayMs: 25, jitter: { form: 'exponential', ms: 4 } } as const satisfies LinkPatch

export const NETWORK_PROFILES = {
  lan: weather({ delayMs: 2, jitter: { form: 'uniform', ms: 0.5 } }),
  good: weather(GOOD),
  jit: weather(JIT),
  spec: weather({ ...JIT, stalls: { chance: 0.02, slotMs: 50, minMs: 80, maxMs: 250 } }),
  /** The route changes in the middle of the match. */
  step: weather({ delayMs: 40 }, [{ at: 30_000, do: 'set', settings: { delayMs: 120 } }]),
  /** A full mobile cell: 40 kB/s. */
  bw: weather({ ...GOOD, bytesPerSecond: 40_000 }),
  /** The network is fine; the tab is in the background for 20 s, which whoever plays the scenario has to act out. */
  bg: weather(GOOD, [
    { at: 20_000, do: 'hide' },
    { at: 40_000, do: 'show' },
  ]),
  /** The connection breaks and there is none for 3 s. */
  flap: weather(GOOD, [
    { at: 20_000, do: 'cut' },
    { at: 20_000, do: 'offline' },
    { at: 23_000, do: 'online' },
  ]),
  goodWifi: weather({ delayMs: 8, jitter: { form: 'exponential', ms: 3 } }),
  /** Masts pass by: slow, stalling, now and then a tunnel. */
  train: weather(
    {
      delayMs: 60,
      jitter: { form: 'exponential', ms: 25 },
      bytesPerSecond: 250_000,
      stalls: { chance: 0.03, slotMs: 50, minMs: 100, maxMs: 600 },
    },
    [
      { at: 25_000, do: 'offline' },
      { at: 31_000, do: 'online' },
    ],
    45_000,
  ),
  /** Signal at the stations, none between them; the phone gives its sockets up on the way. */
  subway: weather(
    { delayMs: 80, jitter: { form: 'exponential', ms: 40 }, bytesPerSecond: 100_000 },
    [
      { at: 20_000, do: 'offline' },
      { at: 35_000, do: 'cut' },
      { at: 50_000, do: 'online' },
    ],
    60_000,
  ),
  /** Weak as the door closes, then dead without a goodbye, then a new network upstairs. */
  elevator: weather({ delayMs: 30, jitter: { form: 'exponential', ms: 8 } }, [
    { at: 5_000, do: 'set', settings: { delayMs: 200, bytesPerSecond: 10_000 } },
    { at: 8_000, do: 'zombie' },
    { at: 8_000, do: 'offline' },
    { at: 20_000, do: 'online' },
    { at: 20_000, do: 'set', settings: { delayMs: 30, bytesPerSecond: null } },
  ]),
} as const satisfies Record<string, NetworkProfile>

export type ProfileName = keyof typeof NETWORK_PROFILES

export function isProfileName(name: unknown): name is ProfileName {
  return typeof name === 'string' && Object.hasOwn(NETWORK_PROFILES, name)
}
