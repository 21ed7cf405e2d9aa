// The game in a process of its own, so that a test can end it as a power cut would.
//   PORT=… node serve.mjs built <root> <outDir>      the built page and the game, as `vite preview`
//   PORT=… node serve.mjs dev   <root> <cacheDir>    the dev server of `npm start`
//   PORT=… node serve.mjs copy  <root> <cacheDir>    the same for a copy of the game, which finds its libraries here
import process from 'node:process'
import { createServer, preview } from 'vite'

const [kind, root, folder] = process.argv.slice(2)
const address = { port: Number(process.env.PORT), strictPort: true, host: '127.0.0.1', open: false }

if (kind === 'built') await preview({ root, logLevel: 'warn', preview: address, build: { outDir: folder } })
else {
  const server = kind === 'copy' ? { ...address, fs: { strict: false } } : address
  await (await createServer({ root, logLevel: 'warn', server, cacheDir: folder })).listen()
}
