// Where two JSON values first differ: what a report of a replica that went wrong names, because everything after it
// usually follows from it.
import type { Path } from './path.js'
import { asSent } from './utf8.js'

export interface FirstDifference {
  readonly path: Path
  /** What the server has there; undefined for nothing. */
  readonly server: unknown
  readonly replica: unknown
}

/** The first place where two JSON values differ, in the order of the first one's keys; null for equal ones. */
export function findDifference(server: unknown, replica: unknown, path: Path = []): FirstDifference | null {
  if (server === replica) return null
  // Half a character stays in the server's state, and travels as U+FFFD.
  if (typeof server === 'string' && typeof replica === 'string' && asSent(server) === asSent(replica))
    return null
  if (!isObject(server) || !isObject(replica) || Array.isArray(server) !== Array.isArray(replica)) {
    return { path, server, replica }
  }
  for (const key of new Set([...Object.keys(server), ...Object.keys(replica)])) {
    const step = Array.isArray(server) ? Number(key) : key
    const found = findDifference(at(server, key), at(replica, key), [...path, step])
    if (found !== null) return found
  }
  return null
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

function at(value: Record<string, unknown>, key: string): unknown {
  return Object.hasOwn(value, key) ? value[key] : undefined
}
