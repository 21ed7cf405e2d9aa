// Every example compiles under the rules of this repository, also those whose libraries are not installed here: of these
// `peers*.d.ts` say what the examples use. And what the compiler says of a mistake names what there is.
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
  /** Two at a time: a compiler is mostly one thread. */
  const left = [...pages]
  async function work(): Promise<void> {
    for (let page = left.pop(); page !== undefined; page = left.pop()) await compile(page)
  }
  async function compile(page: string): Promise<void> {
    expect(await complaintsOf(join(folder, page.replace('/', '-'))), page).toBe('')
  }
  await Promise.all([work(), work()])
}, 240_000)

test('of a name that there is not the compiler says which there are, and of options which are not known', async () => {
  const project = join(folder, 'mistakes')
  writeFiles(project, { 'mistakes.tsx': MISTAKES })
  writeFileSync(
    join(project, 'tsconfig.json'),
    JSON.stringify({ extends: '../../../../tsconfig.test.json', include: ['.'], exclude: [] }),
  )
  const complaints = await complaintsOf(project)
  expect(complaints).toContain(`'"moev"' is not assignable to parameter of type '"move" | "start"'`)
  expect(complaints).toContain(`'"byu"' is not assignable to parameter of type '"buy" | "sell"'`)
  expect(complaints).toContain(`'"bom"' is not assignable to parameter of type '"boom" | "over"'`)
  expect(complaints.match(/'name' does not exist in type '(UsePPRoom|Join)Options'/g)).toHaveLength(2)
}, 240_000)

const MISTAKES = `
import { defineRoom, PPClient, request, type, useAck, usePPEvent, usePPRoom } from '@painda/react'
const Arena = defineRoom({
  name: 'arena',
  state: () => ({ phase: '' }),
  messages: { move: type<number>(), start: type<number>() },
  requests: { buy: request(type<number>()), sell: request(type<number>()) },
  events: { boom: type<number>(), over: type<number>() },
})
export function Mistaken(): void {
  const { room } = usePPRoom(Arena)
  room.send('moev', 1)
  useAck(room, 'byu')
  usePPEvent(room, 'bom', () => {})
  usePPRoom(Arena, { name: 'Ada' })
  new PPClient('').join(Arena, { name: 'Ada' })
}
`

/** What the compiler says of a project; nothing when all is well. */
async function complaintsOf(project: string): Promise<string> {
  const compiler = join(import.meta.dirname, '../../node_modules/typescript/bin/tsc')
  return promisify(execFile)(process.execPath, [compiler, '-p', project]).then(
    () => '',
    ({ stdout }: { stdout: string }) => stdout,
  )
}
