// The game in a process of its own, so that a test can end it as a power cut would.
//   node serve.mjs built <root> <port> <outDir>      the built page and the game, as `vite preview`
//   node serve.mjs dev   <root> <port> <cacheDir>    the dev server of `npm start`
// Tells its port to whoever started it, and ends with them.
import process from 'node:process'
import { createServer, preview } from 'vite'

const [kind, root, port, folder] = process.argv.slice(2)
const address = { port: Number(port), strictPort: true, host: '127.0.0.1', open: false }

process.on('disconnect', () => process.exit())
const server =
  kind === 'built'
    ? await preview({ root, logLevel: 'warn', preview: address, build: { outDir: folder } })
    : await (await createServer({ root, logLevel: 'warn', server: address, cacheDir: folder })).listen()
process.send?.({ port: server.httpServer?.address().port })
