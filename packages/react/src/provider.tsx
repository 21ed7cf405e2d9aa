'use client'
// Hands a client down to the hooks. A client given as `client` belongs to the application; one made from `url` belongs to
// the provider, which connects it on mount and closes it after unmount.
import { PPClient, PPError } from '@painda/client'
import type { ClientOptions } from '@painda/client'
import { createContext, useContext, useEffect, useState } from 'react'
import type { ReactNode } from 'react'
import type { RegisteredContract } from './register.js'

const ClientContext = createContext<PPClient | null>(null)

export type PPProviderProps = { children?: ReactNode } & (
  | { client: PPClient; url?: never; options?: never }
  | { url: string; options?: Omit<ClientOptions, 'url' | 'autoConnect'>; client?: never }
)

/**
 * @example
 * <PPProvider url="ws://localhost:3000"><App /></PPProvider>
 */
export function PPProvider(props: PPProviderProps): ReactNode {
  if (props.client !== undefined) return <ClientContext value={props.client}>{props.children}</ClientContext>
  // Another url is another client: the key makes React start over.
  const { url, options = {}, children } = props
  return (
    <OwnClient key={url} url={url} options={options}>
      {children}
    </OwnClient>
  )
}

/** The client of the nearest `PPProvider`. @throws PPError `INVALID_ARGUMENT` when there is none. */
export function usePPClient(): PPClient<RegisteredContract> {
  const client = useContext(ClientContext)
  if (client === null) {
    throw new PPError('INVALID_ARGUMENT', 'No PPProvider above this component.', {
      hint: 'Wrap the app in <PPProvider url="…">.',
    })
  }
  // The contract is a promise of the application, made once through Register; at run time it is the same object.
  return client as PPClient<RegisteredContract>
}

function OwnClient({
  url,
  options,
  children,
}: {
  url: string
  options?: object
  children?: ReactNode
}): ReactNode {
  // Not connected yet: React may throw this render away, and must then leave no socket behind.
  const [client] = useState(() => new PPClient(url, { ...options, autoConnect: false }))
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
  return <ClientContext value={client}>{children}</ClientContext>
}

const mounts = new WeakMap<PPClient, number>()
