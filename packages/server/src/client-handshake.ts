// How a client came here, as the application may see it: the request's facts without the secrets in its URL.
import type { Handshake } from './client.js'
import type { TransportInfo } from './ws.js'

/** Parameters of v2 clients that are secrets. */
const SECRETS = ['token', 'pp_rtoken']

export function readHandshake({ url, headers, ip }: TransportInfo, token: string | null): Handshake {
  const [path = '', search = ''] = url.split('?')
  if (search === '') return { url: path, query: NO_QUERY, headers, ip, token }
  const parameters = new URLSearchParams(search)
  for (const secret of SECRETS) parameters.delete(secret)
  const kept = parameters.toString()
  return {
    url: kept === '' ? path : `${path}?${kept}`,
    query: Object.assign(Object.create(null) as object, Object.fromEntries(parameters)),
    headers,
    ip,
    token,
  }
}

const NO_QUERY: Handshake['query'] = Object.freeze(Object.create(null) as object & Handshake['query'])
