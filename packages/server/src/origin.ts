// Which pages may connect. A browser names the page's origin and cannot be made to lie about it; whoever is no browser
// can claim anything, so this protects users, not the server.

const LOOPBACK: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]'])

/**
 * Without a list: pages of the same host name as this server, whatever the port, so that a dev server beside it works.
 * @param host the host that the client asked for
 */
export function isOriginAllowed(
  origin: string | undefined,
  host: string,
  allowed: '*' | readonly string[] | undefined,
): boolean {
  if (origin === undefined) return true
  if (allowed !== undefined) {
    // One alone may stand without a list: as a text it would "include" every beginning of itself.
    const list: readonly string[] = typeof allowed === 'string' ? [allowed] : allowed
    return list.includes('*') || list.includes(origin)
  }
  const from = hostnameOf(origin)
  const to = hostnameOf(`http://${host}`)
  if (from === null || to === null) return false
  return from === to || (LOOPBACK.has(from) && LOOPBACK.has(to))
}

/** Null for what is no URL: `Host: [` must not throw anywhere. */
export function hostnameOf(url: string): string | null {
  try {
    return new URL(url).hostname
  } catch {
    return null
  }
}
