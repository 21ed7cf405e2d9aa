// The memory of view slots: a column of numbers per field, and a handle per entity that is its index in all of them.

export interface SlotTable {
  readonly handles: ReadonlyMap<string, number>
  /** By handle; undefined where it is free. */
  readonly ids: readonly (string | undefined)[]
  readonly columns: readonly Float64Array[]
  /** The handle of an entity that is there, or comes to be; it then holds no number yet. */
  enter(id: string): number
  leave(id: string): void
  /** What is no number is NaN; a column that does not exist is left alone. */
  put(column: number, handle: number, value: unknown): void
  clear(): void
}

const FIRST_CAPACITY = 64

export function createSlotTable(fields: readonly string[]): SlotTable {
  const handles = new Map<string, number>()
  const ids: (string | undefined)[] = []
  const free: number[] = []
  let columns = fields.map(() => new Float64Array(FIRST_CAPACITY))

  function grow(): void {
    columns = columns.map((column) => {
      const larger = new Float64Array(column.length * 2)
      larger.set(column)
      return larger
    })
  }

  return {
    handles,
    ids,
    get columns() {
      return columns
    },
    enter(id) {
      const known = handles.get(id)
      if (known !== undefined) return known
      const handle = free.pop() ?? ids.length
      ids[handle] = id
      handles.set(id, handle)
      if (handle >= (columns[0]?.length ?? 0)) grow()
      for (const column of columns) column[handle] = Number.NaN
      return handle
    },
    leave(id) {
      const handle = handles.get(id)
      if (handle === undefined) return
      handles.delete(id)
      ids[handle] = undefined
      free.push(handle)
      // Whoever looks at all handles sees that nobody is here.
      for (const column of columns) column[handle] = Number.NaN
    },
    put(column, handle, value) {
      const numbers = columns[column]
      if (numbers !== undefined) numbers[handle] = typeof value === 'number' ? value : Number.NaN
    },
    clear() {
      handles.clear()
      ids.length = free.length = 0
    },
  }
}
