// `painda-load`, without a process: arguments in, an exit code out.
import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { PPError, toPPError } from '@painda/protocol'
import { HELP, readFlags, type LoadFlags } from './flags.js'
import { reportPage } from './page.js'
import { readScenario, type Module } from './read-scenario.js'
import { runLoad, type LoadReport } from './run.js'
import { createLoadView } from './view.js'
import { reportLines } from './words.js'

export interface CommandHost {
  /** For the report and the run as it goes. */
  write: (text: string) => void
  /** For what went wrong. */
  complain: (text: string) => void
  isTerminal: boolean
  /** Reads a module, for hosts that know more languages than Node. */
  importFile?: (path: string) => Promise<Module>
  /** Ends the run early. */
  signal?: AbortSignal
}

/** 0: all well. 1: too many errors, or nobody got in. 2: it could not begin. */
export type ExitCode = 0 | 1 | 2

export async function load(args: readonly string[], host: CommandHost): Promise<ExitCode> {
  try {
    const flags = readFlags(args)
    if (flags === null) {
      host.write(HELP)
      return 0
    }
    const report = await play(flags, host)
    host.write(`${reportLines(report).join('\n')}\n`)
    await save(flags, report)
    return judge(flags, report, host)
  } catch (thrown) {
    const { code, message } = toPPError(thrown, 'INTERNAL')
    host.complain(`painda-load: ${message}\n`)
    if (code === 'INVALID_ARGUMENT') host.complain('painda-load --help says what it takes.\n')
    return 2
  }
}

async function play(flags: LoadFlags, host: CommandHost): Promise<LoadReport> {
  const { clients, seconds, rampSeconds, seed, url, isVirtual } = flags
  for (const file of [flags.json, flags.html]) if (file !== undefined) demandFolder(file)
  const scenario = await readScenario(flags.scenario, host.importFile)
  const view = createLoadView({ write: host.write, isTerminal: host.isTerminal, clients, seconds })
  const report = await runLoad(scenario, {
    clients,
    seconds,
    seed,
    isVirtual,
    onSecond: view.show,
    ...(rampSeconds === undefined ? {} : { rampSeconds }),
    ...(url === undefined ? {} : { url }),
    ...(host.signal === undefined ? {} : { signal: host.signal }),
  })
  view.end()
  return report
}

/** Found out before the run: after an hour of it the report would be lost. */
function demandFolder(file: string): void {
  const folder = dirname(resolve(file))
  if (!existsSync(folder)) {
    throw new PPError('INVALID_ARGUMENT', `There is no folder ${folder} for the report ${file}.`)
  }
}

async function save({ json, html, scenario }: LoadFlags, report: LoadReport): Promise<void> {
  const files: readonly (readonly [path: string | undefined, text: () => string])[] = [
    [json, () => `${JSON.stringify({ scenario, ...report }, null, 2)}\n`],
    [html, () => reportPage(report, scenario)],
  ]
  for (const [path, text] of files) {
    if (path === undefined) continue
    await writeFile(path, text()).catch((cause: unknown) => {
      const why = cause instanceof Error ? cause.message : String(cause)
      throw new PPError('INTERNAL', `The report could not be written to ${path}: ${why}`, { cause })
    })
  }
}

function judge(
  { maxErrors }: LoadFlags,
  { open, errorCount, target }: LoadReport,
  { complain }: CommandHost,
): ExitCode {
  if (open === 0) {
    const where = target === 'virtual' ? 'the scenario’s server let anybody in' : `a game listen at ${target}`
    complain(`Nobody got in. Does ${where}?\n`)
  }
  if (errorCount > maxErrors) complain(`Errors: ${errorCount}, allowed: ${maxErrors}.\n`)
  return open === 0 || errorCount > maxErrors ? 1 : 0
}
