// A page without a game, for looking at the inspector: `npx vite packages/devtools/test/playground`.
//   ?steps=5000 what has happened already   ?live keep going   ?trouble lose the connection   ?none no client   ?clients=2
import { installHook } from '../../src/hook.js'
import { createFakeClient } from '../fake-client.js'

const query = new URLSearchParams(location.search)
const steps = Number(query.get('steps') ?? 0)
const wallOffset = Date.now() - performance.now()

const hook = installHook(globalThis)
if (!query.has('none')) for (let seed = 1; seed <= Number(query.get('clients') ?? 1); seed++) play(seed)

function play(seed: number): void {
  // The past ends now, so that the last minute's traffic has something to show.
  const client = createFakeClient({
    seed,
    id: `c_7f3a9${seed}`,
    startAt: performance.now() - steps * 34,
    wallOffset,
  })
  hook.attach(client)
  if (query.has('idle')) return
  client.start()
  for (let step = 0; step < steps; step++) client.step()
  client.now = performance.now()
  if (query.has('trouble')) {
    client.tell({
      kind: 'desync',
      at: client.now,
      peer: 'server',
      room: 'arena-1',
      have: 41,
      got: 43,
      path: 'players.p1.x',
    })
    client.frame('in', {
      kind: 'error',
      code: 'RATE_LIMITED',
      message: 'More than 60 messages in a second.',
      type: 'move',
    })
    client.setStatus({
      status: 'waiting',
      attempt: 2,
      nextRetryAt: Date.now() + 3_400,
      error: { code: 'CLOSED', message: 'The server went away (code 1006).' },
    })
  }
  if (query.has('live')) {
    setInterval(
      () => {
        client.now = performance.now()
        client.step()
      },
      Number(query.get('live') || 33),
    )
  }
}
