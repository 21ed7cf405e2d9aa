// Random programs on drafts, and the check that whatever they do, a replica that gets the deltas has the same state.
import fc from 'fast-check'
import { expect } from 'vitest'
import { createTracker, deepEqual, patch, patchImmutable, untrack, type Tracker } from '../src/delta/index.js'
import { freeze, json, key, overTheWire } from './delta-values.js'

type Numbers = readonly number[]
export type Draft = Record<string, unknown> | unknown[]
/** One part of a program. */
export type Statements = readonly (readonly [number, Numbers, string, unknown])[]

const part = fc.array(fc.tuple(fc.nat(20), fc.array(fc.nat(9), { minLength: 8, maxLength: 8 }), key, json), {
  minLength: 1,
  maxLength: 14,
})
/** The statements before each commit. */
export const commits = fc.array(part, { minLength: 1, maxLength: 5 })

export const state = fc.record({
  a: json,
  list: fc.array(json, { maxLength: 6 }),
  rows: fc.array(fc.record({ id: fc.nat(9), v: json, tags: fc.array(fc.nat(3), { maxLength: 3 }) }), {
    maxLength: 6,
  }),
  map: fc.dictionary(key, json, { maxKeys: 4 }),
  grid: fc.array(fc.array(fc.nat(3), { maxLength: 6 }), { maxLength: 4 }),
})

/** Walks down from the root, a number per step; ends at a container. */
function walk(root: Draft, steps: Numbers): Draft {
  let at = root
  for (const step of steps) {
    const children = Object.values(at).filter((child) => typeof child === 'object' && child !== null)
    const next = children[step % (children.length + 1)]
    if (next === undefined) break
    at = next as Draft
  }
  return at
}

function pick(container: Draft, n: number): string | undefined {
  const keys = Object.keys(container)
  return keys[n % (keys.length || 1)]
}

/** One statement of a program. `held` are drafts that the program keeps in variables, across commits. */
function step(
  root: Draft,
  held: Draft[],
  [what, n, name, value]: readonly [number, Numbers, string, unknown],
): void {
  const at = walk(root, n.slice(0, 3))
  const other = walk(root, n.slice(3, 5))
  const index = Array.isArray(at) ? (n[5] ?? 0) % (at.length + 1) : 0
  const from = pick(at, n[6] ?? 0)
  const to = pick(at, n[7] ?? 0)
  const fields = at as Record<string, unknown>
  switch (what) {
    case 0:
    case 1:
      if (Array.isArray(at)) at[index] = value
      else at[name] = value
      break
    case 2:
      if (Array.isArray(at)) at.splice(index, n[6] ?? 0, ...(Array.isArray(value) ? value : [value]))
      else delete at[from ?? '']
      break
    case 3:
      if (Array.isArray(at)) at.push(value, other)
      else at[name] = other
      break
    case 4: // swap
      if (from !== undefined && to !== undefined) [fields[from], fields[to]] = [fields[to], fields[from]]
      break
    case 5:
      if (Array.isArray(at)) at.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
      else for (const key of Object.keys(at)) delete at[key]
      break
    case 6:
      if (Array.isArray(at)) at.reverse()
      else Object.assign(at, { [name]: [other, { deep: other }], z: 1 })
      break
    case 7: // take out and put in elsewhere
      if (Array.isArray(at) && at.length > 0 && Array.isArray(other))
        other.unshift(at.splice(index, 1)[0] ?? null)
      break
    case 8:
      if (Array.isArray(at)) at.pop()
      else if (from !== undefined && !Array.isArray(other)) {
        const moved = at[from]
        delete at[from]
        other[name] = moved
      }
      break
    case 9:
      if (Array.isArray(at)) at.shift()
      else if (from !== undefined) fields[from] = { ...(fields[from] as object) }
      break
    case 10:
      if (from !== undefined && Array.isArray(fields[from]) && at !== root)
        fields[from] = (fields[from] as unknown[]).filter((_, i) => i % 2 === (n[5] ?? 0) % 2)
      else if (from !== undefined && at !== root) Object.assign(fields, { [from]: fields[from] })
      break
    case 11:
      held.push(at)
      break
    case 12: // through a variable, perhaps of something that is gone
      {
        const old = held[(n[5] ?? 0) % (held.length || 1)]
        if (old !== undefined && !Array.isArray(old)) old[name] = value
        else old?.push(value)
      }
      break
    case 13: // put back what a variable holds
      {
        const old = held[(n[5] ?? 0) % (held.length || 1)]
        if (old !== undefined && Array.isArray(at)) at.splice(index, 0, old)
        else if (old !== undefined && !Array.isArray(at)) at[name] = old
      }
      break
    case 14:
      if (Array.isArray(at)) at.length = Math.min(index, at.length)
      break
    case 15:
      if (Array.isArray(at)) at.fill(value, index)
      break
    case 16:
      if (Array.isArray(at)) at.copyWithin(index, n[6] ?? 0, n[7])
      break
    case 17: // a field of every item
      for (const child of Object.values(at))
        if (typeof child === 'object' && child !== null && !Array.isArray(child))
          Object.assign(child, { v: n[5] })
      break
    case 18: // the same content, newly made
      if (from !== undefined && at !== root) fields[from] = overTheWire(fields[from])
      break
    case 19:
      if (from !== undefined && at !== root) {
        const old = fields[from]
        fields[from] = value
        fields[from] = old
      }
      break
    default:
      if (!Array.isArray(at)) at[name] = { id: n[5], v: other }
  }
}

/** Runs one part of a program, the statements before a commit. */
export function runPart(root: Draft, held: Draft[], statements: Statements): void {
  for (const statement of statements) step(root, held, statement)
}

/** Runs a program, a commit after each part; after every commit the replicas must equal the state. */
export function runCommits(initial: unknown, commits: readonly Statements[]): void {
  const tracker = createTracker(initial) as Tracker<Draft>
  let replica = freeze(overTheWire(initial))
  let mutable = overTheWire(initial)
  const held: Draft[] = []
  for (const statements of commits) {
    runPart(tracker.draft, held, statements)
    const delta = tracker.commit()
    const now = overTheWire(tracker.state)
    expect(delta === undefined).toBe(deepEqual(replica, now))
    replica = freeze(patchImmutable(replica, freeze(overTheWire(delta))))
    expect(deepEqual(replica, now)).toBe(true)
    mutable = patch(mutable, overTheWire(delta))
    expect(deepEqual(mutable, now)).toBe(true)
    expect(isRawTree(tracker.state)).toBe(true)
    expect(tracker.commit()).toBeUndefined()
  }
}

/** True when no object stands in two places and no draft got into the raw tree. */
function isRawTree(root: unknown, seen = new Set<unknown>()): boolean {
  if (typeof root !== 'object' || root === null) return true
  if (untrack(root) !== root || seen.has(root)) return false
  seen.add(root)
  return Object.values(root).every((child) => isRawTree(child, seen))
}
