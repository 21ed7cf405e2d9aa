// Causes and effects, beside the events: which line of the application asked for a message, and whom a frame has woken up to the
// commit of the component. Kept only while somebody looks; a stack for each message is too much for a game that nobody inspects.
import type { Message, Owner, Reaction, Witness } from '@painda/protocol'

export interface Effects {
  /** The dock is open. */
  isLooking: boolean
  /** What clients and hooks tell. */
  readonly witness: Witness
  /** What happens from here to the end of the turn is this event's doing. */
  during(eventId: number): void
  /** The stack under which the application asked for `message`; null when nobody looked then. */
  siteOf(message: Message): string | null
  /** Where a listener was added, and by which call; null for those from before. */
  sourceOf(listener: object): Source | null
  /** Null when nobody looked, or it is too long ago. */
  of(eventId: number): FrameEffects | null
}

export interface Source {
  readonly how: string
  readonly stack: string
}

export interface FrameEffects {
  readonly reactions: readonly Reaction[]
  /** Beyond those that are kept. */
  readonly more: number
  readonly commits: readonly Commit[]
}

export interface Commit {
  /** Milliseconds since the frame came. */
  readonly afterMs: number
  readonly owners: readonly Owner[]
}

export interface EffectsOptions {
  now: () => number
  /** Runs at the end of this turn. */
  afterTurn: (run: () => void) => void
}

/** Frames whose effects are kept: half a minute of a fast game. */
const MAX_FRAMES = 2_000
/** Listeners of one frame that are told one by one. */
const MAX_REACTIONS = 200
/** Different call sites; a program has a few dozen. */
const MAX_SITES = 1_000
/** What is drawn later than this has another cause. */
const MAX_DELAY_MS = 250
/** Deep enough to get past the hooks and React to the component. */
const STACK_LIMIT = 40

/** What most frames of a fast stream do. */
const NOTHING: FrameEffects = { reactions: [], more: 0, commits: [] }

interface Kept {
  readonly startedAt: number
  readonly reactions: Reaction[]
  more: number
  readonly commits: { afterMs: number; owners: Owner[] }[]
}

export function createEffects({ now, afterTurn }: EffectsOptions): Effects {
  const sites = new WeakMap<Message, string>()
  const sources = new WeakMap<object, Source>()
  const frames = new Map<number, FrameEffects>()
  /** The same place makes the same text each time; one of them is enough. */
  const texts = new Map<string, string>()
  /** The event that is being applied, since when, and what it has done; null while that is nothing. */
  let eventId = -1
  let startedAt = 0
  let current: Kept | null = null
  /** The end of this turn will be heard of. */
  let isEnding = false
  /** The commit that is being made. */
  let open: Kept['commits'][number] | null = null

  function stackNow(): string {
    const before: unknown = Reflect.get(Error, 'stackTraceLimit')
    Reflect.set(Error, 'stackTraceLimit', STACK_LIMIT)
    const { stack = '' } = new Error('site')
    Reflect.set(Error, 'stackTraceLimit', before)
    const known = texts.get(stack)
    if (known !== undefined) return known
    if (texts.size >= MAX_SITES) texts.clear()
    texts.set(stack, stack)
    return stack
  }

  function begin(): Kept {
    const kept: Kept = { startedAt, reactions: [], more: 0, commits: [] }
    frames.set(eventId, kept)
    return kept
  }

  function endTurn(): void {
    isEnding = false
    eventId = -1
    current = null
  }

  function expectCommit(kept: Kept, owner: Owner): void {
    owner.onCommit = () => {
      owner.onCommit = null
      const last = kept.commits.at(-1)
      const afterMs = now() - kept.startedAt
      if (afterMs > MAX_DELAY_MS) return
      if (last !== undefined && open === last) last.owners.push(owner)
      else {
        const commit = { afterMs, owners: [owner] }
        open = commit
        kept.commits.push(commit)
        // All components of one commit come in one turn.
        afterTurn(() => void (open === commit && (open = null)))
      }
    }
  }

  const effects: Effects = {
    isLooking: false,
    siteOf: (message) => sites.get(message) ?? null,
    sourceOf: (listener) => sources.get(listener) ?? null,
    of: (eventId) => frames.get(eventId) ?? null,
    witness: {
      now: () => (effects.isLooking ? now() : undefined),
      site: () => (effects.isLooking ? stackNow() : null),
      asked(message, site) {
        const stack = site === undefined && effects.isLooking ? stackNow() : (site ?? null)
        if (stack !== null) sites.set(message, stack)
      },
      rewritten(from, to) {
        const stack = sites.get(from)
        if (stack !== undefined) sites.set(to, stack)
      },
      listens: (listener, how) => void sources.set(listener, { how, stack: stackNow() }),
      woke(reaction) {
        if (eventId < 0) return
        current ??= begin()
        if (current.reactions.length < MAX_REACTIONS) current.reactions.push(reaction)
        else current.more++
        if (reaction.isChanged && reaction.owner !== undefined) expectCommit(current, reaction.owner)
      },
    },
    during(id) {
      if (!effects.isLooking) return
      eventId = id
      startedAt = now()
      current = null
      frames.set(id, NOTHING)
      // A map's first key is its oldest.
      if (frames.size > MAX_FRAMES) frames.delete(frames.keys().next().value ?? -1)
      if (isEnding) return
      isEnding = true
      afterTurn(endTurn)
    },
  }
  return effects
}
