// @vitest-environment node
import type { Owner, Reaction } from '@painda/protocol'
import { expect, test } from 'vitest'
import { componentOf, ownPlaces, readStack } from '../src/call-stack.js'
import { callSiteOf, handlersOf, questionOf, rendersOf } from '../src/causes.js'
import { createEffects } from '../src/effects.js'
import { createHook } from '../src/hook.js'
import { createRowBuilder, type Row } from '../src/rows.js'
import { createFakeClient } from './fake-client.js'

const CHROME = `Error: site
    at stackNow (http://localhost:5173/@fs/kit/packages/devtools/src/effects.ts:70:28)
    at post (http://localhost:5173/@fs/kit/packages/client/src/mail.ts:84:35)
    at Object.send (http://localhost:5173/@fs/kit/packages/client/src/room.ts:290:12)
    at shoot (http://localhost:5173/src/weapons.ts?t=17:12:8)
    at Player (http://localhost:5173/src/player.tsx:40:5)
    at http://localhost:5173/src/main.tsx:3:1
    at async load (http://localhost:5173/@fs/cache/deps/react-dom_client.js?v=1:9:9)`
const FIREFOX = `shoot@http://localhost:5173/src/weapons.ts?t=17:12:8
async*Player/<@http://localhost:5173/src/player.tsx:40:5
@http://localhost:5173/src/main.tsx:3:1`

test('the stacks of Chrome, Firefox and Safari are places with a name', () => {
  expect(readStack(CHROME).slice(3)).toEqual([
    { name: 'shoot', url: 'http://localhost:5173/src/weapons.ts?t=17', line: 12, column: 8 },
    { name: 'Player', url: 'http://localhost:5173/src/player.tsx', line: 40, column: 5 },
    { name: '', url: 'http://localhost:5173/src/main.tsx', line: 3, column: 1 },
    {
      name: 'load',
      url: 'http://localhost:5173/@fs/cache/deps/react-dom_client.js?v=1',
      line: 9,
      column: 9,
    },
  ])
  expect(readStack(FIREFOX).map(({ name, line }) => [name, line])).toEqual([
    ['shoot', 12],
    ['Player', 40],
    ['', 3],
  ])
  expect(readStack('nothing\n   at all')).toEqual([])
})

test('of a stack the lines of the application are shown, and all where there are none', () => {
  const ours = new Set([
    'http://localhost:5173/@fs/kit/packages/devtools/src/',
    'http://localhost:5173/@fs/kit/packages/client/src/',
  ])
  const places = readStack(CHROME)
  expect(ownPlaces(places, ours).map(({ name }) => name)).toEqual(['shoot', 'Player', ''])
  expect(ownPlaces(places.slice(0, 2), ours)).toHaveLength(2)
  expect(componentOf(places)).toBe('Player')
})

/** A page that is looked at, and its client. */
function createPage() {
  const hook = createHook()
  const client = createFakeClient()
  hook.attach(client)
  hook.effects.isLooking = true
  client.start()
  const rows = (): Row[] => {
    const builder = createRowBuilder(0)
    const all: Row[] = []
    for (let id = hook.recorder.firstId; id < hook.recorder.nextId; id++) {
      const recorded = hook.recorder.at(id)
      if (recorded !== undefined) all.push(...builder.build(recorded))
    }
    return all
  }
  const newest = (): Row => {
    const row = rows().at(-1)
    if (row === undefined) throw new Error('There is no row.')
    return row
  }
  return { hook, client, rows, newest }
}

function ownerOf(hook: string): Owner {
  function Scores(): Owner {
    return { hook, made: new Error(hook), onCommit: null }
  }
  return Scores()
}

const reactionOf = (change: Partial<Reaction>): Reaction => ({
  kind: 'selector',
  listener: () => {},
  owner: undefined,
  isChanged: true,
  ms: 1,
  ...change,
})

test('a message shows the line that asked for it; what the client sends by itself says so', () => {
  const { hook, client, newest } = createPage()
  const message = { kind: 'event', type: 'move', payload: 1 } as const
  function walk(): void {
    hook.effects.witness.asked(message)
    client.frame('out', message)
  }
  walk()
  const site = callSiteOf(hook, newest())
  expect(site.why === null && site.value.some(({ name }) => name === 'walk')).toBe(true)

  client.frame('out', { kind: 'ping', at: 1, received: 0 })
  expect(callSiteOf(hook, newest()).why).toContain('by itself')
})

test('a message that is written anew for its room keeps its line; one from before the inspector was open says why not', () => {
  const { hook, client, newest } = createPage()
  const [first, second] = [
    { kind: 'event', type: 'a' } as const,
    { kind: 'event', type: 'a', room: 'r' } as const,
  ]
  hook.effects.witness.asked(first)
  hook.effects.witness.rewritten(first, second)
  client.frame('out', second)
  expect(callSiteOf(hook, newest()).why).toBeNull()

  hook.effects.isLooking = false
  const third = { kind: 'event', type: 'b' } as const
  hook.effects.witness.asked(third)
  client.frame('out', third)
  expect(callSiteOf(hook, newest()).why).toContain('closed')
})

test('an answer leads to its question', () => {
  const { client, rows, newest } = createPage()
  client.frame('out', { kind: 'event', type: 'buy', ackId: 9 })
  client.frame('in', { kind: 'event', type: 'boom' })
  client.frame('in', { kind: 'ack', ackId: 9, data: 1 })
  expect(questionOf(rows(), newest())?.name).toBe('buy')
})

test('a frame shows whom it woke and what was committed for it, by component', async () => {
  const { hook, client, newest } = createPage()
  const owners = [ownerOf('usePPRoomState'), ownerOf('usePPRoomState')]
  client.step()
  for (const owner of owners) hook.effects.witness.woke(reactionOf({ owner, paths: ['players.p1.x'] }))
  hook.effects.witness.woke(reactionOf({ isChanged: false }))
  for (const owner of owners) owner.onCommit?.()
  const row = newest()
  // A commit of the same component that nothing of this frame caused.
  owners[0]?.onCommit?.()
  const found = rendersOf(hook, row)
  if (found.why !== null) throw new Error(found.why)
  expect(found.value.listeners.map(({ name, how }) => [name, how])).toEqual([
    ['Scores', 'usePPRoomState'],
    ['Scores', 'usePPRoomState'],
    ['listener', 'selector'],
  ])
  expect(found.value.commits.map(({ components }) => components)).toEqual([[{ name: 'Scores', hooks: 2 }]])
  expect(found.value).toMatchObject({ selectors: 3, ms: 3, more: 0 })

  // What happens after the turn is nobody's doing.
  await Promise.resolve()
  await Promise.resolve()
  hook.effects.witness.woke(reactionOf({}))
  expect(hook.effects.of(row.eventId)?.reactions).toHaveLength(3)
})

test('a commit long after the frame has another cause', () => {
  let now = 0
  const effects = createEffects({ now: () => now, afterTurn: () => {} })
  effects.isLooking = true
  const { witness } = effects
  const owner = ownerOf('usePPEvent')
  effects.during(1)
  witness.woke(reactionOf({ owner }))
  now = 1_000
  owner.onCommit?.()
  expect(effects.of(1)?.commits).toEqual([])
})

test('handlers of a message are named with the call that added them; nobody listening is said', () => {
  const { hook, client, newest } = createPage()
  function explode(): void {}
  hook.effects.witness.listens(explode, "on('boom')")
  const message = { kind: 'event', type: 'boom' } as const
  client.frame('in', message)
  hook.effects.witness.woke(reactionOf({ kind: 'message', message, listener: explode }))
  const found = handlersOf(hook, newest())
  expect(found.why === null && found.value.map(({ name, how }) => [name, how])).toEqual([
    ['explode', "on('boom')"],
  ])
  client.frame('in', { kind: 'event', type: 'quiet' })
  expect(handlersOf(hook, newest()).why).toContain('Nobody listens')
})

test('effects of the oldest frames are let go, and a frame that wakes thousands is counted', () => {
  const effects = createEffects({ now: () => 0, afterTurn: () => {} })
  effects.isLooking = true
  const { witness } = effects
  for (let id = 0; id < 2_001; id++) effects.during(id)
  expect([effects.of(0), effects.of(1)?.more]).toEqual([null, 0])
  for (let i = 0; i < 1_000; i++) witness.woke(reactionOf({}))
  expect(effects.of(2_000)?.reactions).toHaveLength(200)
  expect(effects.of(2_000)?.more).toBe(800)
})
