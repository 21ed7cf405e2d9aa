// What the environment says of a game: `PP_FILL=0` plays without bots; `PP_TIMING=lobby:0,play:20` changes how many seconds phases
// take; `PP_TICK_HZ=60` moves everybody twice as often.
import type { Timing } from './round.js'

export interface PlayOptions {
  /** Bots join until a room has this many players; 0 for none. Default 6. */
  fillTo?: number
  /** Seconds of the phases, where they differ from the usual ones. */
  timing?: Partial<Timing>
  /** How often a room moves everybody in a second. Default 30. */
  tickHz?: number
}

type Environment = Readonly<Record<string, string | undefined>>

export function playOptionsOf({
  PP_FILL: fill,
  PP_TIMING: timing,
  PP_TICK_HZ: tickHz,
}: Environment): PlayOptions {
  return {
    ...(fill === undefined ? {} : { fillTo: Number(fill) }),
    ...(timing === undefined ? {} : { timing: readTiming(timing) }),
    ...(tickHz === undefined ? {} : { tickHz: Number(tickHz) }),
  }
}

function readTiming(text: string): Record<string, number> {
  return Object.fromEntries(
    text.split(',').flatMap((part) => {
      const [phase = '', seconds] = part.split(':')
      return Number.isFinite(Number(seconds)) ? [[phase, Number(seconds)]] : []
    }),
  )
}
