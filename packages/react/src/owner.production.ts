// Stands in for `owner.ts` in a page that is built for production: bundlers take calls of empty functions away.
import type { Subscribe } from './owner.js'

export function useOwner(_hook: string): void {}

export function useOwned(subscribe: Subscribe, _hook: string): Subscribe {
  return subscribe
}
