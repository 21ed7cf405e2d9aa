'use client'
// Hands a client down to the hooks. A client given as `client` belongs to the application; one made from `url` belongs to
// the provider, which connects it on mount and closes it after unmount.
import { DEV, PPClient, PPError } from '@painda/client'
import type { ClientOptions } from '@painda/client'
import { createContext, useContext, useEffect, useMemo, useState } from 'react'
import type { ReactNode } from 'react'
import type { RegisteredContract } from './register.js'
import { parcelFor, takeSent } from './snapshots.js'
import type { Parcel, Snapshots } from './snapshots.js'
import { useLatest } from './use-latest.js'
import { checkProps, noteScope, whyNoScope } from '#advice'

/** What the hooks below a provider work with. */
interface Scope {
  client: PPClient
  parcel: Parcel
}

const ScopeContext = createContext<Scope | null>(null)

type OwnOptions = Omit<ClientOptions, 'url' | 'autoConnect'>

export type PPProviderProps = {
  children?: ReactNode
  /** States from a render on the server, shown and marked stale until the client is in the rooms; see `dehydrate`. */
  snapshots?: Snapshots | undefined
} & (
  | { client: PPClient; url?: never; options?: never }
  | { url: string; options?: OwnOptions; client?: never }
)

/**
 * @example
 * <PPProvider url="ws://localhost:3000"><App /></PPProvider>
 */
export function PPProvider(props: PPProviderProps): ReactNode {
  checkProps(props)
  const { snapshots, children } = props
  if (props.client !== undefined) {
    return (
      <Provide client={props.client} snapshots={snapshots}>
        {children}
      </Provide>
    )
  }
  // Another url is another client: the key makes React start over.
  const { url, options = {} } = props
  return (
    <OwnClient key={url} url={url} options={options} snapshots={snapshots}>
      {children}
    </OwnClient>
  )
}

/** @throws PPError `INVALID_ARGUMENT` */
function useScope(): Scope {
  const scope = useContext(ScopeContext)
  if (scope !== null) return scope
  throw new PPError(
    'INVALID_ARGUMENT',
    DEV && 'No PPProvider above this component.',
    DEV && { hint: whyNoScope(ScopeContext) },
  )
}

/** The client of the nearest `PPProvider`. @throws PPError `INVALID_ARGUMENT` when there is none. */
export function usePPClient(): PPClient<RegisteredContract> {
  // The contract is a promise of the application, made once through Register; at run time it is the same object.
  return useScope().client as PPClient<RegisteredContract>
}

/** What came with the page. @throws PPError `INVALID_ARGUMENT` */
export function useParcel(): Parcel {
  return useScope().parcel
}

interface ProvideProps {
  client: PPClient
  snapshots: Snapshots | undefined
  children: ReactNode
}

function Provide({ client, snapshots, children }: ProvideProps): ReactNode {
  noteScope(ScopeContext)
  const scope = useMemo(() => {
    const parcel = parcelFor(client, snapshots)
    for (const room of client.handles()) takeSent(room, parcel)
    return { client, parcel }
  }, [client, snapshots])
  return <ScopeContext.Provider value={scope}>{children}</ScopeContext.Provider>
}

interface OwnClientProps {
  url: string
  options: OwnOptions
  snapshots: Snapshots | undefined
  children: ReactNode
}

function OwnClient({ url, options, snapshots, children }: OwnClientProps): ReactNode {
  const latest = useLatest(options)
  const [client] = useState(() => {
    const { getToken } = options
    // What it closes over is what the application knows now, not when the client was made.
    const fresh = getToken && { getToken: () => (latest.current.getToken ?? getToken)() }
    // Not connected yet: React may throw this render away, and must then leave no socket behind.
    return new PPClient(url, { ...options, ...fresh, autoConnect: false })
  })
  useEffect(() => {
    client.connect()
    let isMounted = true
    mounts.set(client, (mounts.get(client) ?? 0) + 1)
    return () => {
      if (!isMounted) return
      isMounted = false
      mounts.set(client, (mounts.get(client) ?? 1) - 1)
      // StrictMode and Fast Refresh unmount and mount again in the same turn; only a real unmount is still unmounted
      // in the next.
      void Promise.resolve().then(() => {
        if (mounts.get(client) === 0) client.close()
      })
    }
  }, [client])
  return (
    <Provide client={client} snapshots={snapshots}>
      {children}
    </Provide>
  )
}

const mounts = new WeakMap<PPClient, number>()
