// A project of somebody else's: an empty folder in which our packages are as npm would deliver them, packed, and whose other
// libraries are those of this workspace, so that nothing is fetched.
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, realpath, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { capturePnpm } from '../../scripts/lib/install.mjs'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const OURS = '@painda/'

const run = promisify(execFile)

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>
  readonly bin?: string | Readonly<Record<string, string>>
}

export interface Sandbox {
  readonly folder: string
  /** As `npm install` of these names. */
  install(names: readonly string[]): Promise<void>
  /** A command of an installed package, as `npx` runs it. Rejects with its output when it fails. */
  npx(command: string, args: readonly string[], env?: Readonly<Record<string, string>>): Promise<string>
  remove(): Promise<void>
}

export async function createSandbox(): Promise<Sandbox> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'painda-project-')))
  const modules = join(folder, 'node_modules')
  await mkdir(join(modules, '.bin'), { recursive: true })

  let packs: Promise<string> | null = null

  async function install(name: string): Promise<void> {
    const target = join(modules, name)
    if (await exists(target)) return
    await mkdir(dirname(target), { recursive: true })
    if (name.startsWith(OURS)) await unpack(name.slice(OURS.length), target)
    else await symlink(await find(name), target)
    const { dependencies = {}, bin = {} } = manifestOf(target)
    const commands = typeof bin === 'string' ? { [name]: bin } : bin
    for (const [command, file] of Object.entries(commands)) {
      await symlink(join(target, file), join(modules, '.bin', command))
    }
    // What ours need comes along; the other libraries find theirs where they really lie.
    if (name.startsWith(OURS)) for (const needed of Object.keys(dependencies)) await install(needed)
  }

  /** All of ours, packed once, by package. */
  async function pack(): Promise<string> {
    const into = join(folder, '.packs')
    const filters = (await readdir(join(ROOT, 'packages'))).map((name) => `--filter=./packages/${name}`)
    const { code, output } = await capturePnpm(['-r', ...filters, 'pack', '--pack-destination', into])
    if (code !== 0) throw new Error(`The packages could not be packed:\n${output}`)
    return into
  }

  async function unpack(name: string, target: string): Promise<void> {
    packs ??= pack()
    const tarball = (await readdir(await packs)).find((file) => file.startsWith(`painda-${name}-`))
    if (tarball === undefined) throw new Error(`There is no package ${OURS}${name}.`)
    await mkdir(target)
    await run('tar', ['-xzf', join(await packs, tarball), '--strip-components=1', '-C', target])
  }

  return {
    folder,
    async install(names) {
      for (const name of names) await install(name)
    },
    async npx(command, args, env = {}) {
      const file = join(modules, '.bin', command)
      const options = { cwd: folder, env: { ...shellOf(process.env), ...env }, maxBuffer: 64 * 1024 * 1024 }
      try {
        const { stdout, stderr } = await run(process.execPath, [await realpath(file), ...args], options)
        return stdout + stderr
      } catch (thrown) {
        const { stdout = '', stderr = '' } = thrown as { stdout?: string; stderr?: string }
        throw new Error(`npx ${command} ${args.join(' ')} failed:\n${stdout}${stderr}`, { cause: thrown })
      }
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  }
}

/** What a shell would have: nothing of this test runner's, which plays in another mode than a newcomer. */
function shellOf({ PATH, HOME, TMPDIR }: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries({ PATH, HOME, TMPDIR }).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value]],
    ),
  )
}

/** The folder of a library, as one of our packages has it. */
async function find(name: string): Promise<string> {
  const packages = await readdir(join(ROOT, 'packages'))
  for (const owner of ['.', 'e2e', ...packages.map((each) => `packages/${each}`)]) {
    const path = join(ROOT, owner, 'node_modules', name)
    if (await exists(path)) return realpath(path)
  }
  throw new Error(`${name} is not installed in this workspace.`)
}

function manifestOf(folder: string): Manifest {
  // npm's own file, whatever else is in it.
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest
}

const exists = (path: string): Promise<boolean> =>
  realpath(path).then(
    () => true,
    () => false,
  )
