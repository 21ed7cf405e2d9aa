// What every Transport promises, as tests to run against an implementation: the in-memory pair, a link of the network
// engine, a real socket. Works with any runner that has `describe` and `test`.
import assert from 'node:assert/strict'
import { CLOSE_ABNORMAL, type CloseInfo, type Transport } from '@painda/protocol'

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
      assert.deepEqual(
        atB.messages,
        Array.from({ length: 50 }, (_, i) => [i, 0, 255]),
      )
      assert.deepEqual(
        atA.messages,
        Array.from({ length: 25 }, (_, i) => [2 * i]),
      )
    })

    check('[TR2] a receiver is never called inside the sender’s own call', async (pair) => {
      const atB = listen(pair.b)
      pair.a.send(Uint8Array.of(1))
      assert.equal(atB.messages.length, 0)
      await pair.settle()
      assert.equal(atB.messages.length, 1)
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
          assert.deepEqual(atB.messages, [[1], [2], [3]])
        },
      )
    }

    check('[TR4] a listener that was undone hears nothing; the others go on', async (pair) => {
      const first: number[] = []
      const undo = pair.b.onMessage(([byte]) => void first.push(byte ?? -1))
      const atB = listen(pair.b)
      pair.a.send(Uint8Array.of(1))
      await pair.settle()
      undo()
      undo()
      pair.a.send(Uint8Array.of(2))
      await pair.settle()
      assert.deepEqual(first, [1])
      assert.deepEqual(atB.messages, [[1], [2]])
    })

    check('[TR5] a close comes after what was sent before it, with its code and reason', async (pair) => {
      const atB = listen(pair.b)
      pair.a.send(Uint8Array.of(1))
      pair.a.send(Uint8Array.of(2))
      pair.a.close(4018, 'enough')
      await pair.settle()
      assert.deepEqual(atB.messages, [[1], [2]])
      assert.deepEqual(atB.closes, [{ code: 4018, reason: 'enough' }])
      assert.deepEqual(atB.order, ['message', 'message', 'close'])
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
        assert.equal(atA.closes.length, 1)
        assert.equal(atB.closes.length, 1)
      },
    )

    check('[TR6] who asks after the close is told all the same', async (pair) => {
      pair.a.close(1000, '')
      await pair.settle()
      const late = [listen(pair.a), listen(pair.b)]
      await pair.settle()
      assert.deepEqual(
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
      assert.deepEqual(atB.messages, [])
      assert.equal(pair.a.bufferedAmount, 0)
    })

    check(
      '[TR8] terminate ends this end at once, and the other end hears of it without a goodbye',
      async (pair) => {
        const atA = listen(pair.a)
        const atB = listen(pair.b)
        pair.a.terminate()
        if (endsAtOnce) assert.equal(atA.closes.length, 1)
        pair.a.terminate()
        await pair.settle()
        assert.deepEqual(
          atA.closes.map(({ code }) => code),
          [CLOSE_ABNORMAL],
        )
        assert.equal(atB.closes.length, 1)
        if (isTerminateAbnormal) assert.equal(atB.closes[0]?.code, CLOSE_ABNORMAL)
      },
    )

    check(
      '[TR9] bufferedAmount is 0 at rest, never negative, and 0 again when all has arrived',
      async (pair) => {
        listen(pair.b)
        assert.equal(pair.a.bufferedAmount, 0)
        for (let i = 0; i < 20; i++) pair.a.send(new Uint8Array(1000))
        assert.ok(pair.a.bufferedAmount >= 0)
        assert.ok(pair.a.bufferedAmount <= 20_500)
        await pair.settle()
        assert.equal(pair.a.bufferedAmount, 0)
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
      assert.deepEqual(atB.messages, [[1], [2], [3]])
      assert.deepEqual(atB.closes, [{ code: 4018, reason: 'enough' }])
      pair.a.flush?.()
    })
  })
}

interface Heard {
  messages: number[][]
  closes: CloseInfo[]
  order: ('message' | 'close')[]
}

function listen(transport: Transport): Heard {
  const heard: Heard = { messages: [], closes: [], order: [] }
  transport.onMessage((data) => {
    heard.messages.push([...data])
    heard.order.push('message')
  })
  transport.onClose((info) => {
    heard.closes.push(info)
    heard.order.push('close')
  })
  return heard
}
