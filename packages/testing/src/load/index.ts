// `@painda/testing/load`: many clients against one server, measured. `painda-load` is the same from a terminal.
export { defineLoad } from './scenario.js'
export type { LoadPlayer, LoadScenario } from './scenario.js'
export { runLoad } from './run.js'
export type { LoadMoment, LoadOptions, LoadReport } from './run.js'
export type { LoadError, Traffic } from './measure.js'
export type { Percentiles } from './histogram.js'
