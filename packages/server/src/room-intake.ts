// What reaches a room from outside: its beginning, those who come and go, and what they say. Each of these is told to the journal,
// if somebody keeps one, and then happens.
import { PPError } from '@painda/protocol'
import type { Event, RoomInput } from '@painda/protocol'
import type { Member, SendAnswer } from './member.js'
import type { EnterOptions } from './room-door.js'
import type { RoomParts, RoomSettings } from './room-parts.js'
import { isAdmitted, type Claim, type Seat } from './seat.js'

export interface RoomIntake<C extends Member> {
  /** @throws what a synchronous `onCreate` throws; the room is gone then */
  start(options: unknown, after?: Promise<void>): void
  /** Takes a promised seat, as the door does. */
  enter(seat: Seat<C>, how: EnterOptions): Promise<void>
  /** What a member says; `handle` is told of it, and how to answer. */
  hear<T>(seat: Seat<C>, event: Event, answer: SendAnswer, handle: (answer: SendAnswer) => T): T
  /** A member's own wish. @throws PPError `INVALID_PAYLOAD` */
  showPresence(seat: Seat<C>, data: unknown): void
  dropped(seat: Seat<C>): void
  /** `claim`: the state it has; null when it needs all of it. */
  resumed(seat: Seat<C>, claim: Claim | null): void
  /** The session is over: nobody is left to be told. */
  sessionEnded(seat: Seat<C>): void
  /** Takes out whoever is in. One who waits for a seat can be kicked, and leaves by giving up. */
  remove(client: C, reason: 'left' | 'kicked', text?: string): void
}

export function createRoomIntake<C extends Member>(
  {
    journal,
    life,
    door,
    presence,
    seating,
    queue,
  }: Pick<RoomParts<C>, 'journal' | 'life' | 'door' | 'presence' | 'seating' | 'queue'>,
  {
    name,
    kind,
    random,
    stepMs,
    isRestored,
  }: Pick<RoomSettings<C>, 'name' | 'kind' | 'random' | 'stepMs' | 'isRestored'>,
): RoomIntake<C> {
  /** Of one who is not a member yet the journal knows nothing. */
  function told(seat: Seat<C>, input: () => RoomInput, run: () => void): void {
    if (isAdmitted(seat)) journal.input(seat.client.id, input, run)
    else run()
  }

  return {
    start(options, after) {
      const seed = random.seed ?? null
      journal.input(
        '',
        () => ({
          what: 'create',
          name: name ?? null,
          seed,
          stepMs,
          isRestored,
          tellsEvents: true,
          options,
        }),
        () => life.start(options, after),
      )
    },
    enter(seat, how) {
      const { role, client } = seat
      const { options, isAsked } = how
      const input = (): RoomInput => {
        const userId = client.userId === client.id ? {} : { userId: client.userId }
        return { what: 'join', role, isAsked, ...userId, options }
      }
      const enter = (): Promise<void> => door.enter(seat, how)
      const entered = isAsked ? journal.input(client.id, input, enter) : journal.call(client.id, input, enter)
      seat.decided = entered.catch(() => {})
      return entered
    },
    hear({ client }, { type, payload, ackId }, answer, handle) {
      // Inputs of players are most of what a server hears: without a journal they pay for none.
      if (!journal.isKept()) return handle(answer)
      const { requests } = kind.shape
      const isRequest = requests !== undefined && Object.hasOwn(requests, type)
      const input = (): RoomInput => ({ what: 'message', type, isRequest, payload })
      if (isRequest && ackId !== undefined) return journal.ask(client.id, input, answer, handle)
      return journal.input(client.id, input, () => handle(answer))
    },
    showPresence({ client }, data) {
      journal.input(
        client.id,
        () => ({ what: 'presence', data }),
        () => presence.write(client, data),
      )
    },
    dropped(seat) {
      told(
        seat,
        () => ({ what: 'drop' }),
        () => door.dropped(seat),
      )
    },
    resumed(seat, claim) {
      told(
        seat,
        () => ({ what: 'resume' }),
        () => door.resumed(seat, claim),
      )
    },
    sessionEnded(seat) {
      journal.input(
        seat.client.id,
        () => ({ what: 'leave', reason: 'ended' }),
        () => door.remove(seat, 'ended'),
      )
    },
    remove(client, reason, text) {
      const seat = seating.seats.get(client.id)
      if (seat !== undefined) {
        const input = (): RoomInput => ({ what: 'leave', reason, ...(text === undefined ? {} : { text }) })
        journal.call(client.id, input, () => door.remove(seat, reason, text))
      } else if (reason === 'kicked') queue.leave(client, new PPError('FORBIDDEN', text ?? 'kicked'))
    },
  }
}
