// What npm would publish, looked at as npm would publish it: every package is packed, and publint and attw read the
// tarball. Our packages are ESM only, so attw judges the ESM and bundler resolutions.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { capturePnpm } from './lib/install.mjs'
import { capture } from './lib/processes.mjs'
import { ROOT, at, foldersIn, readJson, tool } from './lib/workspace.mjs'

const PACKS = at('node_modules', '.cache', 'painda', 'packs')

const published = foldersIn(at('packages')).filter(
  (name) => !readJson(at('packages', name, 'package.json')).private,
)
const failures = (await pack()) ?? (await inspectAll())
for (const failure of failures) console.log(failure)
process.exitCode = failures.length > 0 ? 1 : 0

/** Packs all packages; what went wrong, or null. */
async function pack() {
  rmSync(PACKS, { recursive: true, force: true })
  mkdirSync(PACKS, { recursive: true })
  const filters = published.map((name) => `--filter=./packages/${name}`)
  const { code, output } = await capturePnpm(['-r', ...filters, 'pack', '--pack-destination', PACKS])
  return code === 0 ? null : [output]
}

async function inspectAll() {
  const tarballs = readdirSync(PACKS).sort()
  if (tarballs.length !== published.length)
    return [`Packed ${tarballs.length} of ${published.length} packages.`]

  const found = []
  for (const tarball of tarballs) {
    found.push(...(await strayFiles(tarball)))
    found.push(...(await emptyMaps(tarball)))
    found.push(...(await inspect(tarball, ['publint/src/cli.js', '--strict'])))
    const attw = ['@arethetypeswrong/cli/dist/index.js', '--profile', 'esm-only', '--no-emoji', '--no-color']
    found.push(...(await inspect(tarball, attw)))
  }
  return found
}

async function inspect(tarball, [program, ...flags]) {
  const { code, output } = await capture(process.execPath, [tool(program), `${PACKS}/${tarball}`, ...flags])
  return code === 0 ? [] : [output.trim()]
}

/** A tarball holds what was built and the papers, nothing else. */
async function strayFiles(tarball) {
  const { code, output } = await capture('tar', ['-tzf', `${PACKS}/${tarball}`], { cwd: ROOT })
  if (code !== 0) return [output.trim()]
  const stray = output
    .split('\n')
    .filter(
      (file) =>
        file && !/^package\/(dist\/.*\.(js|d\.ts|map|css)|package\.json|LICENSE|[A-Z]+\.md)$/.test(file),
    )
  return stray.map((file) => `${tarball} holds ${file}, which nobody should get.`)
}

/** Sources are not in a tarball, so its maps must hold them: Vite warns of each one that leads nowhere. */
async function emptyMaps(tarball) {
  const folder = mkdtempSync(`${PACKS}/unpacked-`)
  const { code, output } = await capture('tar', ['-xzf', `${PACKS}/${tarball}`, '-C', folder], { cwd: ROOT })
  if (code !== 0) return [output.trim()]
  const maps = readdirSync(folder, { recursive: true }).filter((file) => file.endsWith('.js.map'))
  const empty = maps.filter((file) => {
    const { sources, sourcesContent = [] } = JSON.parse(readFileSync(join(folder, file), 'utf8'))
    return sources.some((_, index) => typeof sourcesContent[index] !== 'string')
  })
  rmSync(folder, { recursive: true })
  if (maps.length === 0) return [`${tarball} has no source maps.`]
  return empty.length === 0
    ? []
    : [`${tarball} has ${empty.length} source maps without their sources, such as ${String(empty[0])}.`]
}
