// The two programs that npm cannot bring: a Redis server and a Chromium. On Debian as root they are installed;
// anywhere else one line says how to get them. Only what the coming tests use is asked for.
import { existsSync, readdirSync } from 'node:fs'
import { homedir } from 'node:os'
import process from 'node:process'
import { onPath } from './install.mjs'
import { capture } from './processes.mjs'

const TOOLS = {
  redis: {
    found: () => onPath('redis-server'),
    apt: 'redis-server',
    hint: 'Redis: `apt install redis-server` or `brew install redis`',
  },
  chromium: {
    found: () => onPath('chromium') || playwrightHasChromium(),
    apt: 'chromium',
    hint: 'Chromium: `npx playwright install chromium`',
  },
}

/** Makes sure that the named tools exist; resolves with true when they do, says what is missing when not. */
export async function ensureSystemTools(names) {
  const missing = names.map((name) => TOOLS[name]).filter((entry) => !entry.found())
  if (missing.length === 0) return true

  if (canUseApt()) {
    const packages = missing.map((entry) => entry.apt)
    console.log(`Installing ${packages.join(' and ')} with apt …`)
    const installed = await aptInstall(packages)
    if (installed) return true
  }
  console.error(`The tests need ${missing.map((entry) => entry.hint).join('; ')}.`)
  return false
}

async function aptInstall(packages) {
  const env = { DEBIAN_FRONTEND: 'noninteractive' }
  const steps = [
    ['update', '-qq'],
    ['install', '-y', '-qq', '--no-install-recommends', ...packages],
  ]
  for (const args of steps) {
    const { code, output } = await capture('apt-get', args, { env })
    if (code === 0) continue
    console.error(output.trim())
    return false
  }
  return true
}

const canUseApt = () => process.platform === 'linux' && process.getuid?.() === 0 && onPath('apt-get')

function playwrightHasChromium() {
  const caches = {
    darwin: `${homedir()}/Library/Caches/ms-playwright`,
    win32: `${process.env.LOCALAPPDATA}/ms-playwright`,
  }
  const folder =
    process.env.PLAYWRIGHT_BROWSERS_PATH ?? caches[process.platform] ?? `${homedir()}/.cache/ms-playwright`
  return existsSync(folder) && readdirSync(folder).some((name) => name.startsWith('chromium'))
}
