// What the server tells of its members, while the component is drawn.
import { useEffect, useState } from 'preact/hooks'
import type { DeskLane } from '../desk-lane.js'
import type { MemberFacts } from '../vite/member-facts.js'

export function useMembers(desk: DeskLane | null): readonly MemberFacts[] {
  const [, redraw] = useState(0)
  useEffect(() => {
    if (desk === null) return undefined
    const unwatch = desk.watch()
    const unsubscribe = desk.subscribe(() => redraw((count) => count + 1))
    return () => {
      unsubscribe()
      unwatch()
    }
  }, [desk])
  return desk?.members ?? []
}
