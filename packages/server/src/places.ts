// Places under a name, of which each name may hold so many: connections of an address, rooms that a user has made, bytes that wait.

export interface Places {
  /** Takes one, or as many as are asked for; null when the name would hold more than it may. Give back by calling what is returned. */
  take(name: string, count?: number): (() => void) | null
}

export function createPlaces(most: number): Places {
  const counts = new Map<string, number>()
  return {
    take(name, count = 1) {
      const taken = (counts.get(name) ?? 0) + count
      if (taken > most) return null
      counts.set(name, taken)
      let isTaken = true
      return () => {
        if (!isTaken) return
        isTaken = false
        const left = (counts.get(name) ?? count) - count
        if (left === 0) counts.delete(name)
        else counts.set(name, left)
      }
    },
  }
}
