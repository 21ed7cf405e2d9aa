// What a validator takes, as JSON Schema: said by itself, or by a converter for those that cannot (zod/mini, zod before 4.2, valibot).
// No validator library is imported here: whoever mounts the inspector brings the converter.
import type { AnySchema } from '@painda/protocol'

/** JSON Schema of what the validator takes. May throw, or return anything else, where there is none. */
type ToJsonSchema = (schema: AnySchema) => unknown

export interface Shapes {
  /** Null where nobody can say. Cheap to ask again. */
  of(schema: AnySchema): Record<string, unknown> | null
  /** A converter for the validators of a vendor, as they name it; null: for all that say nothing by themselves. */
  learn(vendor: string | null, convert: ToJsonSchema): void
  /** One that is loaded when a form is wanted for the first time. */
  offer(vendor: string, load: () => Promise<ToJsonSchema>): void
  /** Resolves when what was offered is there; what cannot be loaded is done without. */
  ready(): Promise<void>
}

export function createShapes(): Shapes {
  const converters = new Map<string | null, ToJsonSchema>()
  const offered: (() => Promise<void>)[] = []
  let loading = Promise.resolve()
  let known = new WeakMap<AnySchema, { readonly shape: Record<string, unknown> | null }>()

  function learn(vendor: string | null, convert: ToJsonSchema): void {
    converters.set(vendor, convert)
    known = new WeakMap()
  }

  /** By the standard's own way (zod from 4.2, arktype), else by the method that libraries had before it. */
  function ask(schema: AnySchema): Record<string, unknown> | null {
    const { jsonSchema, vendor } = schema['~standard']
    const makers: readonly (() => unknown)[] = [
      () => jsonSchema?.input({ target: 'draft-2020-12' }),
      () => callOn(schema, 'toJSONSchema'),
      () => callOn(schema, 'toJsonSchema'),
      () => converters.get(vendor)?.(schema),
      () => converters.get(null)?.(schema),
    ]
    for (const make of makers) {
      try {
        const made = make()
        if (isRecord(made)) return made
      } catch {
        // It has no words for a date, a transformation, …: the next may.
      }
    }
    return null
  }

  return {
    of(schema) {
      const found = known.get(schema) ?? { shape: ask(schema) }
      known.set(schema, found)
      return found.shape
    },
    learn,
    offer(vendor, load) {
      offered.push(() =>
        load().then(
          (convert) => learn(vendor, convert),
          () => {},
        ),
      )
    },
    ready() {
      loading = Promise.all([loading, ...offered.splice(0).map((load) => load())]).then(() => {})
      return loading
    },
  }
}

function callOn(schema: object, method: string): unknown {
  const found: unknown = Reflect.get(schema, method)
  return typeof found === 'function' ? Reflect.apply(found, schema, []) : undefined
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
