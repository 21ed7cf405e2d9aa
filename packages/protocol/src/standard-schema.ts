// The Standard Schema interface (https://standardschema.dev, version 1): what zod, valibot, arktype and others implement,
// so that a contract takes any of them without depending on one.
import { DEV } from '#dev'
import { PPError } from './errors.js'

export interface StandardSchema<Input = unknown, Output = Input> {
  readonly '~standard': {
    readonly version: 1
    readonly vendor: string
    readonly validate: (value: unknown) => StandardResult<Output> | PromiseLike<StandardResult<Output>>
    readonly types?: { readonly input: Input; readonly output: Output } | undefined
    /** Standard JSON Schema: offered by some (zod from 4.2, arktype); each throws for what JSON Schema cannot say. */
    readonly jsonSchema?: {
      readonly input: (options: { readonly target: 'draft-2020-12' }) => Record<string, unknown>
      readonly output: (options: { readonly target: 'draft-2020-12' }) => Record<string, unknown>
    }
  }
}

export type StandardResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly StandardIssue[] }

export interface StandardIssue {
  readonly message: string
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined
}

export type InputOf<Schema extends StandardSchema> = NonNullable<Schema['~standard']['types']>['input']
export type OutputOf<Schema extends StandardSchema> = NonNullable<Schema['~standard']['types']>['output']

/**
 * A schema that only TypeScript checks: at run time every value passes. For messages between ends that you build
 * together; take a real validator where a stranger's input decides something.
 */
export function type<T>(): StandardSchema<T> {
  return { '~standard': { version: 1, vendor: 'painda', validate: (value) => ({ value: value as T }) } }
}

/**
 * The value as the schema returns it. `what`: its name in the sentence of an error.
 * @throws PPError `INVALID_PAYLOAD` with the first issue; `INVALID_ARGUMENT` for a schema that validates asynchronously.
 */
export function validate<Output>(
  schema: StandardSchema<unknown, Output>,
  value: unknown,
  what: string | false,
): Output {
  const result = schema['~standard'].validate(value)
  if ('then' in result) {
    // Messages of one sender are handled in order; an awaited validator would let a slow one hold up the rest.
    throw new PPError(
      'INVALID_ARGUMENT',
      DEV && `The validator of ${what} is asynchronous.`,
      DEV && { hint: 'Use a synchronous schema.' },
    )
  }
  if (result.issues === undefined) return result.value
  const [issue] = result.issues
  throw new PPError(
    'INVALID_PAYLOAD',
    DEV && `${what} is invalid: ${issue === undefined ? 'no reason given' : describe(issue)}`,
  )
}

function describe({ message, path }: StandardIssue): string {
  if (path === undefined || path.length === 0) return message
  const keys = path.map((part) => String(typeof part === 'object' ? part.key : part))
  return `${keys.join('.')}: ${message}`
}
