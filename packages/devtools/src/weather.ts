// The network that the lines of this page are links of, made when the first line is made bad. One seed decides about all of it, and
// can be set, so that what was seen can be seen again.
import { createNetwork } from '@painda/protocol'
import type { Network, Time } from '@painda/protocol'
import type { Line } from './line.js'

export interface Weather {
  readonly seed: number
  network(): Network
  /** A whole number below 2³². Lines that are in use break once and go on under the new seed. False for what is none. */
  reseed(seed: number): boolean
}

export interface WeatherOptions {
  time: Time
  lines: () => readonly Line[]
}

const MAX_SEED = 2 ** 32 - 1

export function createWeather({ time, lines }: WeatherOptions): Weather {
  let seed = 1
  let network: Network | null = null
  return {
    get seed() {
      return seed
    },
    network: () => (network ??= createNetwork({ time, seed })),
    reseed(next) {
      if (!Number.isInteger(next) || next < 0 || next > MAX_SEED) return false
      seed = next
      const before = network
      network = null
      for (const line of lines()) line.renew()
      before?.close()
      return true
    },
  }
}
