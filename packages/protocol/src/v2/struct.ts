// A struct: numbers one after the other, big-endian, no padding, in the order of declaration.
import { PPError } from '../errors.js'
import { isFields } from '../fields.js'
import type { Fields } from '../fields.js'
import { isForbiddenKey } from '../json.js'
import { identified } from './identified.js'
import type { IdentifiedSerializer, Serializer } from './schema.js'

interface NumberLayout {
  bytes: number
  /** False for what the bytes cannot give back: it is refused, never wrapped around. */
  fits(value: number): boolean
  write(view: DataView, at: number, value: number): void
  read(view: DataView, at: number): number
}

const whole = (min: number, max: number) => (value: number) =>
  Number.isInteger(value) && value >= min && value <= max

/** Floats carry finite numbers only, as JSON does: the same payload may have to travel as either. */
const NUMBERS = {
  uint8: {
    bytes: 1,
    fits: whole(0, 0xff),
    write: (view, at, value) => view.setUint8(at, value),
    read: (view, at) => view.getUint8(at),
  },
  uint16: {
    bytes: 2,
    fits: whole(0, 0xffff),
    write: (view, at, value) => view.setUint16(at, value),
    read: (view, at) => view.getUint16(at),
  },
  uint32: {
    bytes: 4,
    fits: whole(0, 0xffffffff),
    write: (view, at, value) => view.setUint32(at, value),
    read: (view, at) => view.getUint32(at),
  },
  int8: {
    bytes: 1,
    fits: whole(-0x80, 0x7f),
    write: (view, at, value) => view.setInt8(at, value),
    read: (view, at) => view.getInt8(at),
  },
  int16: {
    bytes: 2,
    fits: whole(-0x8000, 0x7fff),
    write: (view, at, value) => view.setInt16(at, value),
    read: (view, at) => view.getInt16(at),
  },
  int32: {
    bytes: 4,
    fits: whole(-0x80000000, 0x7fffffff),
    write: (view, at, value) => view.setInt32(at, value),
    read: (view, at) => view.getInt32(at),
  },
  float32: {
    bytes: 4,
    fits: (value) => Number.isFinite(Math.fround(value)),
    write: (view, at, value) => view.setFloat32(at, value),
    read: (view, at) => view.getFloat32(at),
  },
  float64: {
    bytes: 8,
    fits: Number.isFinite,
    write: (view, at, value) => view.setFloat64(at, value),
    read: (view, at) => view.getFloat64(at),
  },
} as const satisfies Record<string, NumberLayout>

export type NumberType = keyof typeof NUMBERS

export interface StructField {
  readonly name: string
  readonly type: NumberType
}

/** `{ x: number; y: number }` of the fields x and y. */
export type StructOf<F extends readonly StructField[]> = { [Field in F[number] as Field['name']]: number }

interface PlacedField {
  name: string
  type: NumberType
  at: number
  layout: NumberLayout
}

/**
 * A payload of numbers: a plain object with exactly these fields.
 * A float32 comes back rounded to 32 bits; every other number comes back as it was.
 * @throws PPError `INVALID_ARGUMENT` for an impossible list of fields. Its `encode` and `decode` throw `INVALID_PAYLOAD`
 * naming the field that is missing, unknown or out of range.
 */
export function structSerializer<const F extends readonly StructField[]>(
  id: number,
  fields: F,
): IdentifiedSerializer<StructOf<F>>
export function structSerializer<const F extends readonly StructField[]>(fields: F): Serializer<StructOf<F>>
export function structSerializer(
  first: number | readonly StructField[],
  second?: readonly StructField[],
): Serializer<Record<string, number>> {
  const [id, fields] = typeof first === 'number' ? [first, second ?? []] : [undefined, first]
  const { placed, size } = place(fields)
  const names = new Set(placed.map(({ name }) => name))
  const layout = `struct(${fields.map(({ name, type }) => `${JSON.stringify(name)}:${type}`).join(',')})`

  return identified(id, {
    layout,
    encode(payload) {
      if (!isFields(payload)) throw new PPError('INVALID_PAYLOAD', 'A struct must be an object.')
      for (const name of Object.keys(payload)) {
        if (!names.has(name)) throw invalid(name, 'is no field of the struct')
      }
      const bytes = new Uint8Array(size)
      const view = new DataView(bytes.buffer)
      for (const field of placed) field.layout.write(view, field.at, readField(payload, field))
      return bytes
    },
    decode(bytes) {
      if (bytes.byteLength !== size) {
        throw new PPError('INVALID_PAYLOAD', `The struct has ${size} bytes, ${bytes.byteLength} came.`, {
          hint: 'The two ends may have registered different versions.',
        })
      }
      const view = new DataView(bytes.buffer, bytes.byteOffset, size)
      const struct: Record<string, number> = {}
      for (const { name, type, at, layout: number } of placed) {
        const value = number.read(view, at)
        if (!number.fits(value)) throw invalid(name, `is ${value}, not a ${type}`)
        struct[name] = value
      }
      return struct
    },
  })
}

function readField(payload: Fields, { name, type, layout }: PlacedField): number {
  if (!Object.hasOwn(payload, name)) throw invalid(name, 'is missing')
  const value = payload[name]
  if (typeof value === 'number' && layout.fits(value)) return value
  throw invalid(name, `is ${typeof value === 'number' ? value : typeof value}, not a ${type}`)
}

function place(fields: readonly StructField[]): { placed: PlacedField[]; size: number } {
  const placed: PlacedField[] = []
  let size = 0
  for (const { name, type } of fields) {
    if (typeof name !== 'string' || isForbiddenKey(name) || placed.some((other) => other.name === name)) {
      throw new PPError(
        'INVALID_ARGUMENT',
        `"${String(name)}" cannot be a field of a struct, or is there twice.`,
      )
    }
    if (!Object.hasOwn(NUMBERS, type)) {
      throw new PPError('INVALID_ARGUMENT', `The field "${name}" has the unknown type "${String(type)}".`, {
        hint: `Use one of ${Object.keys(NUMBERS).join(', ')}.`,
      })
    }
    const layout: NumberLayout = NUMBERS[type]
    placed.push({ name, type, at: size, layout })
    size += layout.bytes
  }
  return { placed, size }
}

function invalid(field: string, what: string): PPError {
  return new PPError('INVALID_PAYLOAD', `The field "${field}" ${what}.`, { path: [field] })
}
