// Benchmarks: `npm run bench` runs every bench/src/*.bench.ts, `npm run bench -- delta tick` those whose name holds
// a word. Each is bundled from source first, so that what is measured is plain JavaScript as users run it, and then
// runs in a process of its own. A benchmark prints its figures and fails, by throwing, when a count is wrong.
// All of them run on the same Node, the newest 24 that npm has: figures of different engines cannot be compared.
import { existsSync } from 'node:fs'
import { basename } from 'node:path'
import process from 'node:process'
import { capture, run } from './lib/processes.mjs'
import { ROOT, at, exists, filesBelow, secondsSince } from './lib/workspace.mjs'

/** Peers with a server of their own. */
const PEERS = [
  '@colyseus/core',
  '@colyseus/schema',
  '@colyseus/sdk',
  '@colyseus/ws-transport',
  'socket.io',
  'socket.io-client',
]

const OUT = at('bench', 'node_modules', '.painda')

export async function bench(args) {
  if (exists('bench', 'run.mjs'))
    return run(process.execPath, [at('bench', 'run.mjs'), ...args], { cwd: ROOT })

  const words = args.filter((arg) => !arg.startsWith('-'))
  const files = filesBelow(at('bench', 'src'))
    .filter((file) => file.endsWith('.bench.ts'))
    .filter((file) => words.length === 0 || words.some((word) => file.includes(word)))
  if (files.length === 0) {
    console.error(
      words.length > 0 ? `No benchmark is called ${words.join(' or ')}.` : 'There are no benchmarks.',
    )
    return 1
  }

  const node = await benchNode()
  const failed = []
  for (const file of files) {
    const start = performance.now()
    console.log(`\n${basename(file, '.bench.ts')}`)
    const code = await runBundled(node, file)
    if (code !== 0) failed.push(file)
    console.log(`  ${code === 0 ? 'done' : 'failed'} in ${secondsSince(start)}`)
  }
  console.log(failed.length > 0 ? `\nFailed: ${failed.join(', ')}` : `\n${files.length} benchmarks done`)
  return failed.length > 0 ? 1 : 0
}

/** The path of Node 24, as npm installs it where this runs on another; without a registry the Node that runs this, which the output then says. */
async function benchNode() {
  if (process.version.startsWith('v24.')) {
    console.log(`Node ${process.version}`)
    return process.execPath
  }
  const ask = ['-y', '-p', 'node@24', 'node', '-p', 'process.version + " " + process.execPath']
  const { code, output } = await capture('npx', ask, { cwd: ROOT })
  const [, version, path] = /^(v24\.\S+) (.+)$/m.exec(output) ?? []
  if (code === 0 && path !== undefined && existsSync(path)) {
    console.log(`Node ${version}, from npm`)
    return path
  }
  console.log(
    `Node ${process.version}: npm gave no Node 24, so these figures cannot be compared with those of bench/README.md`,
  )
  return process.execPath
}

async function runBundled(node, file) {
  try {
    // Libraries leave their checks for developers out, as they do where users run them.
    const env = { NODE_ENV: 'production' }
    return await run(node, ['--expose-gc', await bundle(file)], { cwd: ROOT, env })
  } catch (error) {
    console.error(error.message)
    return 1
  }
}

/** One self-contained file: the packages from source, and their libraries with them, as bench cannot resolve those. */
async function bundle(file) {
  const { build, defaultServerConditions } = await import('vite')
  const name = basename(file, '.ts')
  await build({
    root: at('bench'),
    configFile: false,
    logLevel: 'error',
    ssr: {
      noExternal: true,
      // Peers run as they are published; the bundle lies below bench, where they are found.
      external: PEERS,
      resolve: { conditions: ['painda-source', ...defaultServerConditions] },
    },
    build: {
      ssr: at(file),
      outDir: OUT,
      emptyOutDir: false,
      minify: false,
      target: 'node20',
      rolldownOptions: { output: { entryFileNames: `${name}.mjs` } },
    },
  })
  return `${OUT}/${name}.mjs`
}
