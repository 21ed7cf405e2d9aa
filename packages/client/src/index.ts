// The package's public names. What an application needs of the protocol comes along, so that it installs one thing.
export {
  DEV,
  defineContract,
  defineRoom,
  ERRORS,
  isErrorCode,
  PPError,
  request,
  toPPError,
  type,
  unknownNames,
  warnOnce,
} from '@painda/protocol'
export type {
  ContractShape,
  DisconnectReason,
  ErrorCode,
  EventInputs,
  EventOutputs,
  ExpiryReason,
  InspectEvent,
  Inspector,
  LobbyEntry,
  LobbyState,
  MessageInputs,
  Owner,
  PayloadArgs,
  PayloadThen,
  PresenceOf,
  Random,
  Reaction,
  RequestAnswers,
  RequestInputs,
  RoomShape,
  SessionOutcome,
  StandardSchema,
  StateOf,
  Time,
  Transport,
  Undo,
  Witness,
} from '@painda/protocol'
export { PPClient } from './client.js'
export type { Timed } from './client.js'
export type { AckCallback, Namespace, OutgoingMessage, SendOptions } from './sending.js'
export type { AskOptions, RoomAskOptions } from './ack.js'
export type {
  EventPayload,
  UndeclaredEvent,
  EventType,
  MessageInput,
  MessageType,
  Open,
  RequestAnswer,
  RequestInput,
  RequestType,
  UntypedRoom,
} from './contract-types.js'
export type { Ack } from './listeners.js'
export type { Layer } from './layers.js'
export type { SelectOptions } from './path-index.js'
export type { PageEvents } from './page.js'
export type { LocksLike } from './claim.js'
export type { StorageLike } from './kept-session.js'
export type { ReloadOptions } from './page-life.js'
export type { PresenceEntry, PresenceSnapshot, PresenceView, RoomPresence } from './presence.js'
export type { RoomHandle, RoomSnapshot, RoomStatus } from './room-handle.js'
export type { JoinOptions } from './wish.js'
export type { CreateStore, MirroredRoom, ReadonlyStore } from './store.js'
export type {
  BufferOptions,
  ClientEvents,
  ClientOptions,
  ConnectionSnapshot,
  Desync,
  ReceivedMessage,
  Recovery,
  Status,
} from './types.js'
export { setOwner } from '#witness'
export { connectWebSocket } from './web-socket.js'
export type { WebSocketConstructor, WebSocketLike } from './web-socket.js'
