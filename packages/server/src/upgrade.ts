// What to do with an HTTP request that wants to become a WebSocket. Decided from values alone; ws.ts carries it out.
import type { IncomingHttpHeaders } from 'node:http'
import { ERRORS, SUBPROTOCOL_V3 } from '@painda/protocol'
import type { ErrorCode } from '@painda/protocol'
import { hostnameOf, isOriginAllowed } from './origin.js'

export interface UpgradeRules {
  /** Null: any path. */
  path: string | null
  /** Another owner may answer for paths that are not ours. */
  isAttached: boolean
  allowedOrigins: '*' | readonly string[] | undefined
  trustProxy: boolean
}

export type UpgradeVerdict =
  /** Not our business. */
  | { name: 'ignore' }
  /** No WebSocket comes of it. */
  | { name: 'reject'; status: 400 | 404 }
  /** It becomes a WebSocket and is closed at once: only so does a browser's page learn why. */
  | { name: 'refuse'; code: ErrorCode; text: string }
  | { name: 'accept'; protocol: 'painda.v3' | 'v2' }

export function judgeUpgrade(url: string, headers: IncomingHttpHeaders, rules: UpgradeRules): UpgradeVerdict {
  const path = pathOf(url)
  const isOurs = path !== null && (rules.path === null || path === rules.path)
  if (!isOurs && rules.isAttached) return { name: 'ignore' }
  if (path === null) return { name: 'reject', status: 400 }
  if (!isOurs) return { name: 'reject', status: 404 }

  const host = (rules.trustProxy ? one(headers['x-forwarded-host']) : undefined) ?? headers.host ?? ''
  if (hostnameOf(`http://${host}`) === null) return { name: 'reject', status: 400 }
  if (!isOriginAllowed(headers.origin, host, rules.allowedOrigins)) {
    return { name: 'refuse', code: 'ORIGIN_FORBIDDEN', text: ERRORS.ORIGIN_FORBIDDEN.reason }
  }

  const offered = offeredProtocols(headers['sec-websocket-protocol'])
  if (offered.length === 0) return { name: 'accept', protocol: 'v2' }
  if (offered.includes(SUBPROTOCOL_V3)) return { name: 'accept', protocol: SUBPROTOCOL_V3 }
  const text = `Invalid Protocol Version: this server speaks ${SUBPROTOCOL_V3}`
  return { name: 'refuse', code: 'INVALID_PROTOCOL_VERSION', text }
}

/** The path without its query; null for what no server of ours ever announced, such as `//`. */
export function pathOf(url: string): string | null {
  const [path = ''] = url.split('?')
  return path.startsWith('/') && !path.startsWith('//') ? path : null
}

function offeredProtocols(header: string | undefined): string[] {
  return (header ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
}

function one(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header?.split(',')[0]?.trim()
}
