// Figures and lines for people, in a terminal and in a page.
import type { LoadMoment, LoadReport } from './run.js'

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'] as const

export function bytes(count: number): string {
  let unit = 0
  let value = count
  for (; value >= 1_000 && unit < UNITS.length - 1; unit++) value /= 1_000
  return `${unit === 0 ? Math.round(value) : value.toFixed(value < 10 ? 2 : 1)} ${UNITS[unit]}`
}

export function number(value: number): string {
  const text = Math.abs(value) < 10 && !Number.isInteger(value) ? value.toFixed(1) : String(Math.round(value))
  return text.replace(/\B(?=(\d{3})+(?!\d))/g, ',')
}

function ms(value: number): string {
  return `${value < 10 ? value.toFixed(2) : value < 100 ? value.toFixed(1) : Math.round(value)} ms`
}

/** One second, on one line. */
export function momentLine(moment: LoadMoment, { clients }: Pick<LoadReport, 'clients'>): string {
  const { second, open, messagesIn, messagesOut, bytesIn, bytesOut, errors } = moment
  return [
    `${String(second).padStart(4)} s`,
    `${number(open)}/${number(clients)} open`,
    `in ${number(messagesIn)} msg/s ${bytes(bytesIn)}/s`,
    `out ${number(messagesOut)} msg/s ${bytes(bytesOut)}/s`,
    `errors ${number(errors)}`,
  ].join('   ')
}

/** The rows of the report's tables: words on the left, figures on the right. */
export function summaryRows(report: LoadReport): readonly (readonly [what: string, value: string])[] {
  const { clients, open, seconds, rates, totals, lostConnections, errorCount } = report
  return [
    ['server', report.target],
    ['clients', `${number(open)} of ${number(clients)} open at once`],
    ['time', `${number(seconds)} s, seed ${report.seed}`],
    [
      'in',
      `${number(rates.messagesIn)} msg/s, ${number(rates.framesIn)} frames/s, ${bytes(rates.bytesIn)}/s, ${bytes(totals.bytesIn)} in all`,
    ],
    [
      'out',
      `${number(rates.messagesOut)} msg/s, ${number(rates.framesOut)} frames/s, ${bytes(rates.bytesOut)}/s, ${bytes(totals.bytesOut)} in all`,
    ],
    ['lost connections', number(lostConnections)],
    ['errors', number(errorCount)],
  ]
}

export const LATENCY_COLUMNS = ['count', 'p50', 'p90', 'p95', 'p99', 'max'] as const

export function latencyRows(report: LoadReport): readonly (readonly string[])[] {
  return Object.entries(report.latencies)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, { count, p50, p90, p95, p99, max }]) => [
      name,
      number(count),
      ...[p50, p90, p95, p99, max].map(ms),
    ])
}

/** The whole report as plain lines. */
export function reportLines(report: LoadReport): string[] {
  const summary = summaryRows(report).map(([what, value]) => `${what.padEnd(18)}${value}`)
  const latencies = latencyRows(report)
  const width = Math.max(0, ...latencies.map(([name = '']) => name.length)) + 2
  const row = ([name = '', ...cells]: readonly string[]): string =>
    name.padEnd(width) + cells.map((cell) => cell.padStart(11)).join('')
  const table = latencies.length === 0 ? [] : ['', row(['', ...LATENCY_COLUMNS]), ...latencies.map(row)]
  const errors = report.errors.map(
    ({ code, count, example }) => `${number(count)} × ${code}: ${oneLine(example)}`,
  )
  return [...summary, ...table, ...(errors.length === 0 ? [] : ['', ...errors])]
}

const SHOWN_LENGTH = 160

/** Words of a server or a scenario: nothing in them may move the cursor or colour the terminal. */
function oneLine(text: string): string {
  // oxlint-disable-next-line no-control-regex -- exactly those are meant
  const plain = text.replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ')
  return plain.length > SHOWN_LENGTH ? `${plain.slice(0, SHOWN_LENGTH)}…` : plain
}
