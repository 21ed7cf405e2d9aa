// What a client's frame may become at the server. A column says one thing of many rows in a few bits: a server whose frames are its
// own gets state that way, but from a stranger 200 bytes would be a million objects before anybody has asked who it is.
import type { Cost } from '../codec.js'
import { MAX_ROWS } from './reader.js'
import type { Budget } from './reader.js'

/** Lists item by item, as our clients write them, hold at most one value per byte. */
const ROWS_PER_BYTE = 4
const SPARE_ROWS = 64

const CHARACTERS_PER_BYTE = 16
const SPARE_CHARACTERS = 4096

/** A value with the place where it stands. */
const BYTES_PER_ROW = 16

/** A class: one is made for every frame of a client. */
export class FrameBudget implements Budget {
  rows: number
  characters: number
  readonly #bytes: number

  /** `bytes`: of the frame. */
  constructor(bytes: number) {
    this.#bytes = bytes
    this.rows = rowsFor(bytes)
    this.characters = charactersFor(bytes)
  }

  /** Adds what was used of it beyond the bytes of the frame. */
  charge(cost: Cost): void {
    const bytes = this.#bytes
    const rows = Math.max(0, rowsFor(bytes) - this.rows - bytes)
    cost.bytes += rows * BYTES_PER_ROW + (charactersFor(bytes) - this.characters)
  }
}

function rowsFor(bytes: number): number {
  return Math.min(MAX_ROWS, SPARE_ROWS + ROWS_PER_BYTE * bytes)
}

function charactersFor(bytes: number): number {
  return SPARE_CHARACTERS + CHARACTERS_PER_BYTE * bytes
}
