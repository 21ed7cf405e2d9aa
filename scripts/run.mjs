// The one door to every command of this repository: `npm start`, `npm test`, `npm run check` … all come in here.
// It needs nothing but Node: it finds pnpm, installs when the lockfile asks for it, and then runs the command.
// Only node: builtins may be imported on this page; the commands load their own libraries after the install.
import process from 'node:process'
import { ensureInstalled } from './lib/install.mjs'
import { stopWithParent } from './lib/processes.mjs'

const MINIMUM_NODE = [20, 19]

const COMMANDS = {
  start: async (args) => (await import('./demo.mjs')).start(args),
  build: async (args) => (await import('./demo.mjs')).build(args),
  serve: async (args) => (await import('./demo.mjs')).serve(args),
  test: async (args) => (await import('./test.mjs')).test(args),
  'test:long': async (args) => (await import('./test.mjs')).testLong(args),
  bench: async (args) => (await import('./bench.mjs')).bench(args),
  check: async (args) => (await import('./check.mjs')).check(args),
}

const [name = '', ...args] = process.argv.slice(2)
const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : null

if (!nodeIsNewEnough()) {
  fail(`PaindaProtocol needs Node ${MINIMUM_NODE.join('.')} or newer; this is ${process.version}.`)
} else if (!command) {
  fail(`Unknown command "${name}". There are: ${Object.keys(COMMANDS).join(', ')}.`)
} else {
  stopWithParent()
  const installed = await ensureInstalled()
  process.exitCode = installed ? await command(args) : 1
  if (!installed && name.startsWith('test')) console.log('0 passed, 0 failed, 0 skipped')
}

function nodeIsNewEnough() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  const [wantMajor, wantMinor] = MINIMUM_NODE
  return major > wantMajor || (major === wantMajor && minor >= wantMinor)
}

function fail(message) {
  console.error(message)
  process.exitCode = 1
}
