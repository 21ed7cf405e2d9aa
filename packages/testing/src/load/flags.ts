// What is written behind `painda-load`.
import { parseArgs } from 'node:util'
import { PPError } from '@painda/protocol'

export interface LoadFlags {
  readonly scenario: string
  readonly clients: number
  readonly seconds: number
  readonly rampSeconds: number | undefined
  readonly seed: number
  readonly url: string | undefined
  readonly isVirtual: boolean
  readonly json: string | undefined
  readonly html: string | undefined
  /** More errors than this, and the run has failed. */
  readonly maxErrors: number
}

export const HELP = `painda-load --scenario arena.ts [--clients 100] [--seconds 30] [--url ws://localhost:3000]

  --scenario FILE   a module whose default export is made by defineLoad
  --clients N       how many clients (default 100)
  --seconds S       how long, from the first client on (default 30)
  --ramp S          the clients come over so many seconds (default: a tenth of --seconds)
  --url URL         the server, instead of the scenario's
  --virtual         plays against the scenario's own server in this process, without sockets
  --seed N          of all dice (default 1)
  --json FILE       writes the report
  --html FILE       writes the report to look at
  --max-errors N    fails when there are more (default 0)
  --help            this text

It ends with 0, with 1 when there were too many errors or nobody got in, with 2 when it could not begin.
`

const OPTIONS = {
  scenario: { type: 'string' },
  clients: { type: 'string' },
  seconds: { type: 'string' },
  ramp: { type: 'string' },
  url: { type: 'string' },
  virtual: { type: 'boolean' },
  seed: { type: 'string' },
  json: { type: 'string' },
  html: { type: 'string' },
  'max-errors': { type: 'string' },
  help: { type: 'boolean' },
} as const

/** Null for `--help`. @throws PPError `INVALID_ARGUMENT` that names the flag */
export function readFlags(args: readonly string[]): LoadFlags | null {
  const flags = parse(args)
  if (flags.help === true) return null
  const { scenario, url } = flags
  if (scenario === undefined) throw bad('--scenario is missing: the file that says what a client does.')
  if (url !== undefined && !/^wss?:\/\/\S+$/.test(url)) {
    throw bad(`--url must begin with ws:// or wss://, and is "${url}".`)
  }
  if (url !== undefined && flags.virtual === true) {
    throw bad('--url and --virtual: one server or the other.')
  }
  const seconds = positive('--seconds', flags.seconds) ?? 30
  const rampSeconds = positive('--ramp', flags.ramp)
  if (rampSeconds !== undefined && rampSeconds > seconds) {
    throw bad(`--ramp ${rampSeconds} is longer than --seconds ${seconds}: not all clients would come.`)
  }
  return {
    scenario,
    url,
    clients: whole('--clients', flags.clients, 100, 1, 100_000),
    seconds,
    rampSeconds,
    seed: whole('--seed', flags.seed, 1, 0, 2 ** 32 - 1),
    isVirtual: flags.virtual === true,
    json: flags.json,
    html: flags.html,
    maxErrors: whole('--max-errors', flags['max-errors'], 0, 0, Number.MAX_SAFE_INTEGER),
  }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: false }).values
  } catch (thrown) {
    const text = thrown instanceof Error ? thrown.message : String(thrown)
    throw bad(text.replace(/\. To specify a positional.*$/s, '.'))
  }
}

function whole(flag: string, text: string | undefined, usual: number, min: number, max: number): number {
  if (text === undefined) return usual
  const value = Number(text)
  if (/^\d+$/.test(text) && value >= min && value <= max) return value
  throw bad(`${flag} must be a whole number from ${min} to ${max}, and is "${text}".`)
}

function positive(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const value = Number(text)
  if (/^\d+(\.\d+)?$/.test(text) && value > 0 && value <= 86_400) return value
  throw bad(`${flag} must be a number of seconds up to 86400, and is "${text}".`)
}

function bad(text: string): PPError {
  return new PPError('INVALID_ARGUMENT', text)
}
