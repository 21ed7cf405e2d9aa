// What a player does, and what a player wants to see.
//   client → server  Input     what was done in the last ticks, each for the server tick that shall consume it
//   server → client  InputAck  how far inputs were consumed, and how early they came: the client steers its input clock by it
//   client → server  Interest  what of a room's state to see, and how often
// Inputs are not counted and never repeated after a reconnect: each frame brings the last few, and each tick takes its own once.
import { any, count, list, name, number, readFields } from './fields.js'
import type { Shape } from './fields.js'

/** Half a second at 60 Hz: what is older has no tick left to go to. */
export const MAX_INPUTS = 32
/** More places than anybody looks at. */
const MAX_ZONES = 256

export interface Input {
  kind: 'input'
  /** The view of the room it is for, by the number under which its state comes. */
  channel: number
  /** The server tick that shall consume the last of `inputs`; the one before is for the tick before, and so on. */
  tick: number
  /** 1 to `MAX_INPUTS` values of the application, the oldest first. */
  inputs: readonly unknown[]
  /** The tick that the player was shown when the last input was made, in 1/256 ticks: where a rewind looks. */
  seen?: number
  /** The client's clock, to be echoed: a clock probe that costs no frame of its own. Milliseconds. */
  at?: number
}

export interface InputAck {
  kind: 'inputAck'
  channel: number
  /** The last tick whose input was consumed, or missed for good. */
  tick: number
  /** How many ticks before their own inputs came, in 1/16 ticks: the 10th percentile of late. Negative: too late. */
  margin: number
  /** Inputs that came too late since the last InputAck and were dropped. */
  late: number
  echo?: ClockEcho
}

/** The answer to a clock probe, wherever it travels. */
export interface ClockEcho {
  /** The client's stamp, unchanged. */
  at: number
  /** From its arrival to this answer. Milliseconds, to a microsecond. */
  heldMs: number
  /** The server's clock when it wrote this. */
  serverNow: number
}

export interface Interest {
  kind: 'interest'
  room: string
  /** Where to look, as the room understands it. Absent: as before. */
  zones?: readonly unknown[]
  /** How often state is wanted, at most; the room has the last word. Absent: as before. */
  sendHz?: number
}

const ECHO: Shape<ClockEcho> = { at: number, heldMs: number, serverNow: number }

export const INPUT: Shape<Input> = {
  channel: count,
  tick: count,
  inputs: (value, field) => list(MAX_INPUTS, any, value, field),
  'seen?': number,
  'at?': number,
}

export const INPUT_ACK: Shape<InputAck> = {
  channel: count,
  tick: count,
  margin: number,
  late: count,
  'echo?': (value, field) => readFields(ECHO, value, field),
}

export const INTEREST: Shape<Interest> = {
  room: name,
  'zones?': (value, field) => list(MAX_ZONES, any, value, field),
  'sendHz?': count,
}
