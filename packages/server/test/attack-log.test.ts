// The log belongs to the operator: no peer writes a line of its own into it, and nothing that is thrown breaks it.
import { defineRoom } from '@painda/protocol'
import { stderr } from 'node:process'
import { expect, test, vi } from 'vitest'
import { createFaults } from '../src/faults.js'
import { stderrLogger } from '../src/logger.js'
import { createKit } from './peer-kit.js'

function logged(run: () => void): string {
  const write = vi.spyOn(stderr, 'write').mockReturnValue(true)
  run()
  const text = write.mock.calls.map(([chunk]) => String(chunk)).join('')
  write.mockRestore()
  return text
}

test('[BI1] a name that a peer chose cannot begin a line of the log, move its cursor or colour it', async () => {
  const write = vi.spyOn(stderr, 'write').mockReturnValue(true)
  const { server, join, settle } = createKit({ logger: stderrLogger })
  server.define(defineRoom({ name: 'table', state: () => ({}) }), {
    mayChooseId: () => true,
    onJoin: ({ room }) => {
      throw new Error(`no place in ${room.id}`)
    },
  })
  const peer = await join()
  const room = 'x\n[painda] error: all data lost\r\u001B[2K\u009B2K\u2028y'
  peer.say({ kind: 'join', ackId: 1, how: 'create', name: 'table', room })
  await settle()
  const text = write.mock.calls.map(([chunk]) => String(chunk)).join('')
  write.mockRestore()
  expect(text).toContain('all data lost')
  // oxlint-disable-next-line no-control-regex -- these are what must not be there
  expect(text).not.toMatch(/[\u0000-\u0009\u000B-\u001F\u007F-\u009F\u2028\u2029]/)
  expect(text.split('\n').filter((line) => line.startsWith('[painda]'))).toHaveLength(1)
})

test('[BI1] whatever is thrown can be reported', () => {
  const cycle: Record<string, unknown> = {}
  cycle['self'] = cycle
  const hostile = {
    toString: () => {
      throw new Error('no text')
    },
    toJSON: () => {
      throw new Error('no JSON')
    },
  }
  const told: string[] = []
  const faults = createFaults({ logger: stderrLogger, onError: ({ message }) => void told.push(message) })
  const all = [cycle, Object.create(null), hostile, Symbol('s'), 1n, undefined, null, () => {}]
  const text = logged(() => {
    for (const thrown of all) expect(faults.report(thrown, 'Something')).toMatch(/^[0-9a-f]{8}$/)
  })
  expect(told).toHaveLength(all.length)
  expect(text.match(/Something failed/g)).toHaveLength(all.length)
})
