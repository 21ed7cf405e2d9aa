'use client'
// Messages from the server in a component.
import { setOwner } from '@painda/client'
import type {
  EventPayload,
  EventType,
  PPClient,
  RoomHandle,
  RoomShape,
  UndeclaredEvent,
} from '@painda/client'
import { useEffect } from 'react'
import { usePPClient } from './provider.js'
import type { RegisteredContract } from './register.js'
import { useLatest } from './use-latest.js'
import { checkRoom } from '#advice'
import { useOwner } from '#owner'

/**
 * Calls `handler` for each message of `type`: from the server, or with a room first from that room. Always the handler
 * of the latest render; nothing is subscribed again when it changes.
 */
export function usePPEvent<Payload>(
  type: UndeclaredEvent<RegisteredContract>,
  handler: (payload: Payload) => void,
): void
export function usePPEvent<Type extends EventType<RegisteredContract>>(
  type: Type,
  handler: (payload: EventPayload<RegisteredContract, Type>) => void,
): void
export function usePPEvent<Room extends RoomShape, Payload>(
  room: RoomHandle<Room>,
  type: UndeclaredEvent<Room>,
  handler: (payload: Payload) => void,
): void
export function usePPEvent<Room extends RoomShape, Type extends EventType<Room>>(
  room: RoomHandle<Room>,
  type: Type,
  handler: (payload: EventPayload<Room, Type>) => void,
): void
export function usePPEvent(...args: [string, Handler] | [RoomHandle<RoomShape>, string, Handler]): void {
  const client = usePPClient()
  const [source, type, handler] = args.length === 2 ? ([client, ...args] as const) : args
  checkRoom('usePPEvent', source)
  const latest = useLatest(handler)
  const owner = useOwner('usePPEvent')
  useEffect(() => {
    // The overloads tie the payload's type to the name of the message.
    const listen = (payload: unknown): void => (latest.current as (payload: unknown) => void)(payload)
    setOwner(listen, owner)
    return isRoom(source) ? source.on(type, listen) : (source as PPClient).on(type, listen)
  }, [source, type, latest, owner])
}

type Handler = (payload: never) => void

function isRoom(source: object): source is RoomHandle<RoomShape> {
  return 'retain' in source
}
