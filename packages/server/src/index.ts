export { PPServer } from './server.js'
export type { AcceptInfo } from './admission.js'
export { PPServerClient } from './client.js'
export type { ClientEvents, Handshake, ResumeInfo, SendOptions, UserContext } from './client.js'
export type { ServerOptions, ServerLimits, RecoveryOptions } from './options.js'
export type { CompressionOptions } from './v2-compression.js'
export type { ListenAddress, TransportInfo } from './ws.js'
export type { AckCallback } from './ack.js'
export type { AckReply, MessageOfClient } from './messages.js'
export type { Middleware, Next } from './middleware.js'
export type { Namespace, NamespaceClient } from './namespace.js'
export type { PluginContext, PluginHooks, PPPlugin } from './plugin.js'
export { ppMetricsPlugin } from './metrics.js'
export type { Metrics, MetricsApi } from './metrics.js'
export type { Address, Broadcast, Reply } from './broadcast.js'
export type { Sendable } from './sendable.js'
export type { ServerStats } from './stats.js'
export { PPVirtualClient } from './virtual-client.js'
export type { VirtualClientOptions } from './virtual-client.js'
export { silentLogger } from './logger.js'
export type { Logger } from './logger.js'
export { refuse } from './refuse.js'
export type {
  BanOptions,
  BroadcastOptions,
  KickOptions,
  OnFull,
  Room,
  RoomBehaviour,
  RoomContext,
  RoomEvents,
  RoomLeaveReason,
  RoomMetadata,
  RoomOptions,
  RoomPresence,
  RoomScope,
  SeatRole,
  UntypedShape,
} from './definition.js'
export type { CreateRoomOptions } from './rooms.js'
export type { SetupMemory, Reloaded, ReloadOptions, Setup } from './reload.js'
export type { HandedRoom, RoomStore, SavedRoom } from './keeper.js'
export type { TakenOver } from './kept-rooms.js'
export { MAX_CATCH_UP_STEPS } from './tick.js'
export type { LobbyOptions, RoomListing } from './listing.js'
export type { ShutdownOptions, SignalOptions } from './shutdown.js'
export type { GlobalPresence, TrackOptions } from './presence.js'
export type { Member } from './member.js'
