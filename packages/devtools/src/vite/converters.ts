// Which libraries of the project can say a validator's shape as JSON Schema: the page takes them from there, so that the inspector's
// package needs none of them.
import { isInstalled } from './installed.js'

export interface Converter {
  /** As its validators name it. */
  readonly vendor: string
  readonly module: string
  readonly name: string
}

const CONVERTERS: readonly Converter[] = [
  { vendor: 'zod', module: 'zod/v4/core', name: 'toJSONSchema' },
  { vendor: 'valibot', module: '@valibot/to-json-schema', name: 'toJsonSchema' },
]

/** Those that the project at `root` has: what the dev server could not find would keep the page's module from loading. */
export function convertersOf(root: string): readonly Converter[] {
  return CONVERTERS.filter(({ module }) => isInstalled(root, module))
}

/** Lines of the page’s module. */
export function offering(converters: readonly Converter[]): string {
  return converters
    .map(
      ({ vendor, module, name }) =>
        `hook.shapes.offer(${JSON.stringify(vendor)}, () => import(${JSON.stringify(module)}).then(({ ${name} }) => (schema) => ${name}(schema, { io: 'input' })))\n`,
    )
    .join('')
}
