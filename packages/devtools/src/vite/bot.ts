// A bot for any game: a client without a network that joins a room as a player of a page did, and then does now and again one of the
// things which that player has done. It goes with its server.
import { PPClient } from '@painda/client'
import { createTransportPair, type Random, type Time, type Transport } from '@painda/protocol'

export interface Bot {
  readonly id: string
  close(): void
}

export interface BotOptions {
  id: string
  accept: (transport: Transport, info: { id: string; url: string; ip: string }) => void
  room: string
  /** What it joins with. */
  options: unknown
  /** What it may send. Empty: it stands and looks. */
  repertoire: readonly { readonly type: string; readonly payload: unknown }[]
  time: Time
  random: Random
  onIn: () => void
  /** It is in no longer, or was not let in, with the reason. Called once. */
  onGone: (why: string | null) => void
}

/** As fast as a relaxed player changes their mind. */
const ACT_MS = 400
/**
 * It waits this long to get in, and to get back in after a lost connection: its server may be gone for good, and a client tries for ever.
 * Less than a page waits for an answer (desk-lane.ts), so that it hears why.
 */
const PATIENCE_MS = 4_000

export function createBot({
  id,
  accept,
  room,
  options,
  repertoire,
  time,
  random,
  onIn,
  onGone,
}: BotOptions): Bot {
  const client = new PPClient({
    url: `virtual:${id}`,
    autoConnect: false,
    time,
    connectTransport() {
      const [mine, theirs] = createTransportPair()
      accept(theirs, { id, url: '/', ip: '127.0.0.1' })
      return mine
    },
  })
  let isOver = false
  let lastIn = time.now()

  function end(why: string | null): void {
    if (isOver) return
    isOver = true
    stop()
    client.close()
    onGone(why)
  }

  // It belongs to this server: another one may stand where it would come back to, or none.
  client.on('disconnect', (_reason, error) => {
    if (error?.code === 'SERVER_SHUTDOWN') end('The game server has ended.')
  })
  client.connect()
  const handle = client.join(room, { options })
  handle.joined.then(onIn, (thrown: unknown) =>
    end(thrown instanceof Error ? thrown.message : String(thrown)),
  )
  const stop = time.every(ACT_MS, () => {
    const { status } = handle
    if (status === 'left' || status === 'failed') return end(null)
    if (status === 'joined') lastIn = time.now()
    else if (time.now() - lastIn >= PATIENCE_MS) return end('The game server does not let it in.')
    const act = repertoire[random.int(0, Math.max(0, repertoire.length - 1))]
    if (status === 'joined' && act !== undefined) handle.send(act.type, act.payload)
  })

  return { id, close: () => end(null) }
}
