// The few pictures of the page, drawn with one pen.
import type { ReactNode } from 'react'
import type { Order } from '../input/orders.js'

export function CoinIcon(): ReactNode {
  return (
    <svg className="icon coin" viewBox="0 0 20 20" aria-hidden="true">
      <circle cx="10" cy="10" r="8.5" fill="var(--coin)" />
      <circle cx="10" cy="10" r="4.6" fill="none" stroke="#fff" strokeOpacity=".85" strokeWidth="1.8" />
    </svg>
  )
}

const PATHS: Readonly<Record<Order | 'chat' | 'menu' | 'sound' | 'mute' | 'share', string>> = {
  bomb: 'M12.5 7.5l2.6-2.6M15 2.2v1.2M18 5.2h-1.2M17.2 3l-.9.9',
  freeze: 'M10 2v16M3.1 6l13.8 8M16.9 6L3.1 14M8 3.2l2 1.8 2-1.8M8 16.8l2-1.8 2 1.8',
  shield: 'M10 2.2l6.5 2.3v5c0 4-2.7 6.9-6.5 8.3-3.8-1.4-6.5-4.3-6.5-8.3v-5z',
  dash: 'M11.5 2L4.5 11h4.3L7.5 18l8-10h-4.6z',
  chat: 'M3 4.5h14v9H9.5L5.5 17v-3.5H3z',
  menu: 'M3 5.5h14M3 10h14M3 14.5h14',
  sound: 'M3 7.8h3L10.5 4v12L6 12.2H3zM13.5 7.2a4 4 0 010 5.6M15.8 5a7 7 0 010 10',
  mute: 'M3 7.8h3L10.5 4v12L6 12.2H3zM13.5 7.8l4 4.4M17.5 7.8l-4 4.4',
  share: 'M10 12.5V2.5M6.5 6L10 2.5 13.5 6M4 10.5v6.5h12v-6.5',
}

export function Icon({ name }: { name: keyof typeof PATHS }): ReactNode {
  return (
    <svg
      className="icon"
      viewBox="0 0 20 20"
      aria-hidden="true"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.8"
      strokeLinecap="round"
      strokeLinejoin="round"
    >
      {name === 'bomb' && <circle cx="8.5" cy="12" r="6" fill="currentColor" stroke="none" />}
      <path d={PATHS[name]} />
    </svg>
  )
}
