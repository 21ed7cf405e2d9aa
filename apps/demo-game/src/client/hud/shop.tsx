// The shop: one button, and every way an answer can turn out. The button never guesses what the server would say; a
// purchase is asked for, and a refusal comes back in the server's words.
import { useAck, usePPRoomState } from '@painda/react'
import type { RoomHandle } from '@painda/react'
import { useCallback, useEffect, useState } from 'react'
import type { ReactNode } from 'react'
import { BOMB, playerOf } from '../../shared/game.js'
import type { Arena } from '../../shared/game.js'
import { isTyping } from '../input/controls.js'
import { useOwnId } from './use-own-id.js'

type Room = RoomHandle<typeof Arena>

/** A refusal is read in this time; then the line under the button is free again. */
const REFUSAL_MS = 3_500

export function Shop({ room, isStale }: { room: Room; isStale: boolean }): ReactNode {
  const ownId = useOwnId(room)
  const coins = usePPRoomState(room, (state) => (ownId === null ? 0 : playerOf(state, ownId)?.coins)) ?? 0
  const { send, status, error, reset } = useAck(room, 'buy')
  const [reloadingMs, setReloadingMs] = useState(0)
  const isPending = status === 'pending'

  const buy = useCallback(async () => {
    // Nothing is bought on credit: a purchase that waits for the connection would go off when nobody expects it.
    if (isPending || isStale) return
    try {
      const { cooldownMs } = await send({ item: 'bomb' })
      setReloadingMs(cooldownMs)
    } catch {
      // Shown below, from `error`.
    }
  }, [send, isPending, isStale])
  useHotkey('Space', buy)
  useAfter(reloadingMs > 0 ? reloadingMs : null, () => setReloadingMs(0))
  useAfter(status === 'error' ? REFUSAL_MS : null, reset)

  return (
    <section className="panel shop" aria-label="Shop">
      <div className="purse" data-testid="coins" aria-label={`${coins} coins`}>
        <CoinIcon />
        <b>{coins}</b>
        <span>{coins === 1 ? 'coin' : 'coins'}</span>
      </div>
      <button
        className="button button-primary bomb"
        onClick={() => void buy()}
        aria-busy={isPending}
        aria-disabled={isStale}
        aria-describedby="shop-line"
        data-state={
          isPending ? 'pending' : status === 'error' ? 'refused' : reloadingMs > 0 ? 'reloading' : 'ready'
        }
        data-affordable={coins >= BOMB.price && !isStale}
        style={{ '--reload': `${reloadingMs}ms` }}
        data-testid="buy-bomb"
      >
        <BombIcon />
        <span>{isPending ? 'Asking …' : 'Paint bomb'}</span>
        <span className="price">
          {BOMB.price}
          <CoinIcon />
        </span>
      </button>
      <p
        className="shop-line"
        id="shop-line"
        role="status"
        data-refused={status === 'error'}
        data-testid="shop-line"
      >
        {isStale ? 'Closed until the connection is back.' : status === 'error' ? error.message : <Hint />}
      </p>
    </section>
  )
}

function Hint(): ReactNode {
  return (
    <>
      <span className="for-keys">
        <kbd>W</kbd>
        <kbd>A</kbd>
        <kbd>S</kbd>
        <kbd>D</kbd> or arrows to walk
        <br />
        <kbd>Space</kbd> throws a bomb
      </span>
      <span className="for-touch">Drag on the floor to walk. Coins buy bombs.</span>
    </>
  )
}

/** Runs on a key anywhere on the page, except where the key already means something. */
function useHotkey(code: string, run: () => unknown): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      const isTaken =
        isTyping(event.target) || (event.target instanceof HTMLElement && event.target.closest('button, a'))
      if (event.code !== code || event.repeat || isTaken) return
      event.preventDefault()
      run()
    }
    window.addEventListener('keydown', onKeyDown)
    return () => window.removeEventListener('keydown', onKeyDown)
  }, [code, run])
}

/** Runs once, `ms` after `ms` became a number. */
function useAfter(ms: number | null, run: () => void): void {
  useEffect(() => {
    if (ms === null) return
    const timer = setTimeout(run, ms)
    return () => clearTimeout(timer)
    // `run` may be another function on every render; it is the time that starts the timer.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [ms])
}

function CoinIcon(): ReactNode {
  return (
    <svg className="icon coin" viewBox="0 0 20 20" aria-hidden="true">
      <circle cx="10" cy="10" r="8.5" fill="var(--coin)" />
      <circle cx="10" cy="10" r="4.6" fill="none" stroke="#fff" strokeOpacity=".85" strokeWidth="1.8" />
    </svg>
  )
}

function BombIcon(): ReactNode {
  return (
    <svg
      className="icon"
      viewBox="0 0 20 20"
      aria-hidden="true"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.8"
    >
      <circle cx="8.5" cy="12" r="6" fill="currentColor" stroke="none" />
      <path d="M12.5 7.5l2.6-2.6M15 2.2v1.2M18 5.2h-1.2M17.2 3l-.9.9" strokeLinecap="round" />
    </svg>
  )
}
