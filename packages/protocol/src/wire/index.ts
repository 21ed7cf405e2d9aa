export { createWireCodec } from './wire-codec.js'
export { createViewEncoder } from './view.js'
export type { ViewEncoder } from './view.js'
export type { Past, PastOf } from './delta-writer.js'
