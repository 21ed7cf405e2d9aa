'use client'
// Messages from the server in a component.
import type { EventOutputs, RoomHandle, RoomShape } from '@painda/client'
import { useEffect, useLayoutEffect, useRef } from 'react'
import { usePPClient } from './provider.js'
import type { RegisteredContract } from './register.js'

type Events<Shape> = EventOutputs<Shape>

/**
 * Calls `handler` for each message of `type`: from the server, or with a room first from that room. Always the handler
 * of the latest render; nothing is subscribed again when it changes.
 */
export function usePPEvent<Type extends keyof Events<RegisteredContract> & string>(
  type: Type,
  handler: (payload: Events<RegisteredContract>[Type]) => void,
): void
export function usePPEvent<Room extends RoomShape, Type extends keyof Events<Room> & string>(
  room: RoomHandle<Room>,
  type: Type,
  handler: (payload: Events<Room>[Type]) => void,
): void
export function usePPEvent(...args: [string, Handler] | [RoomHandle<RoomShape>, string, Handler]): void {
  const client = usePPClient()
  const [source, type, handler] = args.length === 2 ? ([client, ...args] as const) : args
  const latest = useRef(handler)
  useLayoutEffect(() => {
    latest.current = handler
  })
  useEffect(() => (source as Listenable).on(type, (payload) => latest.current(payload)), [source, type])
}

type Handler = (payload: never) => void
/** What a client and a room have in common here, without their types by name. */
interface Listenable {
  on(type: string, listener: (payload: never) => void): () => void
}
