// A call stack, as the engines write it, as places in the user's code.
//   V8                 at Player.render (http://localhost:5173/src/player.tsx:12:3)
//   Firefox, WebKit    render@http://localhost:5173/src/player.tsx:12:3

export interface CallPlace {
  /** The function; empty where the engine has no name for it. */
  readonly name: string
  readonly url: string
  /** Both count from 1. */
  readonly line: number
  readonly column: number
}

const V8 = /^\s*at (?:async )?(?:new )?(?:(.+?) \()?((?:[a-z][\w+.-]*:|\/|<anonymous>).*?):(\d+):(\d+)\)?$/i
const OTHERS = /^(.*?)@(.+?):(\d+):(\d+)$/

/** Innermost first; lines that name no place are left out. */
export function readStack(stack: string): CallPlace[] {
  return stack.split('\n').flatMap((line) => {
    const found = V8.exec(line) ?? OTHERS.exec(line)
    if (found === null) return []
    const [, name = '', url = '', row, column] = found
    return [{ name: plainName(name), url, line: Number(row), column: Number(column) }]
  })
}

/** `Object.react_stack_bottom_frame` and `async*render/<` are how engines decorate a name. */
function plainName(name: string): string {
  return name
    .replace(/^Object\./, '')
    .replace(/^async\*/, '')
    .replace(/\/?<$/, '')
}

/** What is not the application's: installed packages, what Vite serves of its own, native code. */
const FOREIGN =
  /\/node_modules\/|\/deps\/[^/]*\.js\?v=|\/@vite\/|\/@react-refresh|\/@id\/__x00__|^native|^node:|<anonymous>/

/**
 * The places of the application. `ours`: folders of this library (see `rootOf`). Where nothing is left (all of it in one bundle, or
 * nothing of the application was running) it is all places.
 */
export function ownPlaces(places: readonly CallPlace[], ours: ReadonlySet<string>): readonly CallPlace[] {
  const own = places.filter(
    ({ url }) => !FOREIGN.test(url) && ![...ours].some((root) => url.startsWith(root)),
  )
  return own.length > 0 ? own : places
}

/** The folder of a file that is served, with its last slash. */
export function rootOf(url: string): string {
  return url.replace(/[?#].*$/, '').replace(/[^/]*$/, '')
}

/** The component that called a hook: the nearest function that is named like one. */
export function componentOf(places: readonly CallPlace[]): string | null {
  return places.find(({ name }) => /^[A-Z]\w*$/.test(lastName(name)))?.name ?? null
}

function lastName(name: string): string {
  return name.split('.').at(-1) ?? ''
}

/** `/src/player.tsx`, for people: without host and query. */
export function pathOf(url: string): string {
  return url.replace(/^[a-z]+:\/\/[^/]*/i, '').replace(/[?#].*$/, '')
}
