// The demo game: `start` plays it from source in one Vite process, `build` makes it, `serve` shows what was built.
import process from 'node:process'
import { run } from './lib/processes.mjs'
import { ROOT, at, exists, tool } from './lib/workspace.mjs'

const APP = at('apps', 'demo-game')

/**
 * Vite's dev server; its module runner loads the game server too, so one process and one port do everything.
 * Only Vite's own configuration reads what is built (Node loads it, with our plugin in it); a type error elsewhere
 * is printed and does not keep anybody from playing.
 */
export async function start(args) {
  await buildPackages()
  return vite(args)
}

export async function build(args) {
  const code = await buildPackages()
  return code === 0 ? vite(['build', ...args]) : code
}

export async function serve(args) {
  const code = exists('apps', 'demo-game', 'dist') ? 0 : await build([])
  return code === 0 ? vite(['preview', ...args]) : code
}

function buildPackages() {
  return run(process.execPath, [tool('typescript/bin/tsc'), '-b'], { cwd: ROOT })
}

function vite(args) {
  if (!exists('apps', 'demo-game', 'package.json')) {
    console.error('There is no apps/demo-game to run.')
    return 1
  }
  return run(process.execPath, [tool('vite/bin/vite.js'), ...args], { cwd: APP })
}
