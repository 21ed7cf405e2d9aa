// Bans of guests, who have no user's id: by session and by the address behind it.
import { describe, expect, test } from 'vitest'
import { createAddressKeys } from '../src/address.js'
import { createBans } from '../src/bans.js'
import { heapMiB } from './heap.js'
import { createKit } from './peer-kit.js'

describe('address keys', () => {
  const keyOf = createAddressKeys(new Uint8Array(32))

  test.each([
    '127.0.0.1',
    '10.1.2.3',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.7',
    '169.254.0.1',
    '100.64.0.1',
    '0.0.0.0',
    '::1',
    '::',
    'fc00::1',
    'fdab::1',
    'fe80::1%eth0',
    '',
    'somewhere',
  ])('%s says nothing about who that is', (ip) => expect(keyOf(ip)).toBeNull())

  test('a public address is told from others, and cannot be read from its key', () => {
    const keys = ['172.32.0.1', '8.8.8.8', '100.63.0.1', '2001:db8::1', '2001:db8:1::1'].map(keyOf)
    expect(new Set(keys).size).toBe(5)
    for (const key of keys) expect(key).toMatch(/^[\w-]{43}$/)
    expect(createAddressKeys()('8.8.8.8')).not.toBe(keyOf('8.8.8.8'))
  })

  test('of IPv6 the first 64 bits are the address, however they are written', () => {
    const home = keyOf('2001:db8:0:7::1')
    expect(keyOf('2001:db8:0:7:aaaa:bbbb:cccc:dddd')).toBe(home)
    expect(keyOf('2001:0db8:0000:0007:0000:0000:0000:0002')).toBe(home)
    expect(keyOf('2001:db8:0:8::1')).not.toBe(home)
  })
})

describe('a ban', () => {
  const client = (id: string, addressKey: string | null, userId = id) => ({
    id,
    userId,
    addressKey,
    connected: true,
    bufferedBytes: 0,
    unconfirmedBytes: 0,
    isBehind: false,
    deliver() {},
  })
  const isRefused = (bans: ReturnType<typeof createBans>, who: ReturnType<typeof client>): boolean => {
    try {
      bans.assertWelcome(who)
      return false
    } catch {
      return true
    }
  }

  test('of a guest holds for guests of the same address, not for users, and not for other addresses', () => {
    const bans = createBans('r', { now: () => 0 })
    bans.add(client('g1', 'home'), 'spam', 1000)
    expect(isRefused(bans, client('g1', 'elsewhere'))).toBe(true)
    expect(isRefused(bans, client('g2', 'home'))).toBe(true)
    expect(isRefused(bans, client('g3', 'other'))).toBe(false)
    expect(isRefused(bans, client('g4', null))).toBe(false)
    expect(isRefused(bans, client('t1', 'home', 'ann'))).toBe(false)
  })

  test('of a user says nothing about an address', () => {
    const bans = createBans('r', { now: () => 0 })
    bans.add(client('t1', 'home', 'ann'), 'spam', 1000)
    expect(isRefused(bans, client('t2', 'other', 'ann'))).toBe(true)
    expect(isRefused(bans, client('g1', 'home'))).toBe(false)
  })

  test('ends with its time and with its lifting, for session and address alike', () => {
    const clock = { at: 0 }
    const bans = createBans('r', { now: () => clock.at })
    bans.add(client('g1', 'home'), 'spam', 1000)
    bans.lift('g1')
    expect(isRefused(bans, client('g1', 'home'))).toBe(false)
    expect(isRefused(bans, client('g2', 'home'))).toBe(false)
    bans.add(client('g1', 'home'), 'spam', 1000)
    clock.at = 1000
    expect(isRefused(bans, client('g2', 'home'))).toBe(false)
    expect(isRefused(bans, client('g1', 'home'))).toBe(false)
  })

  test('that is over is forgotten with the next one, whether or not its client ever comes back', () => {
    let now = 0
    const bans = createBans('arena', { now: () => now })
    bans.add(client('for good', 'there'), 'no', Infinity)
    const base = heapMiB()
    for (let n = 0; n < 100_000; n++) {
      bans.add(client(`guest ${n}`, `address ${n}`), 'later', 1000)
      now += 100
    }
    // All of them are 21 MiB.
    expect(heapMiB() - base).toBeLessThan(5)
    expect(isRefused(bans, client('guest 99999', null))).toBe(true)
    expect(isRefused(bans, client('guest 99000', 'address 99000'))).toBe(false)
    expect(isRefused(bans, client('somebody', 'there'))).toBe(true)
  })
})

test('a guest who was banned does not get in again by reloading, and another address does', async () => {
  const kit = createKit()
  const room = kit.server.room('r', {})
  const enter = async (ip: string) => {
    const peer = kit.dial({ ip })
    peer.hello()
    await kit.settle()
    peer.say({ kind: 'join', ackId: 1, how: 'join', room: 'r' })
    await kit.settle()
    return peer.log.flatMap((message) =>
      message.kind === 'joined' ? ['joined'] : message.kind === 'ack' ? [message.error?.code] : [],
    )
  }
  expect(await enter('9.9.9.9')).toEqual(['joined'])
  const [guest] = room.clients
  room.ban(guest!, { reason: 'spam' })
  expect(await enter('9.9.9.9')).toEqual(['FORBIDDEN'])
  expect(await enter('9.9.9.8')).toEqual(['joined'])
  room.unban(guest!.id)
  expect(await enter('9.9.9.9')).toEqual(['joined'])
  await kit.server.close()
})
