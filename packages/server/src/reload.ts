// Other code for a running server, while it is developed. The application registers all that it does in one function,
// `setup`; running it again, after its modules were loaded anew, puts that code in the place of the code before:
//   rooms        keep state, members and clock; hooks, handlers and rates are those of the new definition
//   listeners    of the server, its namespaces and middlewares that the call before registered are undone
//   a definition that is not there any more keeps its rooms as they are, and makes no new ones
// All of it or nothing: when `setup` throws, the code before stays in charge. What clients know of a room must not change under
// them. Another shape of a room's state is refused, or, where that is wished, takes new rooms of that definition: whoever is in them
// comes back as after a restart. Another contract takes a new server: names have numbers on the wire, settled with each connection
// for the whole contract, and the same bytes go to all members of a room.
import { compareContracts, PPError } from '@painda/protocol'
import type { ContractShape, RoomShape, Undo } from '@painda/protocol'
import type { Room, RoomBehaviour, RoomOptions, UntypedShape } from './definition.js'
import type { Faults } from './faults.js'
import { isPromise } from './faults.js'
import { kindFrom } from './matchmaking.js'
import type { Member } from './member.js'
import type { RoomKind } from './room-kind.js'
import type { StateRoom } from './room.js'
import type { Reloading } from './rooms.js'
import { differenceFor, messageDifference } from './room-difference.js'

/** What `setup` keeps for its next call: the same object each time. */
export type SetupMemory = { [name: string]: unknown }

/** Registers everything that the server does. May return a function that ends what else it began, such as intervals. */
export type Setup<Server> = (server: Server, kept: SetupMemory) => void | Undo | Promise<void | Undo>

export interface ReloadOptions {
  /** The contract as it is now. Default: it has not changed. */
  readonly contract?: ContractShape
  /**
   * When the state of a definition has another shape, or is shown to other members than before, its rooms end, and their clients join
   * new ones by themselves, with new sessions. All other rooms and connections go on. Default false: `CONTRACT_MISMATCH` is thrown.
   */
  readonly restartRooms?: boolean
}

export interface Reloaded {
  /** Rooms that go on with the new code; 0 for the first call. */
  readonly rooms: number
  /** Rooms that have ended, as `restartRooms` allows. */
  readonly restarted: number
  /** What still runs the old code, in sentences for the developer. */
  readonly notes: readonly string[]
}

/** What one call of `setup` has registered. */
interface Generation<C extends Member> {
  readonly undos: Undo[]
  /** Restore what was there when `setup` throws. */
  readonly rollbacks: Undo[]
  readonly defined: Set<string>
  readonly replaced: Set<RoomKind<C>>
  /** Their rooms end, and why. */
  readonly renewed: Map<RoomKind<C>, string>
  readonly restartsRooms: boolean
  /** Some clients have got handlers from it. */
  listensForConnections: boolean
}

export interface Reloads<C extends Member> {
  /** True when a running setup takes the undo: it will be called with the next reload. */
  adopt(undo: Undo): boolean
  /** The same, and returns the undo. */
  adopted(undo: Undo): Undo
  /** The setup that runs, if one does, gives handlers to clients that connect. */
  adoptConnections(): void
  /** @throws PPError `INVALID_ARGUMENT` while `setup` runs */
  assertLasting(what: string): void
  define(shape: RoomShape, behaviour: RoomBehaviour<UntypedShape, C>): void
  /** A room without a definition that is there and is asked for again. */
  room(room: Pick<StateRoom<C>, 'id' | 'kind'>, initialState: object, options: RoomOptions<C>): void
  run(setup: (kept: SetupMemory) => unknown, options: ReloadOptions): Reloaded
}

export interface ReloadsOptions<C extends Member> {
  readonly rooms: Reloading<C>
  /** What clients compare with theirs; null when the server has no contract. */
  readonly contractRows: readonly string[] | null
  readonly rowsOf: (contract: ContractShape) => readonly string[]
  readonly setContract: (contract: ContractShape) => void
  /** Sessions, those included whose connection is lost. */
  readonly countClients: () => number
  /** Its session is over: it begins another one by itself. */
  readonly expire: (client: C) => void
  readonly faults: Faults
}

export function createReloads<C extends Member>(options: ReloadsOptions<C>): Reloads<C> {
  const { rooms, faults } = options
  const kept: SetupMemory = {}
  /** Definitions that some setup has made. */
  const ours = new Set<string>()
  let current: Generation<C> | null = null
  let open: Generation<C> | null = null

  function adopt(undo: Undo): boolean {
    open?.undos.push(undo)
    return open !== null
  }

  function begin(restartsRooms: boolean): Generation<C> {
    return {
      undos: [],
      rollbacks: [],
      defined: new Set(),
      replaced: new Set(),
      renewed: new Map(),
      restartsRooms,
      listensForConnections: false,
    }
  }

  /** Brings back what was there. */
  function giveUp({ undos, rollbacks }: Generation<C>): void {
    for (const undo of [...rollbacks, ...undos].reverse()) faults.guard('Undoing a setup', undo)
  }

  function assertSameContract(contract: ContractShape): void {
    const rows = options.rowsOf(contract)
    const [first, ...others] = compareContracts(options.contractRows ?? [], rows)
    if (first === undefined) return
    const more = others.length === 0 ? '' : ` and ${others.length} more`
    throw mismatch(`The contract has changed: ${first.name}${more}.`)
  }

  function replace(kind: RoomKind<C>, shape: RoomShape, behaviour: RoomBehaviour<UntypedShape, C>): void {
    const differs = messageDifference(kind, shape) ?? differenceFor(kind, shape, behaviour)
    if (differs !== null) throw mismatch(differs)
    open?.replaced.add(kind)
  }

  /** Takes the place of a definition of the setup before. The undo brings that back. */
  function redefine(
    now: Generation<C>,
    kind: RoomKind<C>,
    shape: RoomShape,
    behaviour: RoomBehaviour<UntypedShape, C>,
  ): Undo {
    const unspeakable = messageDifference(kind, shape)
    if (unspeakable !== null) throw mismatch(unspeakable)
    const differs = differenceFor(kind, shape, behaviour)
    if (differs === null) {
      now.replaced.add(kind)
      return rooms.redefine(shape, behaviour)
    }
    if (!now.restartsRooms) throw mismatch(differs)
    now.renewed.set(kind, differs)
    return rooms.renew(shape, behaviour)
  }

  /** Its rooms end with the code that they had; returns how many. */
  function endRoomsOf(kind: RoomKind<C>): number {
    const ending = rooms.roomsOf(new Set([kind]))
    // First, so that nobody is told of an end and stays away.
    for (const client of new Set(ending.flatMap(({ guests }) => guests))) options.expire(client)
    for (const room of ending) void room.dispose()
    return ending.length
  }

  function finish(before: Generation<C> | null, now: Generation<C>): Reloaded {
    for (const undo of before?.undos.reverse() ?? []) faults.guard('Undoing the setup before', undo)
    const notes: string[] = []
    const gone = [...(before?.defined ?? [])].filter((name) => !now.defined.has(name))
    for (const name of gone) {
      const kind = rooms.known(name)
      rooms.retire(name)
      const left = kind === undefined ? 0 : rooms.roomsOf(new Set([kind])).length
      if (left > 0)
        notes.push(
          `"${name}" is not defined any more: what it has of rooms (${left}) goes on with the code before.`,
        )
    }
    const running = rooms.roomsOf(now.replaced)
    notes.push(...new Set(running.filter((room) => room.reloaded()).map(staleOf)))
    let restarted = 0
    for (const [kind, why] of now.renewed) {
      const ended = endRoomsOf(kind)
      restarted += ended
      if (ended > 0) notes.push(`${why} ${count(ended, 'room')} began anew; clients come back.`)
    }
    const clients = options.countClients()
    if (before?.listensForConnections === true && clients > 0)
      notes.push(`What "connection" gave to ${count(clients, 'client')} goes on with the code before.`)
    return { rooms: running.length, restarted, notes }
  }

  function takeLater(generation: Generation<C>, later: PromiseLike<unknown>): void {
    later.then(
      (undo) => {
        if (typeof undo !== 'function') return
        // A function of setup's is an undo. It may have been replaced in the meantime.
        if (current === generation) generation.undos.push(undo as Undo)
        else faults.guard('Undoing a setup', undo as Undo)
      },
      (thrown: unknown) => void faults.report(thrown, 'The setup'),
    )
  }

  return {
    adopt,
    adopted(undo) {
      adopt(undo)
      return undo
    },
    adoptConnections() {
      if (open !== null) open.listensForConnections = true
    },
    assertLasting(what) {
      if (open === null) return
      throw new PPError('INVALID_ARGUMENT', `${what} cannot be replaced by other code.`, {
        hint: 'Do this where the server is made.',
      })
    },
    define(shape, behaviour) {
      const { name } = shape
      const known = open === null || open.defined.has(name) ? undefined : rooms.known(name)
      // One that no setup has defined is not ours to replace: defining it twice is the mistake it always was.
      if (open === null || known === undefined || !ours.has(name)) {
        rooms.define(shape, behaviour)
        open?.rollbacks.push(() => rooms.retire(name))
      } else {
        open.rollbacks.push(redefine(open, known, shape, behaviour))
      }
      open?.defined.add(name)
    },
    room({ id, kind }, initialState, wishes) {
      if (open === null) return
      const before = { ...kind }
      const next = kindFrom(id, initialState, wishes)
      replace(kind, next.shape, next.behaviour)
      open.rollbacks.push(() => void Object.assign(kind, before))
      Object.assign(kind, next)
    },
    run(setup, { contract, restartRooms = false }) {
      if (open !== null) throw new PPError('INVALID_ARGUMENT', 'setup() must not call reload().')
      const generation = begin(restartRooms)
      open = generation
      try {
        if (contract !== undefined) assertSameContract(contract)
        const result = setup(kept)
        if (typeof result === 'function') generation.undos.push(result as Undo)
        else if (isPromise(result)) takeLater(generation, result)
      } catch (thrown) {
        giveUp(generation)
        throw thrown
      } finally {
        open = null
      }
      if (contract !== undefined) options.setContract(contract)
      const before = current
      current = generation
      for (const name of generation.defined) ours.add(name)
      return finish(before, generation)
    },
  }
}

function mismatch(message: string): PPError {
  return new PPError('CONTRACT_MISMATCH', message, {
    hint: 'Start the server anew; clients come back by themselves.',
  })
}

/** Says that its timers and listeners still run the old code. */
function staleOf({ id, name }: Pick<Room, 'id' | 'name'>): string {
  return name === undefined
    ? `Timers and listeners that "${id}" was given outside of setup go on with the code before.`
    : `Timers and listeners of "${name}" go on with the code before: write onReload to set them anew.`
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}
