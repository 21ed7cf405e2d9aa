// The guide "Test your game in ten minutes" as somebody follows it: its files in an empty folder, its commands in order.
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from './fixtures.js'
import { createSandbox } from './support/sandbox.js'

const GUIDE = fileURLToPath(new URL('../docs/testing.md', import.meta.url))

test('the guide to testing works from an empty folder, command by command', async ({ launchOptions }) => {
  test.setTimeout(240_000)
  const blocks = blocksOf(await readFile(GUIDE, 'utf8'))
  const sandbox = await createSandbox()
  try {
    const said: string[] = []
    for (const { file, code } of blocks) {
      if (file !== null) await writeFile(join(sandbox.folder, file), code)
      else for (const line of code.trim().split('\n')) said.push(await follow(line))
    }
    expect(said.filter((text) => text !== '').map(summaryOf)).toEqual([
      '2 passed',
      '3 passed',
      '50 of 50 open',
    ])
    const again = summaryOf(await follow('npx vitest run'))
    expect(again, 'beside the files of the other runner').toBe('2 passed')
    expect(await readFile(join(sandbox.folder, 'report.html'), 'utf8')).toContain('crowd.load.js</h1>')
  } finally {
    await sandbox.remove()
  }

  /** One line of a shell; resolves to what it said. */
  async function follow(line: string): Promise<string> {
    const [program = '', ...words] = line.split(' ')
    if (program === 'npm' && words[0] === 'install') {
      await sandbox.install(words.slice(1).filter((word) => !word.startsWith('-')))
      return ''
    }
    // A browser is here already.
    if (line === 'npx playwright install chromium') return ''
    const [command = '', ...args] = words
    expect(program, line).toBe('npx')
    return sandbox.npx(command, args, {
      CHROMIUM: launchOptions.executablePath ?? '',
      NO_COLOR: '1',
      FORCE_COLOR: '0',
    })
  }
})

interface Block {
  /** Null for commands. */
  readonly file: string | null
  readonly code: string
}

function blocksOf(text: string): Block[] {
  return [...text.matchAll(/^```(\w+)(?: (\S+))?\n(.*?)^```$/gms)].map(([, language, file, code = '']) => {
    if (file === undefined && language !== 'sh')
      throw new Error(`A block of ${language} has no name:\n${code}`)
    return { file: file ?? null, code }
  })
}

/** What a runner says at the end. */
function summaryOf(text: string): string {
  const found = /Tests +(\d+ passed) \(\d+\)|^ *(\d+ passed) \(|^clients +(\d+ of \d+ open)/m.exec(text)
  return found?.slice(1).find((part) => part !== undefined) ?? text
}
