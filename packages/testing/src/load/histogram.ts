// How long things took, in little memory whatever their number: counts by logarithmic steps of two per cent.

export interface Percentiles {
  readonly count: number
  /** Milliseconds; 0 where nothing was counted. Two per cent too high at most. */
  readonly p50: number
  readonly p90: number
  readonly p95: number
  readonly p99: number
  readonly max: number
}

export interface Histogram {
  add(ms: number): void
  percentiles(): Percentiles
}

const STEP = 1.02
/** A hundredth of a millisecond: anything shorter is that. */
const SMALLEST_MS = 0.01

export function createHistogram(): Histogram {
  const counts = new Map<number, number>()
  let count = 0
  let max = 0

  function percentile(sorted: readonly (readonly [step: number, count: number])[], share: number): number {
    let left = Math.ceil(count * share)
    for (const [step, many] of sorted) {
      left -= many
      if (left <= 0) return Math.min(max, SMALLEST_MS * STEP ** (step + 1))
    }
    return max
  }

  return {
    add(ms) {
      const step = Math.max(0, Math.floor(Math.log(Math.max(ms, SMALLEST_MS) / SMALLEST_MS) / Math.log(STEP)))
      counts.set(step, (counts.get(step) ?? 0) + 1)
      count++
      max = Math.max(max, ms)
    },
    percentiles() {
      const sorted = [...counts].sort(([a], [b]) => a - b)
      const [p50, p90, p95, p99] = [0.5, 0.9, 0.95, 0.99].map((share) => percentile(sorted, share))
      return { count, p50: p50 ?? 0, p90: p90 ?? 0, p95: p95 ?? 0, p99: p99 ?? 0, max }
    },
  }
}
