// Stands in for `advice.ts` in a page that is built for production: bundlers take calls of empty functions away.

export function checkProps(_props: object): void {}
export function noteScope(_context: object): void {}
export const whyNoScope = (_context: object): string => ''
export function checkRoom(_hook: string, _room: unknown): void {}
export function checkSelector(_hook: string, _selector: unknown, _equality?: unknown): void {}
export function checkRecipe(_type: string, _result: unknown, _hasChanged: boolean): void {}
export const isDevelopment = (): boolean => false
export function trySelector(..._given: readonly unknown[]): void {}
export function warnIfUnstable(_hook: string, _select: () => unknown, _equality: unknown): void {}
