// Writes a recording and the test that plays it into the project. What comes from the page is read and written anew: nothing but a
// session file gets onto the disk, in one folder, under names that are made here.
import { mkdir, stat, writeFile } from 'node:fs/promises'
import { extname, join, relative, resolve, sep } from 'node:path'
import { gzipSync } from 'node:zlib'
import { readRecording, readSessionFile, toPPError, writeSessionFile } from '@painda/protocol'
import { isInstalled } from './installed.js'
import { RUNNERS, SETUP_TEXT, specText, type TestRunner } from './spec-text.js'

export interface TestFilesOptions {
  /** The project. */
  root: string
  /** Where tests are written, below the root. */
  folder: string
  /** The module with `setup` and `contract`, below the root; null: one in the folder, made with the first test. */
  setup: string | null
  /** Whose tests they are, where none is asked for. */
  runner?: TestRunner
}

export interface WrittenTest {
  /** Below the root. */
  readonly spec: string
  readonly recording: string
  /** Was made just now and wants to be filled in; null where there is one. */
  readonly setup: string | null
  readonly command: string
}

export interface TestFiles {
  /** Never rejects. `asked`: `{ text, runner? }`, a session file with the journal of one room. */
  write(asked: unknown): Promise<WrittenTest | { readonly problem: string }>
}

export function createTestFiles({
  root,
  folder,
  setup,
  runner: usual = 'vitest',
}: TestFilesOptions): TestFiles {
  const into = resolve(root, folder)
  const setupFile = setup === null ? join(into, 'setup.ts') : resolve(root, setup)

  async function write(text: string, runner: TestRunner): Promise<WrittenTest> {
    const file = readSessionFile(text)
    const recording = readRecording(file)
    const startedAt = file.about.startedAt
    await mkdir(into, { recursive: true })
    const name = await freeName(into, `${fileWords(recording.name)}-${stampOf(startedAt)}`)
    const hasSetup = setup !== null || (await exists(setupFile))
    if (!hasSetup) await writeFile(setupFile, SETUP_TEXT)
    const packed = `${name}.jsonl.gz`
    await writeFile(join(into, packed), gzipSync(writeSessionFile(file)))
    const { ending, command } = RUNNERS[runner]
    const spec = join(into, `${name}${ending}`)
    const parts = { recording, startedAt, file: `./${packed}`, setup: importPath(into, setupFile) }
    await writeFile(spec, specText(parts, runner))
    const shown = (path: string): string => slashed(relative(root, path))
    return {
      spec: shown(spec),
      recording: shown(join(into, packed)),
      setup: hasSetup ? null : shown(setupFile),
      command: `${command} ${shown(spec)}`,
    }
  }

  return {
    async write(asked) {
      const { text, runner } = Object(asked) as { text?: unknown; runner?: unknown }
      if (typeof text !== 'string') return { problem: 'There is no recording to write.' }
      try {
        return await write(text, runner === 'playwright' || runner === 'vitest' ? runner : usual)
      } catch (thrown) {
        return { problem: toPPError(thrown, 'INTERNAL').message }
      }
    },
  }
}

/** Whose tests the project at `root` has. */
export function runnerOf(root: string): TestRunner {
  const has = (runner: string): boolean => isInstalled(root, `${runner}/package.json`)
  return !has('vitest') && has('@playwright/test') ? 'playwright' : 'vitest'
}

/** A name that nobody has: the same recording may be exported twice. */
async function freeName(folder: string, wanted: string): Promise<string> {
  for (let count = 1; ; count++) {
    const name = count === 1 ? wanted : `${wanted}-${count}`
    // The recording has no ending of a runner's: two tests would share it.
    if (!(await exists(join(folder, `${name}.jsonl.gz`)))) return name
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path)
    return true
  } catch {
    return false
  }
}

/** No character that a file system or a shell minds, and nothing that leads out of the folder. */
function fileWords(name: string): string {
  const words = name.toLowerCase().replaceAll(/[^a-z\d]+/g, '-')
  return words.replaceAll(/^-+|-+$/g, '').slice(0, 40) || 'room'
}

function stampOf(at: number): string {
  return new Date(at).toISOString().slice(0, 19).replaceAll(':', '-')
}

/** As TypeScript and Node both read it. */
function importPath(from: string, file: string): string {
  const path = slashed(relative(from, file))
  const extension = extname(path)
  const plain = extension === '.ts' || extension === '.tsx' ? `${path.slice(0, -extension.length)}.js` : path
  return plain.startsWith('.') ? plain : `./${plain}`
}

const slashed = (path: string): string => path.split(sep).join('/')
