// A handler that returns another state, as a reducer would, changes nothing: a room's state is written to where it stands.

/** True for an object that has all that `state` has, and is not the draft itself. */
export function isStateAnew(returned: unknown, state: object): boolean {
  if (typeof returned !== 'object' || returned === null || returned === state) return false
  const keys = Object.keys(state)
  return keys.length > 0 && keys.every((key) => Object.hasOwn(returned, key))
}

export function stateAnew(where: string): string {
  return `${where} returns a state, which nobody reads: write into the state instead, as in state.count = 1.`
}
