// Links to a room: the code stands behind the #, which no server log ever sees.

const PREFIX = '#join='
/** Crockford's letters and a dash; anything else in a link is no code. */
const CODE = /^[0-9A-Z-]{4,20}$/i

export const linkTo = (code: string): string => `${location.origin}${location.pathname}${PREFIX}${code}`

/** The code in this page's address; null when there is none. */
export function codeInAddress(): string | null {
  const { hash } = location
  return hash.startsWith(PREFIX) ? readCode(hash.slice(PREFIX.length)) : null
}

/** What somebody typed or pasted: a code, or a whole link. Null for anything else. */
export function readCode(text: string): string | null {
  const typed = text.trim()
  const code = typed.includes(PREFIX) ? typed.slice(typed.indexOf(PREFIX) + PREFIX.length) : typed
  return CODE.test(code) ? code.toUpperCase() : null
}

/** The room is entered or given up: a reload must not look for it again. */
export function clearAddress(): void {
  if (location.hash !== '') history.replaceState(null, '', location.pathname + location.search)
}
