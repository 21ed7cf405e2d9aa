// The address behind a guest, as far as it says who that is: for bans, which a guest without a user's id would escape with
// a reload. Only a keyed hash is kept, with a key that nobody knows and that ends with the process: a ban can be checked,
// and no list of addresses can be read out of it.
import { createHmac, randomBytes } from 'node:crypto'
import { isIP } from 'node:net'

/** Null for an address that many share: this machine's, or one of a private network, which may be a proxy's. */
export type AddressKeys = (ip: string) => string | null

export function createAddressKeys(secret: Uint8Array = randomBytes(32)): AddressKeys {
  return (ip) => {
    const network = networkOf(ip)
    return network === null ? null : createHmac('sha256', secret).update(network).digest('base64url')
  }
}

/**
 * The address alone: without the brackets and the port with which some gateways write it into `X-Forwarded-For`, and without the
 * IPv6 spelling that a dual-stack socket has for an IPv4 address. What is no address stays as it is.
 */
export function plainAddress(text: string): string {
  const [, bare = text] = BRACKETED.exec(text) ?? WITH_PORT.exec(text) ?? []
  const version = isIP(bare)
  if (version === 0) return text
  return version === 6 ? (mappedOf(groupsOf(bare)) ?? bare) : bare
}

/** Whose address it is: all of an IPv4 address; of an IPv6 address the first 64 bits, as a home has all that begin so. */
export function blockOf(ip: string): string {
  const plain = plainAddress(ip)
  return isIP(plain) === 6 ? prefixOf(groupsOf(plain)) : plain
}

/** The same; null for an address that many share. */
function networkOf(address: string): string | null {
  const ip = plainAddress(address)
  const version = isIP(ip)
  if (version === 4) return PRIVATE_V4.test(ip) ? null : ip
  if (version !== 6) return null
  const groups = groupsOf(ip)
  const [first = 0] = groups
  // ::1 and what is written like it, fc00::/7 and fe80::/10.
  if (first === 0 || first >> 9 === 0x7e || first >> 6 === 0x3fa) return null
  return prefixOf(groups)
}

/** `[2001:db8::1]:443`, or without the port. */
const BRACKETED = /^\[([^\]]+)\](?::\d+)?$/
const WITH_PORT = /^([\d.]+):\d+$/

/** The IPv4 address in `::ffff:192.0.2.1`, in whatever spelling; null in any other. */
function mappedOf(groups: readonly number[]): string | null {
  const isMapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff
  if (!isMapped) return null
  return groups
    .slice(6)
    .flatMap((group) => [group >> 8, group & 0xff])
    .join('.')
}

const prefixOf = (groups: readonly number[]): string => groups.slice(0, 4).join(':')

const PRIVATE_V4 =
  /^(?:0|10|127|169\.254|192\.168|172\.(?:1[6-9]|2\d|3[01])|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7]))\./

function groupsOf(address: string): number[] {
  const [ip = ''] = address.split('%', 1)
  const [head = '', tail = ''] = ip.split('::')
  const parse = (part: string): number[] => (part === '' ? [] : part.split(':').flatMap(numbersOf))
  const [before, after] = [parse(head), parse(tail)]
  const zeros = ip.includes('::') ? Array<number>(Math.max(0, 8 - before.length - after.length)).fill(0) : []
  return [...before, ...zeros, ...after]
}

/** Of one group; the last may be an IPv4 address, and is two. */
function numbersOf(group: string): number[] {
  if (!group.includes('.')) return [Number.parseInt(group, 16)]
  const [a = 0, b = 0, c = 0, d = 0] = group.split('.').map(Number)
  return [a * 0x100 + b, c * 0x100 + d]
}
