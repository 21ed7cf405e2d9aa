// Bytes that were written or damaged by hand, with the checks that an attacker would give them: what is behind a check is
// only ever met by bodies that pass it.
import { unpackBodies } from '../src/wire/bundle.js'
import { CHECK_BYTES, prove } from '../src/wire/check.js'

/** The frame with the right check in each of its bodies that have one, as far as it can be taken apart. */
export function proveFrame(frame: Uint8Array): Uint8Array {
  try {
    for (const body of unpackBodies(frame)) prove(body)
  } catch {
    // No bundle that anybody could read.
  }
  return frame
}

/** A body behind which its check is still to be put. */
export function withCheck(body: Uint8Array): Uint8Array {
  const checked = new Uint8Array(body.length + CHECK_BYTES)
  checked.set(body)
  prove(checked)
  return checked
}
