// Two ends' tables of registered types, compared: what differs is named per type, so that it is never misread.

/** One registered type: what the other end must have too, exactly. */
export interface SchemaEntry {
  readonly type: string
  readonly id: number
  readonly layout: string
}

export type SchemaMismatch =
  | { readonly type: string; readonly reason: 'missing ours'; readonly theirs: SchemaEntry }
  | { readonly type: string; readonly reason: 'missing theirs'; readonly ours: SchemaEntry }
  | {
      readonly type: string
      readonly reason: 'id' | 'layout'
      readonly ours: SchemaEntry
      readonly theirs: SchemaEntry
    }

/**
 * The types that must not travel in their layout between these two ends, ordered by name; empty when all agree.
 * Types of one name and layout but different ids differ by `id`; a difference in layout is the one that is named first.
 */
export function compareTables(
  ours: readonly SchemaEntry[],
  theirs: readonly SchemaEntry[],
): SchemaMismatch[] {
  const oursByType = new Map(ours.map((entry) => [entry.type, entry]))
  const theirsByType = new Map(theirs.map((entry) => [entry.type, entry]))
  const types = [...new Set([...oursByType.keys(), ...theirsByType.keys()])].sort()
  return types.flatMap((type) => compareEntry(type, oursByType.get(type), theirsByType.get(type)))
}

function compareEntry(
  type: string,
  ours: SchemaEntry | undefined,
  theirs: SchemaEntry | undefined,
): SchemaMismatch[] {
  if (ours === undefined) return theirs === undefined ? [] : [{ type, reason: 'missing ours', theirs }]
  if (theirs === undefined) return [{ type, reason: 'missing theirs', ours }]
  if (ours.layout !== theirs.layout) return [{ type, reason: 'layout', ours, theirs }]
  if (ours.id !== theirs.id) return [{ type, reason: 'id', ours, theirs }]
  return []
}
