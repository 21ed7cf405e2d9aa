// What can go wrong with a connection, one thing at a time, while both directions are busy. Each run keeps its own books:
// every number that either end sent, every one that came, every question with its answer. Afterwards nothing has come
// twice or in another order, nothing is missing that was not named as lost, and no memory is left.
import type { Recovery } from '@painda/client'
import { createRandom, type ProfileName, type Random } from '@painda/protocol'
import { createHarness, type Harness, type TestClient } from '../src/index.js'
import { Board, contract, defineBoard, type BoardContract } from './board.js'

export const FAULTS = [
  'nothing sent yet',
  'first cut',
  'second cut',
  'third cut',
  'cut during resume',
  'half-open',
  'window expiry',
  'overflow',
  'server restart',
] as const

export type Fault = (typeof FAULTS)[number]

const PROFILES: readonly (ProfileName | 'perfect')[] = ['perfect', 'lan', 'good', 'jit', 'spec']

/** Short, so that a run of an expiry takes a moment. */
const WINDOW_MS = 4_000
/** More than is ever under way, and less than is said in a second. */
const MAX_KEPT = 60
const HEARTBEAT_MS = 1_000

interface Note {
  n: number
  /** There was a connection when it was said: it may have been lost with its session. */
  wasSent: boolean
}

interface Question {
  n: number
  wasSent: boolean
  outcomes: ('answered' | 'SESSION_EXPIRED' | 'other')[]
}

interface Books {
  notes: Note[]
  /** What the server's handler was given, in order, by session. */
  heard: { session: string; n: number }[]
  /** What the server said, by session. */
  told: Map<string, number[]>
  /** What came at the client, under which session. */
  got: { session: string; n: number }[]
  questions: Question[]
  /** How often each question was handled, and in which session it was answered. */
  handled: { session: string; n: number }[]
  answered: number[]
  recoveries: Recovery[]
  ends: { session: string; expiry: string | null }[]
  /** Connections of the client that were opened, the first included. */
  openings: number
}

/** @throws an Error that names fault and seed */
export async function runFault(fault: Fault, seed: number): Promise<void> {
  const random = createRandom(seed).fork(fault)
  const profile = random.pick(PROFILES)
  try {
    await play(fault, seed, profile, random)
  } catch (thrown) {
    const text = thrown instanceof Error ? thrown.message : String(thrown)
    throw new Error(`"${fault}" with seed ${seed} (${profile}): ${text}`, { cause: thrown })
  }
}

async function play(
  fault: Fault,
  seed: number,
  profile: ProfileName | 'perfect',
  random: Random,
): Promise<void> {
  const books: Books = {
    notes: [],
    heard: [],
    told: new Map(),
    got: [],
    questions: [],
    handled: [],
    answered: [],
    recoveries: [],
    ends: [],
    openings: 0,
  }
  let said = 0
  const harness: Harness<BoardContract> = createHarness({
    contract,
    seed,
    ...(profile === 'perfect' ? {} : { profile }),
    serverOptions: {
      maxMessagesPerSecond: 0,
      heartbeatInterval: HEARTBEAT_MS,
      recovery: {
        retentionMs: fault === 'window expiry' ? WINDOW_MS : 120_000,
        maxBufferSize: fault === 'overflow' ? MAX_KEPT : 10_000,
      },
    },
    clientOptions: { lingerMs: 0, reconnectDelay: 100, reconnectDelayMax: 500 },
    setup(server) {
      defineBoard(server)
      server.createRoom(Board, { id: 'r' })
      server.on('note', ({ id }, { n }) => void books.heard.push({ session: id, n }))
      server.on('echo', ({ id }, { n }, ack) => {
        books.handled.push({ session: id, n })
        ack(null, { n })
      })
      server.on('disconnection', ({ id }, _reason, expiry) => void books.ends.push({ session: id, expiry }))
    },
  })
  const { time } = harness
  const client = harness.client({ name: 'p' })
  const { net } = client
  client.on('news', ({ n }) => void books.got.push({ session: client.id ?? '', n }))
  client.on('recovery', (recovery) => void books.recoveries.push(recovery))
  let wasOpen = false
  client.subscribeStatus(() => {
    const isOpen = client.status().status === 'open'
    if (isOpen && !wasOpen) books.openings++
    wasOpen = isOpen
  })
  const room = client.join(Board, { id: 'r' })
  room.joined.catch(() => {})

  function speak(): void {
    const n = said++
    const wasSent = client.status().status === 'open'
    books.notes.push({ n, wasSent })
    client.emit('note', { n })
    if (n % 3 === 0) {
      const question: Question = { n, wasSent, outcomes: [] }
      books.questions.push(question)
      client.request('echo', { n }).then(
        () => {
          books.answered.push(n)
          question.outcomes.push('answered')
        },
        (error: { code?: string }) =>
          void question.outcomes.push(error.code === 'SESSION_EXPIRED' ? 'SESSION_EXPIRED' : 'other'),
      )
    }
    if (!isServerUp) return
    for (const member of harness.server.getClients()) {
      books.told.set(member.id, [...(books.told.get(member.id) ?? []), n])
      member.emit('news', { n })
    }
    const board = harness.server.getRoom('r')
    // Every room of this id is a Board.
    board?.update((draft) => void ((draft as { cells: Record<string, number> }).cells[`k${n % 7}`] = n))
  }

  let isServerUp = true
  let isSpeaking = false
  async function busy(ms: number): Promise<void> {
    isSpeaking = true
    for (const end = time.now() + ms; time.now() < end;) {
      speak()
      await time.advance(random.int(3, 40))
    }
    isSpeaking = false
  }

  const whenOpen = async (): Promise<void> => {
    while (client.status().status !== 'open') await time.advance(5)
  }
  const cut = async (): Promise<void> => {
    net.cut()
    await busy(random.int(50, 400))
    await whenOpen()
  }

  async function act(): Promise<void> {
    switch (fault) {
      case 'nothing sent yet':
        await whenOpen()
        return cut()
      case 'first cut':
      case 'second cut':
      case 'third cut':
        for (let i = 0; i <= ['first cut', 'second cut', 'third cut'].indexOf(fault); i++) {
          await cut()
          await busy(random.int(0, 300))
        }
        return
      case 'cut during resume':
        for (let i = random.int(1, 4); i > 0; i--) {
          net.cut()
          while (client.status().status !== 'connecting') await time.advance(1)
          if (random.next() < 0.5) net.cutAtByte(random.int(0, 400), random.pick(['up', 'down'] as const))
          await busy(random.int(1, 300))
          if (random.next() < 0.7) net.cut()
        }
        return whenOpen()
      case 'half-open':
        net.zombie(random.pick(['up', 'down', undefined] as const))
        await busy(2 * HEARTBEAT_MS + random.int(0, 1_000))
        while (client.status().status === 'open' && books.openings < 2) await time.advance(20)
        return whenOpen()
      case 'window expiry':
        net.offline()
        if (random.next() < 0.5) net.cut()
        // Until the server has noticed, and then the window.
        await busy(2 * HEARTBEAT_MS + WINDOW_MS + random.int(1_200, 3_000))
        net.online()
        return whenOpen()
      case 'overflow':
        net.offline()
        net.cut()
        while ((books.told.get('p')?.length ?? 0) < sentBefore + MAX_KEPT + 1) await busy(100)
        net.online()
        return whenOpen()
      case 'server restart':
        if (random.next() < 0.5) harness.restartServer()
        else {
          harness.killServer()
          isServerUp = false
          await busy(random.int(10, 2_000))
          harness.startServer()
          isServerUp = true
        }
        await busy(random.int(0, 300))
        while (books.recoveries.length === 0) await time.advance(20)
        return whenOpen()
    }
  }

  if (fault !== 'nothing sent yet') {
    // The answer to the join is a message too: were it lost, it would be counted as well.
    while (room.status !== 'joined') await time.advance(5)
    await busy(random.int(100, 700))
  }
  const sentBefore = books.told.get('p')?.length ?? 0
  await act()
  await busy(random.int(0, 500))
  await harness.settle()
  // The last confirmation of each end comes a second after the last message.
  await time.advance(2_000)

  const problems = [...audit(books, fault), ...restOf(harness, client)]
  if (isSpeaking) problems.push('the run ended in the middle of a word')
  if (problems.length > 0) throw new Error(problems.join('; '))
  await harness.close()
}

function audit(books: Books, fault: Fault): string[] {
  const { notes, heard, told, got, questions, handled, answered, recoveries, openings } = books
  const problems: string[] = []
  const need = (isTrue: boolean, problem: string): void => void (isTrue || problems.push(problem))
  const isExpiry = fault === 'window expiry' || fault === 'overflow' || fault === 'server restart'

  // One outcome for each reconnect, and the right one.
  need(recoveries.length === openings - 1, `${openings - 1} reconnects, ${recoveries.length} outcomes`)
  need(openings > 1, 'nothing happened')
  const outcomes = recoveries.map(({ outcome, reason }) =>
    reason === null ? outcome : `${outcome} ${reason}`,
  )
  const expected =
    fault === 'window expiry'
      ? ['expired window']
      : fault === 'overflow'
        ? ['expired overflow']
        : fault === 'server restart'
          ? ['expired restart']
          : null
  if (expected === null) {
    need(
      outcomes.every((outcome) => outcome === 'resumed' || outcome === 'snapshot'),
      `outcomes: ${outcomes.join()}`,
    )
  } else need(outcomes.join() === expected.join(), `outcomes: ${outcomes.join()}`)

  // The server hears of an end exactly when there is one, and why.
  const ends = books.ends.map(({ session, expiry }) => `${session} ${expiry}`)
  const end = fault === 'window expiry' ? 'window' : fault === 'overflow' ? 'overflow' : null
  need(ends.join() === (end === null ? '' : `p ${end}`), `sessions ended: ${ends.join()}`)

  // Twice or in another order: never.
  const rising = (numbers: readonly number[]): boolean => numbers.every((n, i) => n > (numbers[i - 1] ?? -1))
  need(rising(heard.map(({ n }) => n)), `the server heard ${heard.map(({ n }) => n).join()}`)
  need(rising(got.map(({ n }) => n)), `the client got ${got.map(({ n }) => n).join()}`)
  need(rising(handled.map(({ n }) => n)), `the server handled ${handled.map(({ n }) => n).join()}`)

  // Up: what is missing was under way when its session expired.
  const heardSet = new Set(heard.map(({ n }) => n))
  for (const { n, wasSent } of notes) {
    if (!heardSet.has(n)) need(isExpiry && wasSent, `note ${n} is missing (sent: ${wasSent})`)
  }
  const handledSet = new Set(handled.map(({ n }) => n))
  for (const { n, wasSent, outcomes: fates } of questions) {
    need(fates.length === 1, `question ${n} has ${fates.length} outcomes`)
    const [fate] = fates
    if (fate === 'answered') need(handledSet.has(n), `question ${n} was answered and not handled`)
    else need(isExpiry && wasSent && fate === 'SESSION_EXPIRED', `question ${n}: ${fate} (sent: ${wasSent})`)
  }

  // Down: what is missing of a session is the number that was named.
  let missing = 0
  for (const [session, numbers] of told) {
    const mine = got.filter((item) => item.session === session).map(({ n }) => n)
    const lost = numbers.length - mine.length
    need(numbers.slice(0, mine.length).join() === mine.join(), `session ${session} has a gap: ${mine.join()}`)
    const wasReplaced = mine.length > 0 || session === 'p'
    if (wasReplaced) missing += lost
  }
  const unanswered = handled.filter(({ n }) => !answered.includes(n)).length
  const named = recoveries.reduce((sum, { lost }) => sum + lost, 0)
  if (!isExpiry) need(missing === 0, `${missing} news are missing`)
  // A server that knows nothing of a session cannot count what it lost; that it is lost is what "restart" says.
  else if (fault !== 'server restart') {
    need(named === missing + unanswered, `${missing} + ${unanswered} are missing, ${named} were named`)
  }
  return problems
}

/** What is left at rest, with the client still there. */
function restOf({ server, converged }: Harness<BoardContract>, client: TestClient<BoardContract>): string[] {
  const { clients, connected, unconfirmedMessages, unconfirmedBytes, behind } = server.getStats()
  const rest = { clients, connected, unconfirmedMessages, unconfirmedBytes, behind }
  const base = { clients: 1, connected: 1, unconfirmedMessages: 0, unconfirmedBytes: 0, behind: 0 }
  const isBase = JSON.stringify(rest) === JSON.stringify(base)
  const { differences } = converged()
  return [
    ...(isBase ? [] : [`left at rest: ${JSON.stringify(rest)}`]),
    ...(differences.length === 0 ? [] : [`differences: ${JSON.stringify(differences)}`]),
    ...(client.status().status === 'open' ? [] : [`the client is ${client.status().status}`]),
  ]
}
