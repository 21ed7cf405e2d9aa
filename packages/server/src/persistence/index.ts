export { createFileRoomStore } from './file-room-store.js'
export type { RoomStore, SavedRoom } from '../keeper.js'
