// A load of virtual clients on fake time: what is measured, what is reported, and what the command says to nonsense.
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { defineContract, defineRoom, PPError, request, type } from '@painda/protocol'
import { PPServer } from '@painda/server'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createFakeTime } from '../src/fake-time.js'
import { load } from '../src/load/command.js'
import { createHistogram } from '../src/load/histogram.js'
import { defineLoad, runLoad, type LoadMoment, type LoadReport } from '../src/load/index.js'
import { reportPage } from '../src/load/page.js'
import { createLoadView } from '../src/load/view.js'
import { reportLines } from '../src/load/words.js'

const Shop = defineRoom({
  name: 'shop',
  state: () => ({ sold: 0 }),
  messages: { look: type<{ at: number }>() },
  requests: { buy: request(type<{ coins: number }>(), type<{ left: number }>()) },
})
const contract = defineContract({ rooms: { Shop } })

/** A shop whose every tenth customer is refused, played for ten seconds of fake time. */
async function sell(options: { clients: number; seed?: number; onSecond?: (moment: LoadMoment) => void }) {
  const time = createFakeTime()
  const dice: number[] = []
  const scenario = defineLoad({
    contract,
    server({ random }) {
      const server = new PPServer({ contract, time, random })
      server.define(Shop, {
        messages: { look() {} },
        requests: {
          buy({ state }, { coins }) {
            if (coins === 0) throw new PPError('REFUSED', 'Nothing is free.')
            state.sold++
            return { left: coins - 1 }
          },
        },
      })
      return server
    },
    async play({ client, index, random, every, sleep, timed }) {
      dice.push(random.int(0, 1_000))
      const room = client.join(Shop)
      await room.joined
      every(200, () => room.send('look', { at: random.int(0, 9) }))
      for (;;) {
        await timed('a round', () => sleep(1_000))
        await room.request('buy', { coins: index % 10 === 9 ? 0 : 5 })
      }
    },
  })
  const running = runLoad(scenario, { seconds: 10, isVirtual: true, time, ...options })
  await time.advance(10_000)
  return { report: await running, time, dice }
}

test('a run counts clients, frames, bytes and errors, and measures what was asked', async () => {
  const moments: LoadMoment[] = []
  const { report, time } = await sell({ clients: 20, onSecond: (moment) => moments.push(moment) })
  expect(report).toMatchObject({
    target: 'virtual',
    clients: 20,
    seconds: 10,
    seed: 1,
    open: 20,
    lostConnections: 0,
    errorCount: 2,
    errors: [{ code: 'SCENARIO', count: 2, example: 'Nothing is free.' }],
  })
  expect(Object.keys(report.latencies).sort()).toEqual(['a round', 'connect', 'join', 'ping', 'request buy'])
  expect(report.latencies['join']?.count).toBe(20)
  // Two of them stop after the first refusal.
  expect(report.latencies['request buy']?.count).toBeGreaterThan(18 * 7)
  expect(report.latencies['request buy']?.count).toBeLessThanOrEqual(18 * 10 + 2)
  expect(report.latencies['a round']?.p50).toBeGreaterThanOrEqual(1_000)
  expect(report.latencies['a round']?.p99).toBeLessThan(1_030)
  expect(report.totals.messagesOut).toBeGreaterThan(20 * 40)
  expect(report.totals.bytesIn).toBeGreaterThan(0)
  expect(report.rates.bytesIn).toBeCloseTo(report.totals.bytesIn / 10)
  expect(moments.map(({ second }) => second)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
  expect(report.timeline).toEqual(moments)
  const sum = moments.reduce((bytes, { bytesOut }) => bytes + bytesOut, 0)
  expect(sum).toBe(report.totals.bytesOut)
  expect(time.pending, 'nothing of it is left').toBe(0)
})

test('clients come one after the other over the ramp', async () => {
  const opens: number[] = []
  await sell({ clients: 20, onSecond: ({ open }) => opens.push(open) })
  expect(opens[0]).toBe(20)
  const time = createFakeTime()
  const server = new PPServer({ time })
  const slow: number[] = []
  const running = runLoad(
    { server: () => server, play() {} },
    {
      clients: 10,
      seconds: 10,
      rampSeconds: 10,
      isVirtual: true,
      time,
      onSecond: ({ open }) => slow.push(open),
    },
  )
  await time.advance(10_000)
  await running
  expect(slow[0]).toBeLessThanOrEqual(2)
  expect(slow[4]).toBeGreaterThan(4)
  expect(slow[4]).toBeLessThan(8)
})

test('the same seed gives the same dice and the same traffic, another one others', async () => {
  const [first, again, other] = [
    await sell({ clients: 5, seed: 7 }),
    await sell({ clients: 5, seed: 7 }),
    await sell({ clients: 5, seed: 8 }),
  ]
  expect(again.dice).toEqual(first.dice)
  // Not the bytes: what is secret, such as tokens, is never seeded.
  const { messagesIn, messagesOut, framesIn, framesOut } = first.report.totals
  expect(again.report.totals).toMatchObject({ messagesIn, messagesOut, framesIn, framesOut })
  expect(other.dice).not.toEqual(first.dice)
})

test('a run that is stopped reports what was until then', async () => {
  const time = createFakeTime()
  const stop = new AbortController()
  const server = new PPServer({ time })
  const running = runLoad(
    { server: () => server, play() {} },
    { clients: 3, seconds: 600, rampSeconds: 1, isVirtual: true, time, signal: stop.signal },
  )
  await time.advance(4_000)
  stop.abort()
  const report = await running
  expect(report).toMatchObject({ seconds: 4, open: 3 })
  expect(report.timeline).toHaveLength(4)
})

test('clients whose connection breaks are counted', async () => {
  const time = createFakeTime()
  const server = new PPServer({ time })
  const running = runLoad(
    { server: () => server, play() {} },
    { clients: 4, seconds: 5, rampSeconds: 1, isVirtual: true, time },
  )
  await time.advance(2_000)
  for (const client of server.getClients()) client.close()
  await time.advance(3_000)
  const { lostConnections } = await running
  expect(lostConnections).toBe(4)
})

test('without a server to load nothing begins', async () => {
  await expect(runLoad({ play() {} }, { clients: 1, seconds: 1 })).rejects.toThrow(
    /There is no server to load/,
  )
  await expect(runLoad({ play() {} }, { clients: 1, seconds: 1, isVirtual: true })).rejects.toThrow(
    /--virtual/,
  )
})

test('percentiles are two per cent too high at most, and never above the longest', () => {
  const histogram = createHistogram()
  for (let value = 1; value <= 1_000; value++) histogram.add(value)
  const { count, p50, p90, p99, max } = histogram.percentiles()
  expect([count, max]).toEqual([1_000, 1_000])
  for (const [is, want] of [
    [p50, 500],
    [p90, 900],
    [p99, 990],
  ] as const) {
    expect(is).toBeGreaterThanOrEqual(want)
    expect(is).toBeLessThanOrEqual(want * 1.02)
  }
  expect(createHistogram().percentiles()).toEqual({ count: 0, p50: 0, p90: 0, p95: 0, p99: 0, max: 0 })
  const zero = createHistogram()
  zero.add(0)
  expect(zero.percentiles().max).toBe(0)
})

test('who goes on after the end of a run leaves no timer', async () => {
  const time = createFakeTime()
  const scenario = defineLoad({
    server: () => new PPServer({ time }),
    async play({ client, sleep }) {
      for (;;) {
        await client.request('nobody answers').catch(() => {})
        await sleep(1_000)
      }
    },
  })
  const running = runLoad(scenario, { clients: 3, seconds: 5, isVirtual: true, time })
  await time.advance(5_000)
  await running
  await time.flushMicrotasks()
  expect(time.pending).toBe(0)
})

describe('what people see', () => {
  const hostile = '<img src=x onerror="alert(1)">\u001B[2J&'

  async function hostileReport(): Promise<LoadReport> {
    const { report } = await sell({ clients: 2 })
    return {
      ...report,
      target: hostile,
      errors: [{ code: 'SCENARIO', count: 1, example: hostile }],
      latencies: { [hostile]: { count: 1, p50: 1, p90: 1, p95: 1, p99: 1, max: 1 } },
    }
  }

  test('the page of a report escapes every value and fetches nothing', async () => {
    const page = reportPage(await hostileReport(), hostile)
    expect(page).not.toContain('<img')
    expect(page).toContain('&#60;img src=x onerror=&#34;alert(1)&#34;&#62;')
    expect(page).not.toMatch(/<script|https?:|url\(/)
    expect(page).toContain("default-src 'none'")
  })

  test('a run of a single second has a line in each chart', async () => {
    const report = await hostileReport()
    const [moment] = report.timeline
    const page = reportPage({ ...report, timeline: [{ ...moment!, open: 2 }] }, 'one second')
    expect(page).toMatch(/Open clients.+viewBox="0 0 1 100".+points="0,0\.00 1,0\.00"/)
  })

  test('lines of a report cannot move the cursor', async () => {
    const lines = reportLines(await hostileReport())
    // oxlint-disable-next-line no-control-regex -- exactly those are meant
    expect(lines.at(-1)).not.toMatch(/[\u0000-\u001f]/)
    expect(lines.join('\n')).toMatch(/^clients\s+2 of 2 open at once$/m)
  })

  test('a terminal gets a block that is written over, everything else a line every five seconds', async () => {
    const { report } = await sell({ clients: 2 })
    const shown = (isTerminal: boolean): string[] => {
      const texts: string[] = []
      const view = createLoadView({ write: (text) => texts.push(text), isTerminal, clients: 2, seconds: 10 })
      for (const moment of report.timeline) view.show(moment)
      view.end()
      return texts
    }
    const plain = shown(false)
    expect(plain).toHaveLength(2)
    expect(plain[0]).toMatch(/^ {3}5 s {3}2\/2 open {3}in [\d,.]+ msg\/s [\d.]+ k?B\/s {3}out .* errors 0\n$/)
    expect(plain.join('')).not.toContain('\u001B')
    const block = shown(true)
    expect(block).toHaveLength(10)
    expect(block[0]).not.toContain('\u001B[5A')
    expect(block[1]?.startsWith('\u001B[5A')).toBe(true)
    expect(block.at(-1)).toContain('10 of 10 s')
  })
})

describe('painda-load', () => {
  let folder = ''
  beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'painda-load-'))))
  afterEach(() => rm(folder, { recursive: true }))

  const scenarioFile = (name: string): string =>
    fileURLToPath(new URL(`load-scenarios/${name}`, import.meta.url))

  async function run(...args: string[]) {
    let [out, complaints] = ['', '']
    const code = await load(args, {
      write: (text) => void (out += text),
      complain: (text) => void (complaints += text),
      isTerminal: false,
      importFile: (path) => import(/* @vite-ignore */ path) as Promise<{ default?: unknown }>,
    })
    return { code, out, complaints }
  }

  test('plays a scenario, prints the report, writes it as JSON and as a page', async () => {
    const [json, html] = [join(folder, 'report.json'), join(folder, 'report.html')]
    const flags = ['--virtual', '--clients', '12', '--seconds', '2', '--ramp', '0.5', '--seed', '5']
    const result = await run('--scenario', scenarioFile('board.ts'), ...flags, '--json', json, '--html', html)
    expect(result).toMatchObject({ code: 0, complaints: '' })
    expect(result.out).toMatch(/^clients\s+12 of 12 open at once$/m)
    expect(result.out).toMatch(/^join\s+12\s/m)
    const report = JSON.parse(await readFile(json, 'utf8')) as LoadReport
    expect(report).toMatchObject({ clients: 12, seed: 5, target: 'virtual', errorCount: 0, errors: [] })
    expect(report.totals.messagesOut).toBeGreaterThan(12)
    expect(await readFile(html, 'utf8')).toContain('board.ts</h1>')
  })

  test('errors of the scenario are counted and decide the exit code, unless they are allowed', async () => {
    const flags = ['--virtual', '--clients', '14', '--seconds', '2', '--ramp', '0.5']
    const strict = await run('--scenario', scenarioFile('board.ts'), ...flags)
    expect(strict.code).toBe(1)
    expect(strict.complaints).toBe('Errors: 1, allowed: 0.\n')
    expect(strict.out).toContain('1 × SCENARIO: thirteen  [31m<b>stops</b>')
    const lenient = await run('--scenario', scenarioFile('board.ts'), ...flags, '--max-errors', '1')
    expect(lenient.code).toBe(0)
  })

  test('plays over real sockets where the scenario has no server of its own', async () => {
    const server = new PPServer({ port: 0, host: '127.0.0.1' })
    const { port } = await server.listening()
    const flags = ['--clients', '5', '--seconds', '1', '--ramp', '0.2', '--url', `ws://127.0.0.1:${port}`]
    const { code, out } = await run('--scenario', scenarioFile('idle.mjs'), ...flags)
    await server.close()
    expect(out).toMatch(/^clients\s+5 of 5 open at once$/m)
    expect(code).toBe(0)
  })

  test('a server that is not there lets nobody in', async () => {
    const flags = ['--clients', '2', '--seconds', '1', '--ramp', '0.1', '--url', 'ws://127.0.0.1:1']
    const { code, complaints } = await run('--scenario', scenarioFile('idle.mjs'), ...flags)
    expect(code).toBe(1)
    expect(complaints).toMatch(/^Nobody got in\. Does a game listen at ws:\/\/127\.0\.0\.1:1\?$/m)
  })

  test('--help says what there is', async () => {
    const { code, out } = await run('--help')
    expect(code).toBe(0)
    expect(out).toContain('--max-errors N')
  })

  test.each([
    [[], '--scenario is missing'],
    [
      ['--scenario', 'x.ts', '--clients', 'many'],
      '--clients must be a whole number from 1 to 100000, and is "many"',
    ],
    [['--scenario', 'x.ts', '--clients', '0'], '--clients must be a whole number'],
    [['--scenario', 'x.ts', '--clients', '1e3'], '--clients must be a whole number'],
    [['--scenario', 'x.ts', '--seconds', '-5'], '--seconds'],
    [['--scenario', 'x.ts', '--seconds', '0'], '--seconds must be a number of seconds'],
    [['--scenario', 'x.ts', '--seconds', '5', '--ramp', '6'], '--ramp 6 is longer than --seconds 5'],
    [
      ['--scenario', scenarioFile('idle.mjs'), '--json', 'no/such/report.json'],
      'no/such for the report no/such/',
    ],
    [['--scenario', 'x.ts', '--seed', '1.5'], '--seed must be a whole number'],
    [['--scenario', 'x.ts', '--url', 'http://localhost'], '--url must begin with ws:// or wss://'],
    [['--scenario', 'x.ts', '--url', 'ws://localhost', '--virtual'], 'one server or the other'],
    [['--scenario', 'x.ts', '--speed', '9'], "Unknown option '--speed'"],
    [['x.ts'], "Unexpected argument 'x.ts'"],
    [['--scenario', 'nowhere.ts', '--virtual'], 'There is no file'],
    [['--scenario', scenarioFile('no-scenario.ts'), '--virtual'], 'is no scenario'],
    [['--scenario', scenarioFile('idle.mjs'), '--virtual'], '--virtual needs `server` in the scenario'],
    [['--scenario', scenarioFile('idle.mjs')], 'There is no server to load'],
  ])('%j is refused with a sentence', async (args, sentence) => {
    const { code, out, complaints } = await run(...args)
    expect([code, out]).toEqual([2, ''])
    expect(complaints).toContain(sentence)
  })
})
