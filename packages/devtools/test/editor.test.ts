// @vitest-environment node
import { expect, test } from 'vitest'
import { createEditor } from '../src/editor.js'

const place = { name: 'shoot', url: 'http://localhost:5173/src/a.ts', line: 3, column: 5 }
const written = { file: '/game/src/a.ts', path: 'src/a.ts', line: 9, column: 2 }

function createServer(answer: () => Response) {
  const asked: string[] = []
  const ask: typeof fetch = async (input) => {
    if (typeof input === 'string') asked.push(input)
    return answer()
  }
  return { asked, editor: createEditor('/game/', ask) }
}

test('a place is asked for once, and opened in the editor where it was written', async () => {
  const { asked, editor } = createServer(() => Response.json(written))
  expect(await editor.find(place)).toEqual(written)
  expect(await editor.find({ ...place })).toEqual(written)
  expect(asked).toEqual([
    '/game/__painda/place?url=http%3A%2F%2Flocalhost%3A5173%2Fsrc%2Fa.ts&line=3&column=5',
  ])
  editor.open(written)
  expect(asked[1]).toBe('/game/__open-in-editor?file=%2Fgame%2Fsrc%2Fa.ts%3A9%3A2')
})

test.each([
  ['says no', () => new Response(null, { status: 404 })],
  ['answers with a page', () => new Response('<html>')],
  ['answers something else', () => Response.json({ file: 1, path: 'x', line: 1, column: 1 })],
  [
    'has gone',
    () => {
      throw new TypeError('Failed to fetch')
    },
  ],
])('a dev server that %s has no place', async (_, answer) => {
  expect(await createServer(answer).editor.find(place)).toBeNull()
})
