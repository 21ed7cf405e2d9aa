// The demo game: `start` plays it from source in one Vite process, `build` makes it, `serve` shows what was built.
import process from 'node:process'
import { run } from './lib/processes.mjs'
import { ROOT, at, exists, tool } from './lib/workspace.mjs'

const APP = at('apps', 'demo-game')

/** Vite's dev server; its module runner loads the game server too, so one process and one port do everything. */
export const start = (args) => vite(args)

export async function build(args) {
  const code = await run(process.execPath, [tool('typescript/bin/tsc'), '-b'], { cwd: ROOT })
  return code === 0 ? vite(['build', ...args]) : code
}

export async function serve(args) {
  const code = exists('apps', 'demo-game', 'dist') ? 0 : await build([])
  return code === 0 ? vite(['preview', ...args]) : code
}

function vite(args) {
  if (!exists('apps', 'demo-game', 'package.json')) {
    console.error('There is no apps/demo-game to run.')
    return 1
  }
  return run(process.execPath, [tool('vite/bin/vite.js'), ...args], { cwd: APP })
}
