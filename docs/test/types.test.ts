// Every example compiles under the rules of this repository, also those whose libraries are not installed here: of these
// `peers*.d.ts` say what the examples use.
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { promisify } from 'node:util'
import { afterAll, expect, test } from 'vitest'
import { filesOf, pages, writeFiles } from './pages.js'

const folder = mkdtempSync(join(import.meta.dirname, 'types-'))
afterAll(() => rmSync(folder, { recursive: true }))

test('every example of the guides compiles', async () => {
  for (const page of pages) {
    const own = join(folder, page.replace('/', '-'))
    writeFiles(own, filesOf(page))
    const config = {
      extends: '../../../../tsconfig.test.json',
      include: ['.', '../../app.d.ts', '../../peers.d.ts', '../../peers-jsx.d.ts'],
      exclude: [],
    }
    writeFileSync(join(own, 'tsconfig.json'), JSON.stringify(config))
  }
  const compiler = join(import.meta.dirname, '../../node_modules/typescript/bin/tsc')
  const run = promisify(execFile)
  /** Two at a time: a compiler is mostly one thread. */
  const left = [...pages]
  async function work(): Promise<void> {
    for (let page = left.pop(); page !== undefined; page = left.pop()) await compile(page)
  }
  async function compile(page: string): Promise<void> {
    const project = join(folder, page.replace('/', '-'))
    const complaints = await run(process.execPath, [compiler, '-p', project]).then(
      () => '',
      ({ stdout }: { stdout: string }) => stdout,
    )
    expect(complaints, page).toBe('')
  }
  await Promise.all([work(), work()])
}, 240_000)
