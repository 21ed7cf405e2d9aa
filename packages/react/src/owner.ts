// Which component a hook belongs to, for the inspector: a frame came, and <Scores/> was drawn. In production `owner.production.ts` takes
// this file's place.
import { setOwner } from '@painda/client'
import type { Owner } from '@painda/client'
import { useInsertionEffect, useMemo, useState } from 'react'

/** React's own functions and a few hooks of the user's stand between here and the component. */
const STACK_LIMIT = 30

/** `hook`: the name that a developer knows. */
export function useOwner(hook: string): Owner | void {
  const [owner] = useState(() => createOwner(hook))
  // Runs with every commit of the component; a layout effect would warn in a render on the server.
  useInsertionEffect(() => owner.onCommit?.())
  return owner
}

/** A list's own `subscribe`, in the name of the hook that calls it. */
export function useOwned(subscribe: Subscribe, hook: string): Subscribe {
  const owner = useOwner(hook)
  return useMemo(() => (wake) => subscribe(setOwner(wake, owner)), [subscribe, owner])
}

export type Subscribe = (wake: () => void) => () => void

/** The text of an error's stack is only made when somebody reads it. */
function createOwner(hook: string): Owner {
  const before: unknown = Reflect.get(Error, 'stackTraceLimit')
  Reflect.set(Error, 'stackTraceLimit', STACK_LIMIT)
  const made = new Error(hook)
  Reflect.set(Error, 'stackTraceLimit', before)
  return { hook, made, onCommit: null }
}
