// The views of one room, and who is in which. Without marks in the contract and without `view()` there is one for all, and
// nothing here costs anything. Else a member has
//   a shared view   the room's own, with what is marked left out, or one that `view()` makes for all of its key
//   an own part     what is marked for this member alone, beside it
// Each view is compared with its own last output, and only when the state has changed.
import { mergeOwned, ownersAt } from '@painda/protocol'
import type { CompiledSync } from '@painda/protocol'
import { followJson } from './follow-json.js'
import type { Member } from './member.js'
import type { Outgoing } from './outgoing.js'
import type { Claim, Held, Seat } from './seat.js'
import { createSight, type SightOptions } from './sight.js'
import type { View } from './view.js'

/** What a commit made. */
export interface Versions<C extends Member> {
  /** For one member: nothing, the next versions of what it sees, or another view from its beginning. */
  of(seat: Seat<C>): readonly Outgoing[]
  /** What a member has that does not get it; null when only all of it helps, undefined when there is nothing for it. */
  before(seat: Seat<C>): Held | null | undefined
}

export interface RoomViews<C extends Member> {
  /** Something was written, or views are to be made anew. */
  isDirty(): boolean
  /** The next versions; null when nothing changed for anybody. */
  commit(tick: number): Versions<C> | null
  /** The version in which the member will see what has been written until now. */
  promise(seat: Seat<C>): number
  /** True when a member that comes back with this needs no snapshot. */
  canContinue(seat: Seat<C>, claim: Claim): boolean
  /** What leads a member that comes back from there to now. */
  goOn(seat: Seat<C>, claim: Claim, tick: number): readonly Outgoing[]
  /** All that the member sees. With nothing uncommitted, like `since`. */
  whole(seat: Seat<C>, tick: number): readonly Outgoing[]
  /** What leads the member from what it has to now: where that is what this tick brings everybody, those same bytes. */
  since(seat: Seat<C>, held: Held, tick: number): readonly Outgoing[]
  /** What the member has once everything has arrived. */
  held(seat: Seat<C>): Held
  /** True when there is more for the member than it has. */
  lacks(seat: Seat<C>, held: Held): boolean
  /** Views with a full dictionary begin anew, for everybody in them; null when there are none. Always after `since`. */
  restart(tick: number): Versions<C> | null
  /** What the member holds once everything has arrived. */
  shown(seat: Seat<C>): ShownState
  /** Who sees what may have changed without the state: asked again with the next commit. */
  refresh(): void
  /** The seat is gone. */
  release(seat: Seat<C>): void
}

export interface ShownState {
  readonly state: object
  readonly version: number
}

export interface RoomViewsOptions<C extends Member> extends SightOptions<C> {
  main: View<object>
  createView: (how: { state: object; sync: CompiledSync; scope?: 'own' }) => View<object>
  /** Views are to be made anew with the next tick. */
  wake: () => void
}

interface Place {
  view: View<object>
  /** What the last commit made of its own part, and the version before. */
  news: readonly Outgoing[]
  ownBefore: number | null
  own: View<object> | null
  /** Whose marks it was made from. */
  userId: string
  /** The view that its member follows; another one when it was moved since. */
  told: View<object> | null
}

/** What a commit made of a shared view. */
interface News {
  readonly before: number
  readonly outs: readonly Outgoing[]
  /** A snapshot is among them, which takes the own part away. */
  readonly startsOver: boolean
}

const NOTHING: readonly Outgoing[] = []
const NOBODY: ReadonlySet<string> = new Set()

export function createRoomViews<C extends Member>(options: RoomViewsOptions<C>): RoomViews<C> {
  const { main, sync, kind, createView, onError } = options
  const { marks } = sync
  const { keyOf, seenBy, owned, isMerged } = createSight(options)
  const isPlain = marks.length === 0 && kind.behaviour.view === undefined
  const places = new Map<Seat<C>, Place>()
  /** What `view()` makes, by key. */
  const made = new Map<string, View<object>>()
  let isStale = false

  /** Puts the member where it belongs now. `looked`: what has been made of this state already. */
  function seatIn(place: Place, client: C, looked: Map<string, View<object>>): void {
    const key = keyOf(client)
    let view = looked.get(key)
    if (view === undefined) looked.set(key, (view = viewOf(key, client)))
    place.view = view
  }

  function viewOf(key: string, client: C): View<object> {
    const seen = key === '' ? main.state : seenBy(client)
    if (seen === main.state) return main
    const known = made.get(key)
    try {
      if (known !== undefined) {
        followJson(known.draft, known.state, seen)
        return known
      }
      const fresh = createView({ state: seen, sync: isMerged(client) ? sync.unhidden : sync })
      made.set(key, fresh)
      return fresh
    } catch (thrown) {
      // No JSON: whoever saw this view goes on with what it showed.
      onError('view()', thrown)
      const last = known ?? createView({ state: {}, sync })
      made.set(key, last)
      return last
    }
  }

  function placeOf(seat: Seat<C>): Place {
    let place = places.get(seat)
    if (place !== undefined) return place
    place = { view: main, news: NOTHING, ownBefore: null, own: null, userId: '', told: null }
    places.set(seat, place)
    const key = keyOf(seat.client)
    // One that is there is as new as the last commit.
    place.view = made.get(key) ?? viewOf(key, seat.client)
    followOwn(place, seat.client)
    return place
  }

  function followOwn(place: Place, client: C): void {
    place.userId = client.userId
    if (marks.length === 0 || isMerged(client)) return
    const layer = owned(client)
    if (place.own !== null) followJson(place.own.draft, place.own.state, layer)
    else if (Object.keys(layer).length > 0)
      place.own = createView({ state: layer, sync: sync.unhidden, scope: 'own' })
  }

  function commitAll(tick: number): Versions<C> {
    const news = new Map<View<object>, News>([[main, newsOfView(main, tick)]])
    const areTouched = main.areSecretsTouched()
    /** Null: anybody. */
    const owners = isStale ? null : areTouched ? ownersAt(main.secretPaths(), sync) : NOBODY
    isStale = false
    if (kind.behaviour.view !== undefined || made.size > 0) reseat()
    for (const view of made.values()) news.set(view, newsOfView(view, tick))
    for (const [{ client }, place] of places) {
      place.ownBefore = place.own?.version ?? null
      if (owners === null || (areTouched && isConcerned(place, client, owners))) followOwn(place, client)
      place.news = place.own === null ? NOTHING : ownNews(place.own, place.ownBefore, tick)
    }

    function newsOf(place: Place): readonly Outgoing[] {
      const outs = news.get(place.view)?.outs ?? NOTHING
      return place.news.length === 0 ? outs : [...outs, ...place.news]
    }

    return {
      of(seat) {
        const place = placeOf(seat)
        const isMoved = place.told !== place.view
        return isMoved || news.get(place.view)?.startsOver === true ? whole(seat, tick) : newsOf(place)
      },
      before(seat) {
        const place = placeOf(seat)
        if (place.told !== place.view) return null
        if (newsOf(place).length === 0) return undefined
        return { version: news.get(place.view)?.before ?? place.view.version, own: place.ownBefore }
      },
    }
  }

  function reseat(): void {
    const looked = new Map<string, View<object>>()
    for (const [{ client }, place] of places) seatIn(place, client, looked)
    for (const [key, view] of made) if (looked.get(key) !== view) made.delete(key)
  }

  /** One whose user has become known since sees the marks of that user too. */
  function isConcerned({ userId }: Place, client: C, owners: ReadonlySet<string>): boolean {
    return owners.has(client.id) || owners.has(client.userId) || userId !== client.userId
  }

  function forgetUnused(): void {
    const used = new Set([...places.values()].map(({ view }) => view))
    for (const [key, view] of made) if (!used.has(view)) made.delete(key)
  }

  function whole(seat: Seat<C>, tick: number): readonly Outgoing[] {
    if (isPlain) return [main.snapshot(tick)]
    const place = placeOf(seat)
    place.told = place.view
    const shared = place.view.snapshot(tick)
    return place.own === null ? [shared] : [shared, place.own.snapshot(tick)]
  }

  function since(seat: Seat<C>, held: Held, tick: number, pick = sharedSince): readonly Outgoing[] {
    const place = isPlain ? null : placeOf(seat)
    if (place !== null && place.told !== place.view) return whole(seat, tick)
    const out = pick(place?.view ?? main, held.version, tick)
    if (place === null || place.own === null) return out === null ? NOTHING : [out]
    if (out?.message.kind === 'snapshot') return whole(seat, tick)
    const own = held.own === null ? place.own.snapshot(tick) : pick(place.own, held.own, tick)
    return [out, own].filter((one) => one !== null)
  }

  /** Whoever keeps no views can only have the one that all share. */
  function isOf({ channel }: Claim, view: View<object>): boolean {
    return channel === undefined ? kind.behaviour.view === undefined : channel === view.channel
  }

  return {
    isDirty: () => isStale || main.isDirty(),
    commit(tick) {
      if (!isPlain) return commitAll(tick)
      const { version } = main
      const outs = nextOf(main, tick)
      return outs.length === 0 ? null : { of: () => outs, before: () => ({ version, own: null }) }
    },
    promise(seat) {
      const { view } = isPlain ? { view: main } : placeOf(seat)
      return view.promise(main.isDirty())
    },
    canContinue(seat, claim) {
      const { view } = isPlain ? { view: main } : placeOf(seat)
      return isOf(claim, view) && view.canContinue(claim.version)
    },
    goOn(seat, claim, tick) {
      const place = isPlain ? null : placeOf(seat)
      const view = place?.view ?? main
      if (!isOf(claim, view)) return whole(seat, tick)
      // What else it was told of meanwhile was lost with the connection.
      if (place !== null) place.told = view
      return since(seat, { version: claim.version, own: null }, tick, hashedSince)
    },
    whole,
    since: (seat, held, tick) => since(seat, held, tick),
    held(seat) {
      const { view, own } = isPlain ? { view: main, own: null } : placeOf(seat)
      return { version: view.version, own: own?.version ?? null }
    },
    lacks(seat, { version, own: held }) {
      if (isPlain) return version !== main.version
      const { view, own, told } = placeOf(seat)
      return told !== view || version !== view.version || (own !== null && own.version !== held)
    },
    restart(tick) {
      const full = [main, ...made.values()].filter((view) => view.isFull())
      if (full.length === 0) return null
      const isHit = (seat: Seat<C>): boolean => isPlain || full.includes(placeOf(seat).view)
      return {
        of: (seat) => (isHit(seat) ? whole(seat, tick) : NOTHING),
        before: (seat) => (isHit(seat) ? null : undefined),
      }
    },
    shown(seat) {
      if (isPlain) return { state: main.shown(), version: main.version }
      const { view, own } = placeOf(seat)
      // An object with another laid over it is one.
      const state = own === null ? view.shown() : (mergeOwned(view.shown(), own.shown()) as object)
      return { state, version: view.version }
    },
    refresh() {
      if (isPlain || isStale) return
      isStale = true
      options.wake()
    },
    release(seat) {
      if (places.delete(seat)) forgetUnused()
    },
  }
}

/** For one that follows, if not at every step: the hash comes to it as often as to the others. */
function sharedSince(view: View<object>, version: number, tick: number): Outgoing | null {
  return view.latest(version, tick) ?? view.since(version, tick)
}

/** For one that was away: always with the hash. */
function hashedSince(view: View<object>, version: number, tick: number): Outgoing | null {
  return view.since(version, tick, true)
}

function newsOfView(view: View<object>, tick: number): News {
  const before = view.version
  const outs = nextOf(view, tick)
  return { before, outs, startsOver: outs.some(({ message }) => message.kind === 'snapshot') }
}

/** One that is new begins with all of it. */
function ownNews(own: View<object>, before: number | null, tick: number): readonly Outgoing[] {
  if (before === null) return [own.snapshot(tick)]
  // Nobody waits for a version of it.
  return own.isDirty() ? nextOf(own, tick) : NOTHING
}

/** The next version of a view, if there is one, and with a full dictionary the beginning of a new one. */
function nextOf(view: View<object>, tick: number): readonly Outgoing[] {
  const delta = view.commit(tick)
  if (delta === null) return NOTHING
  return view.isFull() ? [delta, view.snapshot(tick)] : [delta]
}
