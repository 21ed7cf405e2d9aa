export { compose } from './compose.js'
export {
  isArrayOps,
  isDeleted,
  isLiteral,
  PP_DELETED,
  type ArrayOp,
  type Delta,
  type PPArrayOpsMarker,
  type PPDeletedMarker,
  type PPValueMarker,
} from './delta.js'
export { diff } from './diff.js'
export * from './history.js'
export * from './packed.js'
export * from './patch.js'
export * from './plain.js'
export * from './state-manager.js'
export * from './touched.js'
export * from './track.js'
export { cloneJson, deepEqual } from './value.js'
