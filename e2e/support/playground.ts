// The inspector's playground on a dev server of its own.
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createServer, mergeConfig, type InlineConfig, type ViteDevServer } from 'vite'

const PACKAGE = fileURLToPath(new URL('../../packages/devtools', import.meta.url))
const PLAYGROUND = join(PACKAGE, 'test/playground')

/**
 * Listens on a free port. `name` is that of a folder for prepared dependencies: two servers with one folder and other plugins prepare them
 * anew, each under the other's feet, and a page of the first finds nothing there any more.
 */
export async function startPlayground(name: string, config: InlineConfig): Promise<ViteDevServer> {
  const server = await createServer(
    mergeConfig<InlineConfig, InlineConfig>(
      {
        root: PLAYGROUND,
        configFile: join(PLAYGROUND, 'vite.config.ts'),
        cacheDir: join(PACKAGE, 'node_modules/.vite', name),
        server: { port: 0, host: '127.0.0.1' },
      },
      config,
    ),
  )
  return server.listen()
}
