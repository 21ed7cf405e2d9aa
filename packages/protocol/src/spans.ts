// What each byte of a frame is, for who looks at them: the codec's fields with their names, in bits. Tools use it; the codec does not
// know of it, and no page loads it. It goes the way of the codec, through the same Reader, dictionaries, columns and cells, and of
// values it keeps none: what a frame does to the state is not needed to read it (see `UNHELD`).
export { createSpanReader } from './wire/spans.js'
export type { Span, SpanKind } from './wire/span-walk.js'
export type { SpanReader } from './wire/spans.js'
export { joinFrame, splitFrame } from './wire/frame-parts.js'
export type { FramePart } from './wire/frame-parts.js'
