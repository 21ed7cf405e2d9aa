// The bodies of inputs and of what answers them: rules IN and CK. They belong to games, so the codec gets them handed in:
// whoever sends no inputs carries none of this.
//   input      channel, tick, at?, seen?, one value: the list of inputs
//   input ack  channel, tick, margin, late, echo?
import { PPError } from '../errors.js'
import { MAX_INPUTS } from '../input.js'
import type { Input, InputAck } from '../input.js'
import { ensure } from '../malformed.js'
import { inlineNames } from './names.js'
import { unzigzag, zigzag } from './number.js'
import { INPUT, INPUT_ACK } from './opcodes.js'
import type { Reader } from './reader.js'
import { readValue, writeValue } from './value.js'
import type { Writer } from './writer.js'

const HAS_AT = 0x10
const HAS_SEEN = 0x20
const HAS_ECHO = 0x10

const SEEN_PER_TICK = 256
const MARGIN_PER_TICK = 16
const MICROSECONDS = 1000

/** How a codec writes and reads inputs. */
export interface InputBodies {
  write(w: Writer, message: Input | InputAck): void
  /** @throws PPError `MALFORMED_FRAME` */
  read(r: Reader, opcode: number, flags: number): Input | InputAck
}

export const inputBodies: InputBodies = {
  write: (w, message) => (message.kind === 'input' ? writeInput(w, message) : writeInputAck(w, message)),
  read: (r, opcode, flags) => (opcode === INPUT ? readInput(r, flags) : readInputAck(r, flags)),
}

function writeInput(w: Writer, { channel, tick, inputs, seen, at }: Input): void {
  if (!isBatch(inputs, tick)) {
    throw new PPError('INVALID_PAYLOAD', `A message holds 1 to ${MAX_INPUTS} inputs, for ticks from 0 on.`)
  }
  w.u8(INPUT | (at === undefined ? 0 : HAS_AT) | (seen === undefined ? 0 : HAS_SEEN))
  w.varint(channel)
  w.varint(tick)
  if (at !== undefined) w.f64(at)
  if (seen !== undefined) w.varint(Math.max(0, Math.round(seen * SEEN_PER_TICK)))
  writeValue(w, inputs, inlineNames, 0)
}

function readInput(r: Reader, flags: number): Input {
  ensure((flags & ~(HAS_AT | HAS_SEEN)) === 0, 'flag')
  const channel = r.varint()
  const tick = r.varint()
  const at = flags & HAS_AT ? { at: r.float(8) } : {}
  const seen = flags & HAS_SEEN ? { seen: r.varint() / SEEN_PER_TICK } : {}
  const inputs = readValue(r, inlineNames, 0)
  ensure(Array.isArray(inputs) && isBatch(inputs, tick), 'inputs')
  return { kind: 'input', channel, tick, inputs, ...seen, ...at }
}

function writeInputAck(w: Writer, { channel, tick, margin, late, echo }: InputAck): void {
  w.u8(INPUT_ACK | (echo === undefined ? 0 : HAS_ECHO))
  w.varint(channel)
  w.varint(tick)
  w.varint(zigzag(Math.round(margin * MARGIN_PER_TICK)))
  w.varint(late)
  if (echo === undefined) return
  w.f64(echo.at)
  writeHeld(w, echo.heldMs)
  w.f64(echo.serverNow)
}

function readInputAck(r: Reader, flags: number): InputAck {
  ensure((flags & ~HAS_ECHO) === 0, 'flag')
  return {
    kind: 'inputAck',
    channel: r.varint(),
    tick: r.varint(),
    margin: unzigzag(r.varint()) / MARGIN_PER_TICK,
    late: r.varint(),
    ...(flags & HAS_ECHO ? { echo: { at: r.float(8), heldMs: readHeld(r), serverNow: r.float(8) } } : {}),
  }
}

/** A hold time, in whole microseconds. */
export function writeHeld(w: Writer, heldMs: number): void {
  w.varint(Math.max(0, Math.round(heldMs * MICROSECONDS)))
}

export function readHeld(r: Reader): number {
  return r.varint() / MICROSECONDS
}

/** Each input has a tick of its own, and ticks begin at 0. */
function isBatch(inputs: readonly unknown[], tick: number): boolean {
  return inputs.length >= 1 && inputs.length <= MAX_INPUTS && tick >= inputs.length - 1
}
