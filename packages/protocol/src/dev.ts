// Whether this build explains. Error codes are for programs and always there; sentences are for whoever builds the
// application, and a page in production does not carry them. The condition `production`, which bundlers set, takes
// `dev.production.ts` in this file's place; Node always explains, since its logs are read.

export const DEV: boolean = true
export {
  isDevelopment,
  manyPayloads,
  meant,
  nearest,
  unknownNames,
  warnOfEmptied,
  warnOnce,
} from './advice.js'
export { checkContract, checkRoom } from './contract-advice.js'
