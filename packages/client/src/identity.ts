// Who stands behind a token, as far as a page can tell: a session that waits in storage is not for the next user of the
// tab. Tokens are made afresh for each connection, so a JWT is read for its subject; any other token stands for itself.
// What is kept is a hash of 32 bits: it tells two users apart, and tells nobody who they are. A token is a secret.
import { hashState } from '@painda/protocol'

/** Two tokens of one user give the same text; of two users, another one. */
export function identityOf(token: string | null): string {
  return token === null ? '' : hashState(subjectOf(token) ?? token).toString(36)
}

/** Issuer and subject of a JWT, unverified: whoever forges one only talks to their own tab. */
function subjectOf(token: string): unknown[] | null {
  const [, payload, signature] = token.split('.')
  if (payload === undefined || signature === undefined) return null
  try {
    const claims: unknown = JSON.parse(atob(payload.replaceAll('-', '+').replaceAll('_', '/')))
    if (typeof claims !== 'object' || claims === null) return null
    const { sub, iss } = claims as { sub?: unknown; iss?: unknown }
    return typeof sub === 'string' ? [iss ?? null, sub] : null
  } catch {
    return null
  }
}
