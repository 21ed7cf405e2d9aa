// The contenders by name.
import { bare } from './bare-kit.js'
import { colyseus } from './colyseus-kit.js'
import type { Kit, KitName } from './job.js'
import { ours } from './ours-kit.js'
import { socketIo } from './socket-io-kit.js'

export const KIT: { readonly [Name in KitName]: Kit } = {
  'socket.io': socketIo,
  colyseus,
  'bare ws': bare(false),
  'raw writes': bare(true),
  ours,
}
