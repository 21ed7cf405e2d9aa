// From a file to a scenario. Node reads JavaScript, newer ones TypeScript too; where it cannot, Vite does, if it is there.
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { PPError } from '@painda/protocol'
import type { LoadScenario } from './scenario.js'

/** @throws PPError `INVALID_ARGUMENT` that says what is wrong with the file */
export async function readScenario(file: string, importFile = importAny): Promise<LoadScenario> {
  const path = resolve(file)
  if (!existsSync(path)) throw new PPError('INVALID_ARGUMENT', `There is no file ${path}.`)
  const { default: scenario } = await importFile(path)
  if (isScenario(scenario)) return scenario
  throw new PPError('INVALID_ARGUMENT', `${file} is no scenario.`, {
    hint: 'Its default export must be made by defineLoad({ play }).',
  })
}

/** What a scenario's file exports. */
export interface Module {
  readonly default?: unknown
}

async function importAny(path: string): Promise<Module> {
  const vite = /\.[cm]?tsx?$/.test(path) ? await findVite() : null
  try {
    if (vite === null) return (await import(pathToFileURL(path).href)) as Module
    return (await vite.runnerImport<Module>(path, { logLevel: 'error', configFile: false })).module
  } catch (cause) {
    const isUnread =
      vite === null && (cause as { code?: unknown } | null)?.code === 'ERR_UNKNOWN_FILE_EXTENSION'
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new PPError('INVALID_ARGUMENT', `${path} could not be read: ${why}`, {
      cause,
      ...(isUnread
        ? { hint: 'This Node reads no TypeScript: install vite, or write the scenario as .js.' }
        : {}),
    })
  }
}

async function findVite(): Promise<typeof import('vite') | null> {
  try {
    return await import('vite')
  } catch {
    return null
  }
}

function isScenario(value: unknown): value is LoadScenario {
  return typeof value === 'object' && value !== null && 'play' in value && typeof value.play === 'function'
}
