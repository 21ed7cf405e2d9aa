// Unit tests of the whole workspace, from source: the custom condition `painda-source` in every package's exports
// leads to src/*.ts, so no test ever meets a stale build.
import { defaultServerConditions } from 'vite'
import { defineConfig } from 'vitest/config'

const conditions = ['painda-source', ...defaultServerConditions]

const long = process.env['PP_LONG'] === '1'

/**
 * Property tests start from here; a failing run prints the seed, and PP_SEED repeats it. As large as those of `test:long`, which come
 * from a clock: what cannot be made of such a seed shows in every run.
 */
const seed = process.env['PP_SEED'] ?? '2011112233'

interface ProjectOptions {
  jsxImportSource?: string
  setupFiles?: string[]
}

function project(
  folder: string,
  environment: 'node' | 'happy-dom',
  { jsxImportSource = 'react', setupFiles = [] }: ProjectOptions = {},
) {
  return {
    extends: true as const,
    oxc: { jsx: { runtime: 'automatic' as const, importSource: jsxImportSource } },
    test: {
      name: folder.replace(/^.*\//, ''),
      environment,
      setupFiles,
      include: [`${folder}/test/**/*${long ? '.long' : ''}.test.{ts,tsx}`],
      exclude: long ? ['**/node_modules/**'] : ['**/node_modules/**', '**/*.long.test.{ts,tsx}'],
    },
  }
}

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    projects: [
      project('packages/protocol', 'node'),
      project('packages/client', 'node'),
      project('packages/server', 'node'),
      project('packages/testing', 'node'),
      project('packages/react', 'happy-dom'),
      project('packages/devtools', 'happy-dom', {
        jsxImportSource: 'preact',
        setupFiles: ['packages/devtools/test/setup.ts'],
      }),
      project('apps/demo-game', 'node'),
      project('docs', 'node'),
    ],
    env: { PP_SEED: seed },
    setupFiles: ['scripts/vitest-setup.ts'],
    testTimeout: long ? 10 * 60_000 : 60_000,
    hookTimeout: 20_000,
    restoreMocks: true,
    unstubGlobals: true,
  },
})
