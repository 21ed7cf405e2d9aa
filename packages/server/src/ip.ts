// Whose connection is it? The address of the socket, or, behind a proxy that the operator vouches for, the address
// that the proxy saw. And how many connections one address may hold.
import type { IncomingHttpHeaders } from 'node:http'
import { blockOf, plainAddress } from './address.js'
import { createPlaces } from './places.js'

/**
 * The peer's address. `X-Forwarded-For` is anybody's claim: only with `trustProxy` is it read, and then only its last
 * entry, which the nearest proxy wrote itself.
 */
export function clientIp(
  socketAddress: string | undefined,
  headers: IncomingHttpHeaders,
  trustProxy: boolean,
): string {
  const forwarded = trustProxy ? lastOf(headers['x-forwarded-for']) : undefined
  return plainAddress(forwarded ?? socketAddress ?? '')
}

export interface IpLimit {
  /** Takes a place for this address, or the block of IPv6 addresses that it is of; null when it holds all it may. Give the place back by calling what is returned. */
  enter(ip: string): (() => void) | null
}

export function createIpLimit(maxPerIp: number): IpLimit {
  const places = createPlaces(maxPerIp)
  return { enter: (ip) => places.take(blockOf(ip)) }
}

function lastOf(header: string | string[] | undefined): string | undefined {
  const text = Array.isArray(header) ? header.join(',') : header
  const last = text?.split(',').at(-1)?.trim()
  return last === undefined || last === '' ? undefined : last
}
