// What every Transport promises, as tests to run against an implementation: the in-memory pair, a link of the network
// engine, a real socket. Works with any runner that has `describe` and `test`.
import assert from 'node:assert/strict'
import { CLOSE_ABNORMAL, type CloseInfo, type Transport } from '@painda/protocol'
import { show } from '../show.js'

export interface TransportPair {
  /** What one sends, the other receives. */
  a: Transport
  b: Transport
  /** Resolves when what is under way has arrived. */
  settle(): Promise<void>
  /** Gives back what the pair holds. */
  close?(): Promise<void> | void
}

export interface TestRunner {
  describe(name: string, body: () => void): void
  test(name: string, body: () => Promise<void>): void
}

/** In what an implementation may differ. */
export interface TransportContractOptions {
  /** False where whoever makes the Transport always listens at once: what comes before is lost. */
  keepsEarly?: boolean
  /** False where the operating system takes its time to drop a connection. */
  endsAtOnce?: boolean
  /** False for sockets of a browser, which cannot drop a connection: the other end sees some other close code. */
  isTerminateAbnormal?: boolean
}

/** Registers the suite. `makePair` is called once per test. */
export function describeTransport(
  name: string,
  makePair: () => Promise<TransportPair> | TransportPair,
  { describe, test }: TestRunner,
  { keepsEarly = true, endsAtOnce = true, isTerminateAbnormal = true }: TransportContractOptions = {},
): void {
  function check(title: string, body: (pair: TransportPair) => Promise<void>): void {
    test(title, async () => {
      const pair = await makePair()
      try {
        await body(pair)
      } finally {
        await pair.close?.()
      }
    })
  }

  describe(`Transport: ${name}`, () => {
    check('[TR1] messages arrive whole, unchanged and in order, in both directions', async (pair) => {
      const atA = listen(pair.a)
      const atB = listen(pair.b)
      for (let i = 0; i < 50; i++) {
        pair.a.send(Uint8Array.of(i, 0, 255))
        if (i % 2 === 0) pair.b.send(Uint8Array.of(i))
      }
      await pair.settle()
      expectMessages(
        'b',
        atB,
        Array.from({ length: 50 }, (_, i) => [i, 0, 255]),
      )
      expectMessages(
        'a',
        atA,
        Array.from({ length: 25 }, (_, i) => [2 * i]),
      )
    })

    check('[TR1] so does a large one, and one that is a part of larger memory', async (pair) => {
      const atA = listen(pair.a)
      const atB = listen(pair.b)
      const large = Uint8Array.from({ length: LARGE_BYTES }, (_, i) => i % 251)
      for (const end of [pair.a, pair.b]) {
        end.send(large)
        end.send(large.subarray(1, 3))
      }
      await pair.settle()
      expectMessages('a', atA, [[...large], [1, 2]])
      expectMessages('b', atB, [[...large], [1, 2]])
    })

    check('[TR1] what has arrived stays as it is when more comes', async (pair) => {
      const kept: Uint8Array[] = []
      pair.b.onMessage((data) => void kept.push(data))
      pair.a.send(Uint8Array.of(1, 2))
      await pair.settle()
      pair.a.send(Uint8Array.of(3, 4))
      await pair.settle()
      expectSame('What b was given, looked at later', kept.map(shownBytes), ['2 bytes: 1 2', '2 bytes: 3 4'])
    })

    check('[TR2] a receiver is never called inside the sender’s own call', async (pair) => {
      const atB = listen(pair.b)
      pair.a.send(Uint8Array.of(1))
      expectSame('Messages that b heard within a.send()', atB.messages.length, 0)
      await pair.settle()
      expectMessages('b', atB, [[1]])
    })

    if (keepsEarly) {
      check(
        '[TR3] what came before anybody listened is delivered to the first listener, in order',
        async (pair) => {
          pair.a.send(Uint8Array.of(1))
          pair.a.send(Uint8Array.of(2))
          await pair.settle()
          const atB = listen(pair.b)
          pair.a.send(Uint8Array.of(3))
          await pair.settle()
          expectMessages('b, who listened late,', atB, [[1], [2], [3]])
        },
      )
    }

    check('[TR4] a listener that was undone hears nothing; the others go on', async (pair) => {
      const first = hear()
      const undo = pair.b.onMessage(first.message)
      const undoClose = pair.b.onClose(first.close)
      const atB = listen(pair.b)
      pair.a.send(Uint8Array.of(1))
      await pair.settle()
      undo()
      undo()
      undoClose()
      undoClose()
      pair.a.send(Uint8Array.of(2))
      pair.a.close(1000, '')
      await pair.settle()
      expectMessages('The listener that was undone after the first message', first, [[1]])
      expectSame('Closes that it heard', first.closes.length, 0)
      expectMessages('The other listener', atB, [[1], [2]])
      expectSame('Closes that the other listener heard', atB.closes.length, 1)
    })

    check('[TR5] a close comes after what was sent before it, with its code and reason', async (pair) => {
      const atB = listen(pair.b)
      pair.a.send(Uint8Array.of(1))
      pair.a.send(Uint8Array.of(2))
      pair.a.close(4018, 'enough')
      await pair.settle()
      expectMessages('b', atB, [[1], [2]])
      expectSame('Closes that b heard', atB.closes, [{ code: 4018, reason: 'enough' }])
      expectSame('What b heard', atB.order, ['message', 'message', 'close'])
    })

    check(
      '[TR6] each end hears of the close exactly once, whoever closed and however often',
      async (pair) => {
        const atA = listen(pair.a)
        const atB = listen(pair.b)
        pair.a.close(1000, '')
        pair.a.close(4018, 'again')
        pair.b.close(4018, 'me too')
        await pair.settle()
        pair.a.terminate()
        pair.b.terminate()
        await pair.settle()
        expectSame('Closes that a heard', atA.closes.length, 1)
        expectSame('Closes that b heard', atB.closes.length, 1)
      },
    )

    check('[TR6] who asks after the close is told all the same', async (pair) => {
      pair.a.close(1000, '')
      await pair.settle()
      const late = [listen(pair.a), listen(pair.b)]
      await pair.settle()
      expectSame(
        'Closes that a and b heard, asked after the close',
        late.map(({ closes }) => closes.length),
        [1, 1],
      )
    })

    check('[TR7] after a close nothing is sent and nothing throws', async (pair) => {
      const atB = listen(pair.b)
      pair.a.close(1000, '')
      pair.a.send(Uint8Array.of(1))
      await pair.settle()
      pair.a.send(Uint8Array.of(2))
      pair.b.send(Uint8Array.of(3))
      await pair.settle()
      expectMessages('b', atB, [])
      expectSame('a.bufferedAmount after the close', pair.a.bufferedAmount, 0)
    })

    check(
      '[TR8] terminate ends this end at once, and the other end hears of it without a goodbye',
      async (pair) => {
        const atA = listen(pair.a)
        const atB = listen(pair.b)
        pair.a.terminate()
        if (endsAtOnce) expectSame('Closes that a heard within a.terminate()', atA.closes.length, 1)
        pair.a.terminate()
        await pair.settle()
        expectSame(
          'Codes of the closes that a heard',
          atA.closes.map(({ code }) => code),
          [CLOSE_ABNORMAL],
        )
        expectSame('Closes that b heard', atB.closes.length, 1)
        if (isTerminateAbnormal)
          expectSame('The code of the close that b heard', atB.closes[0]?.code, CLOSE_ABNORMAL)
      },
    )

    check(
      '[TR9] bufferedAmount is 0 at rest, never negative, and 0 again when all has arrived',
      async (pair) => {
        listen(pair.b)
        expectSame('a.bufferedAmount before anything was sent', pair.a.bufferedAmount, 0)
        for (let i = 0; i < 20; i++) pair.a.send(new Uint8Array(1000))
        const held = pair.a.bufferedAmount
        assert.ok(held >= 0 && held <= 20_500, `a.bufferedAmount is ${held}, with 20,000 bytes handed over.`)
        await pair.settle()
        expectSame('a.bufferedAmount when all has arrived', pair.a.bufferedAmount, 0)
      },
    )

    check('[TR10] flush loses, doubles and reorders nothing, and may come after the close', async (pair) => {
      const atB = listen(pair.b)
      pair.a.send(Uint8Array.of(1))
      pair.a.flush?.()
      pair.a.send(Uint8Array.of(2))
      await pair.settle()
      pair.a.send(Uint8Array.of(3))
      pair.a.close(4018, 'enough')
      pair.a.flush?.()
      await pair.settle()
      expectMessages('b', atB, [[1], [2], [3]])
      expectSame('Closes that b heard', atB.closes, [{ code: 4018, reason: 'enough' }])
      pair.a.flush?.()
    })
  })
}

/** Longer than what fits into a frame of a WebSocket with a short head. */
const LARGE_BYTES = 70_000

interface Heard {
  /** As they were when they arrived. */
  messages: string[]
  closes: CloseInfo[]
  order: ('message' | 'close')[]
}

interface Ear extends Heard {
  message(data: Uint8Array): void
  close(info: CloseInfo): void
}

function hear(): Ear {
  const heard: Heard = { messages: [], closes: [], order: [] }
  return {
    ...heard,
    message(data) {
      heard.messages.push(shownBytes(data))
      heard.order.push('message')
    },
    close(info) {
      heard.closes.push(info)
      heard.order.push('close')
    },
  }
}

function listen(transport: Transport): Heard {
  const ear = hear()
  transport.onMessage(ear.message)
  transport.onClose(ear.close)
  return ear
}

/** Of what is no Uint8Array, what it is: a suite that throws inside a listener says nothing. */
function shownBytes(data: unknown): string {
  return data instanceof Uint8Array
    ? `${data.length} bytes: ${data.join(' ')}`
    : Object.prototype.toString.call(data)
}

/** Names the first message that is not as it was sent. */
function expectMessages(who: string, { messages }: Heard, sent: readonly (readonly number[])[]): void {
  const expected = sent.map((bytes) => shownBytes(Uint8Array.from(bytes)))
  for (let i = 0; i < Math.max(messages.length, expected.length); i++) {
    if (messages[i] === expected[i]) continue
    const [was, is] = [expected[i], messages[i]].map((text) => cut(text ?? 'nothing'))
    const count = `${messages.length} of ${expected.length} messages`
    assert.fail(`${who} heard ${count}. Number ${i + 1} was ${was}, and ${is} arrived.`)
  }
}

const SHOWN_LENGTH = 60

function cut(text: string): string {
  return text.length > SHOWN_LENGTH ? `${text.slice(0, SHOWN_LENGTH)}…` : text
}

function expectSame(what: string, actual: unknown, expected: unknown): void {
  assert.deepEqual(actual, expected, `${what}: expected ${show(expected)}, and there is ${show(actual)}.`)
}
