// Installs the dependencies when, and only when, the lockfile or a package.json changed since the last time.
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import process from 'node:process'
import { capture } from './processes.mjs'
import { ROOT, at, exists, readJson, secondsSince, workspaceFolders } from './workspace.mjs'

const STAMP = at('node_modules', '.painda-installed')

/** Resolves with true when node_modules fit the lockfile. */
export async function ensureInstalled() {
  const wanted = fingerprint()
  if (isInstalled(wanted)) return true

  const start = performance.now()
  console.log('Installing the dependencies …')
  const { code, output } = await capturePnpm(['install', '--frozen-lockfile', '--prefer-offline'])
  if (code !== 0) {
    console.error(output.trim())
    console.error('The install failed. After a change in a package.json run `pnpm install` once.')
    return false
  }
  writeFileSync(STAMP, wanted)
  console.log(`Installed in ${secondsSince(start)}\n`)
  return true
}

/** Runs the repository's pnpm quietly; resolves with `{ code, output }`. */
export async function capturePnpm(args) {
  const [program, before] = await findPnpm()
  // CI=true: never ask before replacing a node_modules that an older pnpm made.
  return capture(program, [...before, ...args], { cwd: ROOT, env: { CI: 'true' } })
}

/** The user's own pnpm when its major fits, else the pinned one through npx: `[program, arguments before yours]`. */
async function findPnpm() {
  const pinned = readJson(at('package.json')).packageManager
  const wantedMajor = /@(\d+)\./.exec(pinned)?.[1]
  if (onPath('pnpm')) {
    const { code, output } = await capture(windows('pnpm'), ['--version'], { cwd: ROOT })
    if (code === 0 && output.trim().startsWith(`${wantedMajor}.`)) return [windows('pnpm'), []]
  }
  return [windows('npx'), ['--yes', pinned]]
}

export function onPath(program) {
  const suffixes = process.platform === 'win32' ? ['.exe', '.cmd'] : ['']
  const folders = (process.env.PATH ?? '').split(process.platform === 'win32' ? ';' : ':')
  return folders.some((folder) => suffixes.some((suffix) => existsSync(`${folder}/${program}${suffix}`)))
}

const windows = (program) => (process.platform === 'win32' ? `${program}.cmd` : program)

function isInstalled(wanted) {
  if (!existsSync(STAMP) || readFileSync(STAMP, 'utf8') !== wanted) return false
  return workspaceFolders().every((folder) => exists(folder, 'node_modules') || !hasDependencies(folder))
}

function hasDependencies(folder) {
  const { dependencies, devDependencies } = readJson(at(folder, 'package.json'))
  return Object.keys({ ...dependencies, ...devDependencies }).length > 0
}

/** Everything that decides what node_modules should hold. */
function fingerprint() {
  const hash = createHash('sha256').update(process.platform + process.arch)
  const files = ['pnpm-lock.yaml', 'pnpm-workspace.yaml', 'package.json']
  for (const folder of workspaceFolders()) files.push(`${folder}/package.json`)
  for (const file of files) hash.update(file).update(readFileSync(at(file)))
  return hash.digest('hex')
}
