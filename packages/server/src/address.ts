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

/** Whose address it is: all of an IPv4 address; of an IPv6 address the first 64 bits, as a home has all that begin so. */
export function blockOf(ip: string): string {
  return isIP(ip) === 6 ? prefixOf(groupsOf(ip)) : ip
}

/** The same; null for an address that many share. */
function networkOf(ip: string): string | null {
  const version = isIP(ip)
  if (version === 4) return PRIVATE_V4.test(ip) ? null : ip
  if (version !== 6) return null
  const groups = groupsOf(ip)
  const [first = 0] = groups
  // ::1 and what is written like it, fc00::/7 and fe80::/10.
  if (first === 0 || first >> 9 === 0x7e || first >> 6 === 0x3fa) return null
  return prefixOf(groups)
}

const prefixOf = (groups: readonly number[]): string => groups.slice(0, 4).join(':')

const PRIVATE_V4 =
  /^(?:0|10|127|169\.254|192\.168|172\.(?:1[6-9]|2\d|3[01])|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7]))\./

function groupsOf(address: string): number[] {
  const [ip = ''] = address.split('%', 1)
  const [head = '', tail = ''] = ip.split('::')
  const parse = (part: string): number[] =>
    part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16))
  const [before, after] = [parse(head), parse(tail)]
  const zeros = ip.includes('::') ? Array<number>(Math.max(0, 8 - before.length - after.length)).fill(0) : []
  return [...before, ...zeros, ...after]
}
