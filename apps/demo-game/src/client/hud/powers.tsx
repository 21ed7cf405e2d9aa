// What one can do beside walking: three items for coins, and the dash. The buttons never guess what the server would say;
// a purchase is asked for, and a refusal comes back in the server's words.
import { useAck, usePPRoomState } from '@painda/react'
import type { RoomHandle } from '@painda/react'
import { useCallback, useEffect, useRef, useState } from 'react'
import type { ReactNode } from 'react'
import { playerOf } from '../../shared/game.js'
import type { Arena } from '../../shared/game.js'
import { DASH, ITEMS, ITEM_NAMES } from '../../shared/items.js'
import type { Item } from '../../shared/items.js'
import { giveOrder, onOrder } from '../input/orders.js'
import { CoinIcon, Icon } from './icons.js'
import { useAfter } from './use-after.js'
import { useOwnId } from './use-own-id.js'

type Room = RoomHandle<typeof Arena>

/** A refusal is read in this time; then the line under the buttons is free again. */
const REFUSAL_MS = 3_500
const KEYS: Readonly<Record<Item, string>> = { bomb: 'Space', freeze: 'Q', shield: 'E' }

export function Powers({ room, isStale }: { room: Room; isStale: boolean }): ReactNode {
  const ownId = useOwnId(room)
  const coins = usePPRoomState(room, (state) => (ownId === null ? 0 : playerOf(state, ownId)?.coins)) ?? 0
  const [refusal, setRefusal] = useState<string | null>(null)
  useAfter(refusal === null ? null : REFUSAL_MS, () => setRefusal(null))

  return (
    <section className="panel powers" aria-label="Powers">
      <div className="purse" data-testid="coins" role="img" aria-label={`${coins} coins`}>
        <CoinIcon />
        <b>{coins}</b>
        <span>{coins === 1 ? 'coin' : 'coins'}</span>
      </div>
      <div className="power-row">
        {ITEM_NAMES.map((item) => (
          <ItemButton
            key={item}
            room={room}
            item={item}
            coins={coins}
            isStale={isStale}
            onRefused={setRefusal}
          />
        ))}
        <DashButton isStale={isStale} />
      </div>
      <p
        className="shop-line"
        id="shop-line"
        role="status"
        data-refused={refusal !== null && !isStale}
        data-testid="shop-line"
      >
        {isStale ? 'Closed until the connection is back.' : (refusal ?? <Hint />)}
      </p>
    </section>
  )
}

interface ItemButtonProps {
  room: Room
  item: Item
  coins: number
  isStale: boolean
  onRefused: (words: string | null) => void
}

function ItemButton({ room, item, coins, isStale, onRefused }: ItemButtonProps): ReactNode {
  const { label, price, does } = ITEMS[item]
  const { send, status, reset } = useAck(room, 'buy')
  const [reloadingMs, setReloadingMs] = useState(0)
  const isPending = status === 'pending'

  const buy = useCallback(async () => {
    // Nothing is bought on credit: a purchase that waits for the connection would go off when nobody expects it.
    if (isPending || isStale) return
    onRefused(null)
    try {
      const { cooldownMs } = await send({ item })
      setReloadingMs(cooldownMs)
    } catch (error) {
      onRefused(error instanceof Error ? error.message : 'That did not work.')
    }
  }, [send, item, isPending, isStale, onRefused])
  useEffect(() => onOrder((order) => order === item && void buy()), [item, buy])
  useAfter(reloadingMs > 0 ? reloadingMs : null, () => setReloadingMs(0))
  useAfter(status === 'error' ? REFUSAL_MS : null, reset)

  return (
    <button
      className="button power"
      onClick={() => void buy()}
      aria-busy={isPending}
      aria-disabled={isStale}
      aria-describedby="shop-line"
      title={`${label}: ${does} (${KEYS[item]})`}
      data-state={
        isPending ? 'pending' : status === 'error' ? 'refused' : reloadingMs > 0 ? 'reloading' : 'ready'
      }
      data-affordable={coins >= price && !isStale}
      style={{ '--reload': `${reloadingMs}ms` }}
      data-testid={`buy-${item}`}
    >
      <Icon name={item} />
      <span className="power-label">{isPending ? '…' : item}</span>{' '}
      <span className="price">
        {price} <CoinIcon />
        <span className="unseen">coins</span>
      </span>
    </button>
  )
}

function DashButton({ isStale }: { isStale: boolean }): ReactNode {
  const [isTired, setTired] = useState(false)
  const isReady = useRef(true)
  useEffect(
    () =>
      onOrder((order) => {
        if (order !== 'dash' || !isReady.current) return
        isReady.current = false
        setTired(true)
      }),
    [],
  )
  useAfter(isTired ? DASH.cooldownMs : null, () => {
    isReady.current = true
    setTired(false)
  })
  return (
    <button
      className="button power"
      onClick={() => giveOrder('dash')}
      aria-disabled={isStale}
      title="A short sprint (Shift)"
      data-state={isTired ? 'reloading' : 'ready'}
      data-affordable={!isStale}
      style={{ '--reload': `${DASH.cooldownMs}ms` }}
      data-testid="dash"
    >
      <Icon name="dash" />
      <span className="power-label">dash</span> <span className="price">free</span>
    </button>
  )
}

function Hint(): ReactNode {
  return (
    <>
      <span className="for-keys">
        <kbd>WASD</kbd> walk · <kbd>Shift</kbd> dash · <kbd>Space</kbd> <kbd>Q</kbd> <kbd>E</kbd> powers
      </span>
      <span className="for-touch">Drag on the floor to walk. Coins buy powers.</span>
    </>
  )
}
