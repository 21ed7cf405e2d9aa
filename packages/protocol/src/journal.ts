// The journal of a room: what reached it from outside, in the order in which its code met it, and what each tick made of that. With
// the room's seed that is enough to replay the room. A journal is not sent to clients: a tool beside the server reads it, and session
// files keep it.
//   room → keeper   input, input, step, input, step …
import type { Delta } from './delta/delta.js'
import { any, count, flag, isFields, name, number, oneOf, readFields, text } from './fields.js'
import type { Fields, Rule, Rules, Shape } from './fields.js'
import { malformed } from './malformed.js'
import { saidAnswers, saidEvents } from './said.js'
import type { SaidAnswer, SaidEvent } from './said.js'

/** Something reached a room that its own code did not do. */
export interface InputEvent {
  kind: 'input'
  /** Milliseconds on the monotonic clock of the server. */
  at: number
  room: string
  /** Its place in the journal of the room, from 0. */
  n: number
  /** The room's last tick before it. */
  tick: number
  /** Milliseconds on the room's clock, as `ctx.now()` says them. */
  now: number
  /** The client that it came from; empty for the server itself. */
  peer: string
  /** The frame that brought it, as its connection counts; absent where none did. */
  frame?: number
  /** Events that the room has sent since the line before; absent for none. */
  said?: readonly SaidEvent[]
  /** Requests that the room has answered since the line before; absent for none. */
  answers?: readonly SaidAnswer[]
  input: RoomInput
}

export type RoomInput =
  /** The room begins. `seed` is null where its generator has none, and then nobody can play it again. */
  | {
      what: 'create'
      name: string | null
      seed: number | null
      stepMs: number
      /** It was restored from a store, or taken over: its beginning lies in another server. */
      isRestored: boolean
      /** The lines that follow tell what the room says. Recordings of older releases do not. */
      tellsEvents?: boolean
      options?: unknown
    }
  /** `onCreate` is done: from now on it ticks. */
  | { what: 'begun' }
  /** `isAsked`: by the client's own wish, so that `onAuth` is asked. */
  | { what: 'join'; role: 'player' | 'spectator'; isAsked: boolean; userId?: string; options?: unknown }
  | { what: 'message'; type: string; isRequest: boolean; payload?: unknown }
  | { what: 'presence'; data?: unknown }
  /** `ended`: its session is over. */
  | { what: 'leave'; reason: 'left' | 'kicked' | 'ended'; text?: string }
  | { what: 'drop' }
  | { what: 'resume' }
  /** Other code of the server wrote into the state. */
  | { what: 'write'; delta: unknown }
  /** Other code of the server ended the room. */
  | { what: 'end' }
  /** Somebody watches from here on. */
  | { what: 'mark'; label: string }

/** Ticks in which nothing happened but what the room's own code did. */
export interface StepEvent {
  kind: 'step'
  at: number
  room: string
  /** Its place in the journal of the room, from 0. */
  n: number
  /** The ticks from here … */
  from: number
  /** … to here have run; nothing differed after any but the last, and nothing was sent in any but that. */
  tick: number
  /** Ticks that were given up before `from`. */
  dropped?: number
  /** The whole state after `tick`: where the deltas begin. */
  state?: unknown
  /** Events that the room has sent since the line before; absent for none. */
  said?: readonly SaidEvent[]
  /** Requests that the room has answered since the line before; absent for none. */
  answers?: readonly SaidAnswer[]
  /** What differs from the state before. */
  delta?: Delta
}

/** A room at one moment. */
export interface RoomMoment {
  readonly room: string
  readonly tick: number
  readonly now: number
  /** The live state, which goes on changing. */
  readonly state: object
}

/** Keeps the journals of a server's rooms. It is called in the middle of their work: it must be quick and never throw. */
export interface RoomJournal {
  /** The `seq`-th frame of this client has arrived. */
  frame(peer: string, seq: number): void
  /** Returns when it happens, on the room's clock: at `moment.now`, unless the room is played again. */
  input(moment: RoomMoment, peer: string, input: RoomInput): number
  /** The room's own code sends an event to some of its members. Its payload goes on changing. */
  said(room: string, event: SaidEvent): void
  /** The room's own code answers the request that reached it last, and it has not ticked since. The payload goes on changing. */
  answered(room: string, answer: Pick<SaidAnswer, 'error' | 'payload'>): void
  /** A tick has run, and nothing else since. */
  step(moment: RoomMoment, dropped: number): void
  /** The room runs other code now, which would not do again what the room did until now. */
  changed(room: string): void
  /** The room takes nobody any more, for whatever reason. */
  over(room: string): void
}

/** Of a file: the fields of each kind of input. @throws PPError `MALFORMED_FRAME` naming the field */
function readRoomInput(value: unknown): RoomInput {
  if (!isFields(value)) throw malformed('input')
  const what = name(value['what'], 'what')
  if (!Object.hasOwn(INPUTS, what)) throw malformed('what')
  // The table has a shape for each kind of input, and its rules are those of the fields.
  const shape = INPUTS[what as RoomInput['what']] as Rules
  return { what, ...readFields(shape as Shape<Fields>, value, what) } as unknown as RoomInput
}

const nullOr =
  <T>(rule: Rule<T>): Rule<T | null> =>
  (value, field) =>
    value === null ? null : rule(value, field)

const INPUTS: {
  readonly [What in RoomInput['what']]: Shape<Omit<Extract<RoomInput, { what: What }>, 'what'>>
} = {
  create: {
    name: nullOr(name),
    seed: nullOr(number),
    stepMs: number,
    isRestored: flag,
    'tellsEvents?': flag,
    'options?': any,
  },
  begun: {},
  join: {
    role: (value, field) => oneOf(['player', 'spectator'], value, field),
    isAsked: flag,
    'userId?': name,
    'options?': any,
  },
  message: { type: name, isRequest: flag, 'payload?': any },
  presence: { 'data?': any },
  leave: { reason: (value, field) => oneOf(['left', 'kicked', 'ended'], value, field), 'text?': text },
  drop: {},
  resume: {},
  write: { delta: any },
  end: {},
  mark: { label: text },
}

/** Of a file. @throws PPError `MALFORMED_FRAME` naming the field */
export const INPUT_EVENT: Shape<Omit<InputEvent, 'at'>> = {
  room: name,
  n: count,
  tick: count,
  now: number,
  peer: text,
  'frame?': count,
  'said?': saidEvents,
  'answers?': saidAnswers,
  input: readRoomInput,
}

/** The same of a step. */
export const STEP_EVENT: Shape<Omit<StepEvent, 'at'>> = {
  room: name,
  n: count,
  from: count,
  tick: count,
  'dropped?': count,
  'said?': saidEvents,
  'answers?': saidAnswers,
  'state?': any,
  // Whoever applies it checks it.
  'delta?': any as Rule<Delta>,
}
