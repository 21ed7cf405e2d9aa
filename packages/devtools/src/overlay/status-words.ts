// A connection's state as a word and a colour.
import type { AttachedClient } from '../hook.js'

export type Tone = 'good' | 'busy' | 'bad' | 'off'

const TONES: { readonly [status: string]: Tone } = {
  open: 'good',
  connecting: 'busy',
  waiting: 'busy',
  closed: 'bad',
  idle: 'off',
}

export function toneOf(status: string): Tone {
  return (Object.hasOwn(TONES, status) ? TONES[status] : undefined) ?? 'off'
}

/** Of several clients the one that is worst off. */
export function statusOf(clients: readonly AttachedClient[]): { label: string; tone: Tone } {
  const order: readonly Tone[] = ['bad', 'busy', 'off', 'good']
  const states = clients.map(({ client }) => client.status().status)
  // Closed on purpose and replaced, as a remount does: not worth an alarm while another one is open.
  const alive = states.filter((status) => status !== 'closed')
  const shown = alive.length > 0 ? alive : states
  const worst = [...shown].sort((a, b) => order.indexOf(toneOf(a)) - order.indexOf(toneOf(b)))[0]
  return worst === undefined ? { label: 'no client yet', tone: 'off' } : { label: worst, tone: toneOf(worst) }
}
