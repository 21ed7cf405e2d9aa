// Places under a name, of which each name may hold so many: connections of an address, rooms that a user has made.

export interface Places {
  /** Takes one; null when the name holds all it may. Give it back by calling what is returned. */
  take(name: string): (() => void) | null
}

export function createPlaces(most: number): Places {
  const counts = new Map<string, number>()
  return {
    take(name) {
      const count = counts.get(name) ?? 0
      if (count >= most) return null
      counts.set(name, count + 1)
      let isTaken = true
      return () => {
        if (!isTaken) return
        isTaken = false
        const left = (counts.get(name) ?? 1) - 1
        if (left === 0) counts.delete(name)
        else counts.set(name, left)
      }
    },
  }
}
