// The state of rooms on its way from a render on the server to the page: taken from a client that is in those rooms, and
// shown in the page until the page's own client is in them.
import type { PPClient } from '@painda/client'

/** States of rooms by the `key` of their handle. Plain JSON. */
export interface Snapshots {
  readonly [key: string]: { readonly state: object }
}

/**
 * What the rooms of `client` hold now, as JSON for the page: the `snapshots` of `PPProvider`, on the server and in the page.
 * A state holds whatever this client may see, so render with a client that may see what the visitor may.
 * @example
 * const html = JSON.stringify(dehydrate(reader)).replaceAll('<', '\\u003c')
 */
export function dehydrate(client: Pick<PPClient, 'rooms'>): Snapshots {
  const entries: [string, { state: object }][] = []
  for (const { key, state } of client.rooms()) if (state !== undefined) entries.push([key, { state }])
  return Object.fromEntries(entries)
}

/** The state that came with the page for what a handle asks for. */
export function snapshotOf(snapshots: Snapshots | undefined, key: string): object | undefined {
  return snapshots !== undefined && Object.hasOwn(snapshots, key) ? snapshots[key]?.state : undefined
}
