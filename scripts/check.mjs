// All static checks, each with one line; a failed one shows its details, and the others still run.
// `npm run check -- imports rules` runs the named ones only.
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import process from 'node:process'
import { capture } from './lib/processes.mjs'
import { ROOT, at, exists, filesBelow, foldersIn, readJson, secondsSince, tool } from './lib/workspace.mjs'

/** What the linter must find in its control: a ring of type imports, a promise that nobody awaits, a render that is not pure. */
const LINT_CONTROL = ['cycle-a.ts', 'cycle-b.ts', 'floating-promise.ts', 'impure-render.tsx']

const CHECKS = {
  format: () => node('oxfmt/bin/oxfmt', '--check', '.'),
  lint: () => node('oxlint/bin/oxlint', '--type-aware', '--deny-warnings'),
  'lint control': lintControl,
  types: () => node('typescript/bin/tsc', '-b'),
  'test types': testTypes,
  unused: () => node('knip/bin/knip.js', '--no-progress'),
  imports: () => script('check-imports.mjs'),
  time: () => script('check-time.mjs'),
  rules: () => script('check-rules.mjs'),
  packages: () => script('check-packages.mjs'),
  size: () => node('size-limit/bin.js'),
}

export async function check(args) {
  const unknown = args.filter((name) => !Object.hasOwn(CHECKS, name))
  if (unknown.length > 0) {
    console.error(`There is no check ${unknown.join(', ')}; there are: ${Object.keys(CHECKS).join(', ')}.`)
    return 1
  }

  const failed = []
  for (const [name, runCheck] of Object.entries(CHECKS)) {
    if (args.length > 0 && !args.includes(name)) continue
    const start = performance.now()
    const { code, output } = await runCheck()
    console.log(`${code === 0 ? 'ok    ' : 'failed'}  ${name.padEnd(12)} ${secondsSince(start).padStart(7)}`)
    if (code === 0) continue
    failed.push(name)
    console.log(`${output.trim().replaceAll(/^/gm, '        ')}\n`)
  }
  console.log(failed.length > 0 ? `Checks failed: ${failed.join(', ')}` : 'All checks passed')
  return failed.length > 0 ? 1 : 0
}

const node = (path, ...args) => capture(process.execPath, [tool(path), ...args], { cwd: ROOT })

const script = (name) => capture(process.execPath, [at('scripts', name)], { cwd: ROOT })

/**
 * Proof that the linter can fail here: by our rules it must report each file of its control, and only those.
 * Files without a tsconfig.json above them it reads without types, silently, so such folders are named too.
 */
async function lintControl() {
  const tests = foldersIn(at('packages')).map((name) => `packages/${name}/test`)
  const apps = foldersIn(at('apps')).map((name) => `apps/${name}`)
  const untyped = [...tests, ...apps, 'e2e', 'bench'].filter(
    (folder) =>
      filesBelow(at(folder)).some((file) => /\.tsx?$/.test(file)) && !exists(folder, 'tsconfig.json'),
  )
  if (untyped.length > 0) return { code: 1, output: `A tsconfig.json is missing in: ${untyped.join(', ')}` }

  const rules = readJson(at('.oxlintrc.json'))
  const config = at('node_modules', '.cache', 'painda', 'oxlint-control.json')
  mkdirSync(dirname(config), { recursive: true })
  writeFileSync(config, JSON.stringify({ ...rules, ignorePatterns: [] }))

  const flags = ['--type-aware', `--config=${config}`, '--format=unix']
  const { output } = await node('oxlint/bin/oxlint', ...flags, 'scripts/fixtures/lint')
  const reported = new Set(output.split('\n').flatMap((line) => /([^/]+\.tsx?):\d+:/.exec(line)?.[1] ?? []))
  const right = reported.size === LINT_CONTROL.length && LINT_CONTROL.every((file) => reported.has(file))
  return { code: right ? 0 : 1, output: `Expected reports on ${LINT_CONTROL.join(', ')}; got:\n${output}` }
}

/** Tests and type tests of the packages, then every private folder that has a tsconfig of its own. */
async function testTypes() {
  const apps = foldersIn(at('apps')).map((name) => `apps/${name}/tsconfig.json`)
  const folders = ['e2e', 'bench', 'docs/test', 'packages/react/test/react-18']
  const own = [...apps, ...folders.map((folder) => `${folder}/tsconfig.json`)].filter((path) => exists(path))
  const results = []
  for (const path of ['tsconfig.test.json', 'tsconfig.test-devtools.json', ...own]) {
    results.push(await node('typescript/bin/tsc', '-p', path, '--noEmit'))
  }
  const failed = results.filter((result) => result.code !== 0)
  return { code: failed.length > 0 ? 1 : 0, output: failed.map((result) => result.output).join('') }
}
