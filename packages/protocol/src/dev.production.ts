// Stands in for `dev.ts` in a page that is built for production.

export const DEV = false
export const isDevelopment = (): boolean => false
export const meant = (_name: string, _known: object): string => ''
export const manyPayloads = (_type: string, _last: unknown): string => ''
export const nearest = (_name: string, _known: object): string | undefined => undefined
export const unknownNames = (_given: object, _known: object): string | null => null
export function warnOnce(_text: string, _cause?: string): void {}
export function checkRoom(_room: object): void {}
export function checkContract(_contract: object): void {}
export function warnOfEmptied(_value: object, _fields: readonly unknown[]): void {}
