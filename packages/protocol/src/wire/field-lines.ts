// Reads and writes of one field in many records. V8 finds a field in 1 ns where a line of the source has met one name and
// few kinds of records, and in 8 ns where it has met more. So there are several such lines, each for one name.
type Records = readonly Record<string, unknown>[]

export interface FieldLine {
  /** The numbers that stand there, else NaN. */
  load(records: Records, field: string, into: Float64Array): void
  /** `values` are as many and more. */
  store(records: Records, field: string, values: ArrayLike<unknown>): void
}

const lines: readonly FieldLine[] = [
  {
    load(records, field, into) {
      let row = 0
      for (const record of records) into[row++] = numberOf(record[field])
    },
    store(records, field, values) {
      let row = 0
      for (const record of records) record[field] = values[row++]
    },
  },
  {
    load(records, field, into) {
      let row = 0
      for (const record of records) into[row++] = numberOf(record[field])
    },
    store(records, field, values) {
      let row = 0
      for (const record of records) record[field] = values[row++]
    },
  },
  {
    load(records, field, into) {
      let row = 0
      for (const record of records) into[row++] = numberOf(record[field])
    },
    store(records, field, values) {
      let row = 0
      for (const record of records) record[field] = values[row++]
    },
  },
  {
    load(records, field, into) {
      let row = 0
      for (const record of records) into[row++] = numberOf(record[field])
    },
    store(records, field, values) {
      let row = 0
      for (const record of records) record[field] = values[row++]
    },
  },
  {
    load(records, field, into) {
      let row = 0
      for (const record of records) into[row++] = numberOf(record[field])
    },
    store(records, field, values) {
      let row = 0
      for (const record of records) record[field] = values[row++]
    },
  },
  {
    load(records, field, into) {
      let row = 0
      for (const record of records) into[row++] = numberOf(record[field])
    },
    store(records, field, values) {
      let row = 0
      for (const record of records) record[field] = values[row++]
    },
  },
  {
    load(records, field, into) {
      let row = 0
      for (const record of records) into[row++] = numberOf(record[field])
    },
    store(records, field, values) {
      let row = 0
      for (const record of records) record[field] = values[row++]
    },
  },
  {
    load(records, field, into) {
      let row = 0
      for (const record of records) into[row++] = numberOf(record[field])
    },
    store(records, field, values) {
      let row = 0
      for (const record of records) record[field] = values[row++]
    },
  },
  {
    load(records, field, into) {
      let row = 0
      for (const record of records) into[row++] = numberOf(record[field])
    },
    store(records, field, values) {
      let row = 0
      for (const record of records) record[field] = values[row++]
    },
  },
]
const ANY_FIELD = lines.length - 1

const numbers = new Map<string, number>()

/** The line of a field; the first that come have one each, the others share the last. */
export function fieldLine(field: string): FieldLine | undefined {
  let number = numbers.get(field)
  if (number === undefined) {
    number = Math.min(numbers.size, ANY_FIELD)
    if (number < ANY_FIELD) numbers.set(field, number)
  }
  return lines[number]
}

function numberOf(value: unknown): number {
  return typeof value === 'number' ? value : Number.NaN
}
