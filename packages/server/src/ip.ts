// Whose connection is it? The address of the socket, or, behind a proxy that the operator vouches for, the address
// that the proxy saw. And how many connections one address may hold.
import type { IncomingHttpHeaders } from 'node:http'
import { blockOf, plainAddress } from './address.js'

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
  const counts = new Map<string, number>()
  return {
    enter(address) {
      const ip = blockOf(address)
      const count = counts.get(ip) ?? 0
      if (count >= maxPerIp) return null
      counts.set(ip, count + 1)
      let isIn = true
      return () => {
        if (!isIn) return
        isIn = false
        const left = (counts.get(ip) ?? 1) - 1
        if (left === 0) counts.delete(ip)
        else counts.set(ip, left)
      }
    },
  }
}

function lastOf(header: string | string[] | undefined): string | undefined {
  const text = Array.isArray(header) ? header.join(',') : header
  const last = text?.split(',').at(-1)?.trim()
  return last === undefined || last === '' ? undefined : last
}
