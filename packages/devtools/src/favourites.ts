// Messages to send again, kept by the browser for this page's origin over days. A page may forbid storage: then they last as long as
// the page.

export interface Favourite {
  readonly type: string
  /** As typed. */
  readonly payload: string
}

export interface Favourites {
  list(): readonly Favourite[]
  has(one: Favourite): boolean
  /** Adds it, or takes it out. */
  toggle(one: Favourite): void
}

const KEY = 'painda-devtools-favourites'
const MAX = 30

/** `storage` is asked for each time: already naming `localStorage` throws in some pages. */
export function createFavourites(storage: () => Storage): Favourites {
  let all = load(storage)
  const isSame = (a: Favourite, b: Favourite): boolean => a.type === b.type && a.payload === b.payload
  const has = (one: Favourite): boolean => all.some((other) => isSame(one, other))
  return {
    list: () => all,
    has,
    toggle(one) {
      all = has(one) ? all.filter((other) => !isSame(one, other)) : [...all, one].slice(-MAX)
      try {
        storage().setItem(KEY, JSON.stringify(all))
      } catch {
        // Not kept over a reload; nothing else is lost.
      }
    },
  }
}

/** Storage belongs to the page: any script may have written there. */
function load(storage: () => Storage): readonly Favourite[] {
  try {
    const found: unknown = JSON.parse(storage().getItem(KEY) ?? '[]')
    return Array.isArray(found) ? found.flatMap(read).slice(-MAX) : []
  } catch {
    return []
  }
}

function read(value: unknown): Favourite[] {
  const [type, payload]: unknown[] = [
    Reflect.get(Object(value), 'type'),
    Reflect.get(Object(value), 'payload'),
  ]
  return typeof type === 'string' && typeof payload === 'string' ? [{ type, payload }] : []
}
