// @vitest-environment node
// The entry in the dock of Vite DevTools, registered with their own context: their types and their checks decide whether it is one.
import { tmpdir } from 'node:os'
import type { DevToolsViewCustomRender, PluginWithDevTools } from '@vitejs/devtools-kit'
import { createKitContext } from '@vitejs/devtools-kit/node'
import { createServer } from 'vite'
import { expect, test } from 'vitest'
import { paindaDevtools } from '../src/vite.js'

test('Vite DevTools find an entry on the plugin, and the dev server serves what it is drawn by', async () => {
  const vite = await createServer({
    root: tmpdir(),
    base: '/game/',
    configFile: false,
    logLevel: 'silent',
    plugins: [paindaDevtools({ corner: 'bottom-left' })],
    server: { middlewareMode: true, ws: false, watch: null },
    optimizeDeps: { noDiscovery: true },
  })
  try {
    const host = { mountStatic() {}, resolveOrigin: () => 'http://localhost', getStorageDir: () => tmpdir() }
    const context = await createKitContext({
      cwd: tmpdir(),
      mode: 'dev',
      host,
      viteConfig: vite.config,
      viteServer: vite,
    })
    const docked = vite.config.plugins.filter((plugin: PluginWithDevTools) => plugin.devtools !== undefined)
    expect(docked.map(({ name }) => name)).toEqual(['painda:devtools'])
    // Theirs has more than a plugin of Vite's own context is promised.
    for (const { devtools } of docked) await devtools?.setup({ ...context, viteConfig: vite.config })

    const entry = context.docks.values().find(({ id }) => id === 'painda')
    expect(entry).toMatchObject({ type: 'custom-render', title: 'Painda', when: 'clientType == embedded' })
    const { importFrom } = (entry as DevToolsViewCustomRender).renderer
    expect(importFrom).toBe('/game/@id/__x00__virtual:painda-devtools/dock')
    const served = await vite.transformRequest(importFrom.slice('/game/@id/'.length).replace('__x00__', '\0'))
    expect(served?.code).toContain('() => mountDevtools({"corner":"bottom-left"})')
    expect(served?.code).toContain('export default')
  } finally {
    await vite.close()
  }
})
