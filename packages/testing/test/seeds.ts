const base = Number(process.env['PP_SEED'] ?? '1')

/** The seed of one of many runs: with another PP_SEED another one, and always one that a network takes. */
export function seedOf(run: number, stride: number): number {
  return (base * stride + run) % 2 ** 32
}
