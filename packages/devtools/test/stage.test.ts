import { expect, test, vi } from 'vitest'
import { createHook } from '../src/hook.js'
import { createModel } from '../src/overlay/model.js'
import { createPreferences } from '../src/overlay/preferences.js'
import { createStage } from '../src/overlay/stage.js'
import { createFakeClient } from './fake-client.js'

function build() {
  const hook = createHook()
  const client = createFakeClient()
  hook.attach(client)
  client.start()
  const saved: { name: string; content: Blob }[] = []
  const preferences = createPreferences(() => sessionStorage)
  const stage = createStage({
    hook,
    wallOffset: 0,
    createModel: (shown, wallOffset) =>
      createModel({
        hook: shown,
        preferences,
        frames: {
          performance,
          requestAnimationFrame: () => 0,
          cancelAnimationFrame: () => {},
          setTimeout: () => 0,
          clearTimeout: () => {},
        },
        wallOffset,
      }),
    download: (name, content) => saved.push({ name, content }),
  })
  return { stage, saved, client, hook }
}

const named = (content: BlobPart, name: string): File => new File([content], name)

test('a saved session can be opened, and the page is there again afterwards', async () => {
  const { stage, saved, client, hook } = build()
  const redraw = vi.fn()
  stage.subscribe(redraw)
  await stage.save()
  const [file] = saved
  expect(file?.name).toBe('session-2025-10-09T08-53-21.jsonl.gz')
  await stage.open(named(file?.content ?? '', 'mine.gz'))
  expect(stage.fileName).toBe('mine.gz')
  expect(redraw).toHaveBeenCalledTimes(1)
  const held = stage.model.hook.recorder.nextId
  client.step()
  expect(stage.model.hook.recorder.nextId).toBe(held)
  stage.backToPage()
  expect([stage.fileName, stage.model.hook]).toEqual([null, hook])
  expect(stage.model.hook.recorder.nextId).toBe(held + 1)
})

test('a file that cannot be read leaves what is shown, and says which and why', async () => {
  const { stage, hook } = build()
  await stage.open(named('{"a":1}', 'package.json'))
  expect(stage.notice).toMatch(/^package\.json: This is no session file/)
  expect(stage.model.hook).toBe(hook)
  stage.dismiss()
  expect(stage.notice).toBeNull()
})

test('of two files the one asked for last is shown, however long the first takes', async () => {
  const { stage, saved } = build()
  await stage.save()
  const content = saved[0]?.content ?? ''
  const first = stage.open(named(content, 'first.gz'))
  await Promise.all([stage.open(named(content, 'second.gz')), first])
  expect(stage.fileName).toBe('second.gz')
})

test('a file that is read when the overlay is gone changes nothing', async () => {
  const { stage, saved } = build()
  await stage.save()
  const opening = stage.open(named(saved[0]?.content ?? '', 'late.gz'))
  stage.close()
  await opening
  expect(stage.fileName).toBeNull()
})
