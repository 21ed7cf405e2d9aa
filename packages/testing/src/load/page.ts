// The report as one page: no script, nothing fetched, and every value from outside escaped.
import type { LoadMoment, LoadReport } from './run.js'
import { bytes, LATENCY_COLUMNS, latencyRows, number, summaryRows } from './words.js'

export function reportPage(report: LoadReport, title: string): string {
  const { timeline, errors } = report
  const latencies = latencyRows(report)
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="content-security-policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${text(`Load: ${title}`)}</title>
<style>
  :root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif }
  body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
  table { border-collapse: collapse; margin: 1rem 0 }
  th, td { padding: .2rem 1rem .2rem 0; text-align: left }
  td { font-variant-numeric: tabular-nums }
  .figures { display: block; overflow-x: auto }
  .figures th + th, .figures td { text-align: right; white-space: nowrap }
  figure { margin: 1.5rem 0 }
  svg { width: 100%; height: 8rem; overflow: visible; background: color-mix(in srgb, CanvasText 6%, Canvas) }
  polyline { fill: none; stroke: #0072b2; stroke-width: 2; vector-effect: non-scaling-stroke }
</style>
<h1>${text(title)}</h1>
<p>${text(new Date(report.startedAt).toISOString())}</p>
${table([], summaryRows(report))}
<h2>Latency</h2>
${table(['', ...LATENCY_COLUMNS], latencies, 'figures')}
<h2>Second by second</h2>
${chart('Open clients', timeline, ({ open }) => open, number)}
${chart('Bytes in', timeline, ({ bytesIn }) => bytesIn, bytes)}
${chart('Bytes out', timeline, ({ bytesOut }) => bytesOut, bytes)}
<h2>Errors</h2>
${
  errors.length === 0
    ? '<p>None.</p>'
    : table(
        ['Code', 'Count', 'The first'],
        errors.map(({ code, count, example }) => [code, number(count), example]),
      )
}
</html>
`
}

/** Escaped for text and for a quoted attribute. */
function text(value: string): string {
  return value.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}

function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  of: 'figures' | 'facts' = 'facts',
): string {
  const heads = head.map((cell) => `<th scope="col">${text(cell)}</th>`).join('')
  const cells = ([name = '', ...rest]: readonly string[]): string =>
    `<th scope="row">${text(name)}</th>${rest.map((cell) => `<td>${text(cell)}</td>`).join('')}`
  return `<table class="${of}">${heads === '' ? '' : `<tr>${heads}</tr>`}${rows.map((row) => `<tr>${cells(row)}</tr>`).join('')}</table>`
}

const HEIGHT = 100

function chart(
  name: string,
  timeline: readonly LoadMoment[],
  value: (moment: LoadMoment) => number,
  show: (value: number) => string,
): string {
  const values = timeline.map(value)
  const most = Math.max(1, ...values)
  // A second is as wide as it lasts: a run of one second is a line too.
  const points = values
    .map((one, index) => [index, index + 1, (HEIGHT - (one / most) * HEIGHT).toFixed(2)] as const)
    .map(([from, to, y]) => `${from},${y} ${to},${y}`)
    .join(' ')
  const width = Math.max(1, values.length)
  const caption = `${name}, at most ${show(Math.max(0, ...values))} in a second`
  return `<figure><figcaption>${text(caption)}</figcaption><svg viewBox="0 0 ${width} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label="${text(caption)}"><polyline points="${points}"/></svg></figure>`
}
