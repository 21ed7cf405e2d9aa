// Bodies into a frame: v3 bodies stand one after the other, whatever their encoding.

/** A frame is one tick of one peer; more messages in one frame is an attack on our loops. */
export const MAX_MESSAGES_PER_FRAME = 4096

export function packBodies(bodies: readonly Uint8Array[]): readonly Uint8Array[] {
  const [first] = bodies
  if (first === undefined) return []
  if (bodies.length === 1) return [first]
  const frame = new Uint8Array(bodies.reduce((sum, body) => sum + body.byteLength, 0))
  let at = 0
  for (const body of bodies) {
    frame.set(body, at)
    at += body.byteLength
  }
  return [frame]
}
