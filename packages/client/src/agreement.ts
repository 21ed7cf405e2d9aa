// Does a replica say what the server says?

/** True when the server named no hash, or the one that this end computes. */
export function agrees(named: number | undefined, own: () => number): boolean {
  return named === undefined || named === own()
}
