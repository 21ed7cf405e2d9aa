// What the inspector uses of other tools without importing them is what they have; checked by the type checker, never run.
import type { TanStackDevtoolsInit } from '@tanstack/devtools'
import type { TanStackDevtoolsReactInit } from '@tanstack/react-devtools'
import type { DevToolsDockUserEntry, ViteDevToolsNodeContext } from '@vitejs/devtools-kit'
import type { DockClientScriptContext } from '@vitejs/devtools-kit/client'
import { toJSONSchema } from 'zod/v4/core'
import { showInViteDevtools } from '../src/in-vite-devtools.js'
import { mountDevtools, type MountedDevtools } from '../src/overlay/mount.js'
import { paindaDevtoolsPlugin as reactPlugin } from '../src/react.js'
import { paindaDevtoolsPlugin } from '../src/tanstack.js'
import { registerDock, type DockEntry } from '../src/vite/dock-entry.js'

declare const devtools: MountedDevtools
declare const entry: DockEntry
declare const server: ViteDevToolsNodeContext
declare const page: DockClientScriptContext

void (entry satisfies DevToolsDockUserEntry)
registerDock(server, '/@id/dock')
showInViteDevtools(() => devtools, page)
// @ts-expect-error A context without the entry that is chosen is none.
showInViteDevtools(() => devtools, server)

void ({ plugins: [paindaDevtoolsPlugin()] } satisfies TanStackDevtoolsInit)
void ({ plugins: [reactPlugin({ corner: 'bottom-left' })] } satisfies TanStackDevtoolsReactInit)
// @ts-expect-error Their React adapter wants something that React renders.
void ({ plugins: [paindaDevtoolsPlugin()] } satisfies TanStackDevtoolsReactInit)

// A validator library's own function, as it is.
mountDevtools({ jsonSchema: toJSONSchema })
