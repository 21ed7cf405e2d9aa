// Numbers for people. Widths stay put (tabular digits), so that a live list does not dance.

/** `812 B`, `1.4 kB`, `23 MB`: decimal, as the network counts. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${Math.round(bytes)} B`
  if (bytes < 1_000_000) return `${trim(bytes / 1000)} kB`
  return `${trim(bytes / 1_000_000)} MB`
}

/** `13:22:01.231` in the reader's own time zone. */
export function formatClock(wallMs: number): string {
  const date = new Date(wallMs)
  const part = (value: number, width: number) => String(value).padStart(width, '0')
  return `${part(date.getHours(), 2)}:${part(date.getMinutes(), 2)}:${part(date.getSeconds(), 2)}.${part(date.getMilliseconds(), 3)}`
}

/** `3.1 ms`, `142 ms`, `2.4 s`. */
export function formatMs(ms: number): string {
  if (ms < 10) return `${ms.toFixed(1)} ms`
  if (ms < 1000) return `${Math.round(ms)} ms`
  return `${trim(ms / 1000)} s`
}

/** `12 s`, `4 min`, `2 h`: how long ago, or for how long. */
export function formatAge(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000))
  if (seconds < 90) return `${seconds} s`
  if (seconds < 5_400) return `${Math.round(seconds / 60)} min`
  return `${Math.round(seconds / 3_600)} h`
}

const THOUSANDS = /\B(?=(\d{3})+$)/g

/** `10,000`. */
export function formatCount(count: number): string {
  return String(count).replace(THOUSANDS, ',')
}

function trim(value: number): string {
  return value < 10 ? value.toFixed(1) : String(Math.round(value))
}
