// Who somebody is comes from a token or a login form: from a stranger, in the end.
import { MAX_NAME_LENGTH } from '@painda/protocol'
import { expect, test } from 'vitest'
import { createKit } from './peer-kit.js'

test.each([
  ['too long', 'x'.repeat(MAX_NAME_LENGTH + 1)],
  ['empty', ''],
  ['no text', 7],
])(
  '[BI1] a user id that is %s is refused at the door: in a list of presences nobody could read it',
  async (_how, sub) => {
    const { server, join, settle } = createKit()
    // What a token library returns is seldom checked.
    server.use((client, next) => {
      client.userContext = { sub: sub as string }
      next()
    })
    const peer = await join()
    await settle()
    expect(peer.of('welcome')).toEqual([])
    expect(peer.closed).not.toBeNull()
    expect(server.getClients()).toEqual([])
  },
)

test('[PR4] a user id as long as a name may be is one, and taking it back is allowed', async () => {
  const { server, join } = createKit()
  const sub = 'x'.repeat(MAX_NAME_LENGTH)
  const peer = await join()
  const client = server.getClient(peer.welcome.id)
  if (client === undefined) throw new Error('Not here.')
  client.userContext = { sub, role: 'admin' }
  expect(client.userId).toBe(sub)
  expect(client.userContext).toEqual({ sub, role: 'admin' })
  client.userContext = { role: 'guest' }
  expect(client.userId).toBe(client.id)
  client.userContext = null
  expect(client.userContext).toBeNull()
})

test('[BI1] nor can the list of who is online be given one', async () => {
  const { server, time, join } = createKit()
  const [ann, bob] = [await join(), await join()]
  const client = server.getClient(ann.welcome.id)
  if (client === undefined) throw new Error('Not here.')
  for (const userId of ['', 'x'.repeat(MAX_NAME_LENGTH + 1)]) {
    expect(() => server.presence.track(client, {}, { userId })).toThrow(
      expect.objectContaining({ code: 'INVALID_PAYLOAD' }),
    )
  }
  server.presence.track(client, {}, { userId: 'ann' })
  await time.advance(1000)
  expect(bob.of('presences').flatMap(({ set }) => set)).toMatchObject([{ clientId: 'ann' }])
})
