// From a place in what the browser runs to the file that somebody wrote, and to the editor. Asked of the dev server, which made the
// one from the other.
import type { CallPlace } from './call-stack.js'

export interface SourcePlace {
  /** Where the file is on this machine. */
  readonly file: string
  /** The same from the project's folder on. */
  readonly path: string
  readonly line: number
  readonly column: number
}

export interface Editor {
  /** Null for what is no module of the project, and when the dev server does not answer. */
  find(place: CallPlace): Promise<SourcePlace | null>
  open(place: SourcePlace): void
}

/** `base`: of the dev server, with a slash at its end. */
export function createEditor(base: string, ask: typeof fetch): Editor {
  const known = new Map<string, Promise<SourcePlace | null>>()

  async function look({ url, line, column }: CallPlace): Promise<SourcePlace | null> {
    const query = new URLSearchParams({ url, line: String(line), column: String(column) })
    try {
      const response = await ask(`${base}__painda/place?${query}`)
      return response.ok ? readPlace(await response.json()) : null
    } catch {
      return null
    }
  }

  return {
    find(place) {
      const key = `${place.url}:${place.line}:${place.column}`
      const found = known.get(key) ?? look(place)
      known.set(key, found)
      return found
    },
    open({ file, line, column }) {
      const query = new URLSearchParams({ file: `${file}:${line}:${column}` })
      // Vite's own; what it cannot open it says in its terminal.
      ask(`${base}__open-in-editor?${query}`).catch(() => {})
    },
  }
}

function readPlace(value: unknown): SourcePlace | null {
  const [file, path, line, column]: unknown[] = ['file', 'path', 'line', 'column'].map((key) =>
    Reflect.get(Object(value), key),
  )
  if (typeof file !== 'string' || typeof path !== 'string') return null
  if (typeof line !== 'number' || typeof column !== 'number') return null
  return { file, path, line, column }
}
