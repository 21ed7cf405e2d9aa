import { defaultClientConditions, defineConfig } from 'vite'
import { paindaDevtools } from '../../src/vite.js'

export default defineConfig({
  plugins: [paindaDevtools()],
  resolve: { conditions: ['painda-source', ...defaultClientConditions] },
})
