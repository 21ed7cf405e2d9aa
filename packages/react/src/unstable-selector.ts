// A selector that gives another value each time it looks at the same state renders its component for nothing. It is told
// once per component, in development.

// Replaced by bundlers; Node has it; a page without a bundler has not.
declare const process: { readonly env: { readonly NODE_ENV?: string } }

/** True unless this is a production build. */
export function isDevelopment(): boolean {
  try {
    return process.env.NODE_ENV !== 'production'
  } catch {
    return false
  }
}

const told = new Set<string>()

/** Warns, once per component, when `select` does not agree with itself. `hook`: who was given the selector. */
export function warnIfUnstable<Value>(
  hook: string,
  select: () => Value,
  equality: (a: Value, b: Value) => boolean,
): void {
  if (equality(select(), select())) return
  const component = callerOf(hook)
  if (told.has(component)) return
  told.add(component)
  // The one place to say it is the developer's console.
  // oxlint-disable-next-line no-console
  console.error(
    `The selector of ${hook} in <${component}> makes a new value from the same state, so every change of what it reads ` +
      'renders the component. Select the part itself, or pass an equality function as the last argument: shallowEqual.',
  )
}

/** The component that called a hook: the nearest function on the stack that is named like one. */
function callerOf(hook: string): string {
  const lines = (new Error('').stack ?? '').split('\n')
  const at = lines.map((line) => line.includes(hook)).lastIndexOf(true)
  for (const line of lines.slice(at + 1)) {
    const name = /(?:at (?:\w+\.)?|^)([A-Z]\w*)(?: |@)/.exec(line.trim())?.[1]
    if (name !== undefined) return name
  }
  return 'unknown'
}
