// Short news in the corner: who came and went, who threw a bomb. They leave by themselves.
import { usePPEvent, usePPRoomState, usePresence } from '@painda/react'
import type { RoomHandle } from '@painda/react'
import { useCallback, useEffect, useRef, useState } from 'react'
import type { ReactNode } from 'react'
import { playerOf } from '../../shared/game.js'
import type { Arena, ArenaState } from '../../shared/game.js'
import { paintOf } from '../../shared/palette.js'
import { paintVar } from '../paints.js'
import { useOwnId } from './use-own-id.js'

interface Item {
  key: number
  text: string
  color: number
}

const SHOWN_MS = 4_000
/** More at once would cover the game. */
const MAX_ITEMS = 3

export function News({
  room,
  wantedColor,
}: {
  room: RoomHandle<typeof Arena>
  wantedColor: number
}): ReactNode {
  const ownId = useOwnId(room)
  const [items, setItems] = useState<readonly Item[]>([])
  const nextKey = useRef(1)
  const tell = useCallback((text: string, color: number) => {
    const item = { key: nextKey.current++, text, color }
    setItems((before) => [...before, item].slice(-MAX_ITEMS))
  }, [])

  usePPEvent(room, 'boom', ({ by, color, tiles }) => {
    const name = room.state && playerOf(room.state, by)?.name
    if (by === ownId) tell(`Boom: ${tiles} new tiles`, color)
    else if (name !== undefined) tell(`${name}: bomb, ${tiles} tiles`, color)
  })
  usePPEvent(room, 'power', ({ item, by, hit }) => {
    const player = room.state && playerOf(room.state, by)
    if (player === undefined || item !== 'freeze') return
    if (ownId !== null && hit.includes(ownId)) tell(`${player.name} froze you`, player.color)
    else if (by === ownId)
      tell(hit.length === 1 ? 'One rival frozen' : `${hit.length} rivals frozen`, player.color)
  })
  usePPEvent(room, 'combo', ({ by, level }) => {
    const player = room.state && playerOf(room.state, by)
    if (by === ownId && player !== undefined && level > 1) tell(`Chain ×${level}: +1 coin`, player.color)
  })
  usePPEvent(room, 'news', ({ text, color }) => tell(text, color))
  useNewHost(room, ownId, tell)
  useTakenColor(room, ownId, wantedColor, tell)
  useArrivals(room, ownId, tell)
  useReconnects(room, tell)

  const drop = useCallback(
    (key: number) => setItems((before) => before.filter((item) => item.key !== key)),
    [],
  )
  return (
    <div className="news" role="log" aria-live="polite" aria-label="News" data-testid="news">
      {items.map((item) => (
        <NewsItem key={item.key} item={item} onDone={drop} />
      ))}
    </div>
  )
}

function NewsItem({ item, onDone }: { item: Item; onDone: (key: number) => void }): ReactNode {
  useEffect(() => {
    const timer = setTimeout(() => onDone(item.key), SHOWN_MS)
    return () => clearTimeout(timer)
  }, [item.key, onDone])
  return (
    <p className="news-item" style={{ '--paint': paintVar(item.color) }}>
      {item.text}
    </p>
  )
}

/** Says so when somebody already had the colour one asked for. */
function useTakenColor(
  room: RoomHandle<typeof Arena>,
  ownId: string | null,
  wanted: number,
  tell: (text: string, color: number) => void,
) {
  const color = usePPRoomState(room, (state) => (ownId === null ? undefined : playerOf(state, ownId)?.color))
  const isTold = useRef(false)
  useEffect(() => {
    if (color === undefined || isTold.current) return
    isTold.current = true
    if (color === wanted) return
    tell(`${paintOf(wanted).name} was taken, you are ${paintOf(color).name}`, color)
  }, [color, wanted, tell])
}

/** Says so when the room is in other hands. */
function useNewHost(
  room: RoomHandle<typeof Arena>,
  ownId: string | null,
  tell: (text: string, color: number) => void,
) {
  const host = usePPRoomState(room, (state) => state.host)
  const known = useRef<string | undefined>(undefined)
  useEffect(() => {
    const before = known.current
    known.current = host
    if (before === undefined || host === undefined || host === '' || before === host) return
    const player = room.state && playerOf(room.state, host)
    if (player !== undefined)
      tell(host === ownId ? 'You are the host now' : `${player.name} is the host now`, player.color)
  }, [host, ownId, room, tell])
}

type Names = readonly { id: string; name: string; color: number; isBot: boolean }[]

/** Compares who is here with who was here; whoever is here at the start is no news, and bots never are. */
function useArrivals(
  room: RoomHandle<typeof Arena>,
  ownId: string | null,
  tell: (text: string, color: number) => void,
) {
  const people = usePPRoomState(room, namesOf, sameNames)
  const known = useRef<Names | null>(null)
  useEffect(() => {
    if (people === undefined) return
    const before = known.current
    known.current = people
    if (before === null) return
    for (const { id, name, color, isBot } of people) {
      if (id !== ownId && !isBot && !before.some((other) => other.id === id)) tell(`${name} joined`, color)
    }
    for (const { id, name, color, isBot } of before) {
      if (id !== ownId && !isBot && !people.some((other) => other.id === id)) tell(`${name} left`, color)
    }
  }, [people, ownId, tell])
}

/** Tells who lost the connection and who is back. */
function useReconnects(room: RoomHandle<typeof Arena>, tell: (text: string, color: number) => void) {
  const { others } = usePresence(room)
  const away = useRef(new Set<string>())
  useEffect(() => {
    for (const { clientId, connected } of others) {
      const player = room.state && playerOf(room.state, clientId)
      if (!connected && !away.current.has(clientId)) {
        away.current.add(clientId)
        if (player) tell(`${player.name} lost the connection`, player.color)
      }
      if (connected && away.current.delete(clientId) && player) tell(`${player.name} is back`, player.color)
    }
  }, [others, room, tell])
}

const namesOf = (state: ArenaState): Names =>
  Object.entries(state.players).map(([id, { name, color, isBot }]) => ({ id, name, color, isBot }))

const sameNames = (a: Names, b: Names) =>
  a.length === b.length && a.every(({ id, name }, index) => id === b[index]?.id && name === b[index]?.name)
