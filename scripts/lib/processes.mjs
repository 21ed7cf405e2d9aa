// Child processes that never outlive their reason: signals go on to them, and when the process that started us is
// gone (a killed npm leaves its grandchild running) everything stops.
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { constants } from 'node:os'
import process from 'node:process'

/** A child that ignores a polite signal this long is killed: Vite and Playwright both clean up well within it. */
const KILL_AFTER_MS = 5_000
const PARENT_POLL_MS = 500

const children = new Set()
let stopSignal = null

/** Runs a program in the foreground; resolves with its exit code (128 + n when a signal ended it). */
export function run(program, args, { cwd, env, stdio = 'inherit' } = {}) {
  return start(program, args, { cwd, env, stdio }).ended
}

/** Runs a program quietly; resolves with `{ code, output }`, stdout and stderr in the order they came. */
export async function capture(program, args, { cwd, env } = {}) {
  const { child, ended } = start(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text) => (output += text))
  child.stderr.setEncoding('utf8').on('data', (text) => (output += text))
  return { code: await ended, output }
}

/** Ends all children, and then this process, on a signal or when the process that started us is gone. */
export function stopWithParent() {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => stop(signal))

  const before = starters()
  const poll = setInterval(() => {
    if (starters() !== before) stop('SIGTERM')
  }, PARENT_POLL_MS)
  poll.unref()
}

/** Our parent and, as npm puts a shell between itself and us that survives it, the shell's parent where Linux tells. */
function starters() {
  const parent = process.ppid
  if (process.platform !== 'linux' || !process.env.npm_lifecycle_event) return `${parent}`
  try {
    return `${parent} ${/^PPid:\t(\d+)/m.exec(readFileSync(`/proc/${parent}/status`, 'utf8'))?.[1]}`
  } catch {
    return `${parent} gone`
  }
}

function start(program, args, { cwd, env, stdio }) {
  if (stopSignal) return { child: null, ended: new Promise(() => {}) }

  const child = spawn(program, args, { cwd, env: { ...process.env, ...env }, stdio })
  children.add(child)
  const ended = new Promise((resolve) => {
    child.once('error', (error) => {
      children.delete(child)
      console.error(`${program}: ${error.message}`)
      resolve(127)
    })
    child.once('close', (code, signal) => {
      children.delete(child)
      if (stopSignal) leaveWhenEmpty()
      else resolve(code ?? 128 + (constants.signals[signal] ?? 0))
    })
  })
  return { child, ended }
}

function stop(signal) {
  if (stopSignal) return
  stopSignal = signal
  for (const child of children) child.kill(signal)
  setTimeout(() => {
    for (const child of children) child.kill('SIGKILL')
  }, KILL_AFTER_MS).unref()
  leaveWhenEmpty()
}

function leaveWhenEmpty() {
  if (children.size === 0) process.exit(128 + constants.signals[stopSignal])
}
