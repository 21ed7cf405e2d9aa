// One address, however somebody writes it.
import { expect, test } from 'vitest'
import { blockOf, createAddressKeys } from '../src/address.js'
import { clientIp } from '../src/ip.js'

test.each([
  ['1.2.3.4', '1.2.3.4'],
  ['1.2.3.4:5678', '1.2.3.4'],
  ['::ffff:1.2.3.4', '1.2.3.4'],
  ['::FFFF:1.2.3.4', '1.2.3.4'],
  ['::ffff:0102:0304', '1.2.3.4'],
  ['0:0:0:0:0:ffff:1.2.3.4', '1.2.3.4'],
  ['[::ffff:1.2.3.4]:80', '1.2.3.4'],
  ['[2001:db8::1]:443', '2001:db8::1'],
  ['[2001:db8::1]', '2001:db8::1'],
  ['2001:db8::1', '2001:db8::1'],
  ['fe80::1%eth0', 'fe80::1%eth0'],
  // Addresses of IPv6 that only look like it.
  ['::1.2.3.4', '::1.2.3.4'],
  ['::ffff:0:1.2.3.4', '::ffff:0:1.2.3.4'],
  ['somewhere:80', 'somewhere:80'],
  ['[]:80', '[]:80'],
  ['', ''],
])('[BI4] %s is the address %s, from a socket or a proxy', (written, plain) => {
  expect(clientIp(written, {}, false)).toBe(plain)
  if (written !== '')
    expect(clientIp('9.9.9.9', { 'x-forwarded-for': `6.6.6.6, ${written}` }, true)).toBe(plain)
})

test('[BI4] what counts addresses, and what bans them, knows those spellings too', () => {
  const keyOf = createAddressKeys(new Uint8Array(32))
  for (const written of ['::ffff:8.8.8.8', '::FFFF:0808:0808', '8.8.8.8:1', '[::ffff:8.8.8.8]:1']) {
    expect(blockOf(written)).toBe('8.8.8.8')
    expect(keyOf(written)).toBe(keyOf('8.8.8.8'))
  }
  expect(blockOf('[2001:db8:0:7::1]:443')).toBe(blockOf('2001:db8:0:7:ffff::2'))
  expect(keyOf('::ffff:192.168.1.7')).toBeNull()
})
