// Who stands behind a token, as far as a page can tell: a session that waits in storage is not for the next user of the
// tab. Tokens are made afresh for each connection, so a JWT is read for its subject; any other token stands for itself.
// What is kept is a hash: a token is a secret.

/** Two tokens of one user give the same text; of two users, another one. */
export function identityOf(token: string | null): string {
  return token === null ? '' : hash(subjectOf(token) ?? token)
}

/** Issuer and subject of a JWT, unverified: whoever forges one only talks to their own tab. */
function subjectOf(token: string): string | null {
  const [, payload, signature] = token.split('.')
  if (payload === undefined || signature === undefined) return null
  try {
    const claims: unknown = JSON.parse(atob(payload.replaceAll('-', '+').replaceAll('_', '/')))
    if (typeof claims !== 'object' || claims === null) return null
    const { sub, iss } = claims as { sub?: unknown; iss?: unknown }
    return typeof sub === 'string' ? JSON.stringify([iss ?? null, sub]) : null
  } catch {
    return null
  }
}

/** FNV-1a, 32 bits (Fowler, Noll, Vo): it tells two users apart, and tells nobody who they are. */
function hash(text: string): string {
  let sum = 0x811c9dc5
  for (let i = 0; i < text.length; i++) {
    sum = Math.imul(sum ^ text.charCodeAt(i), 0x01000193)
  }
  return (sum >>> 0).toString(36)
}
