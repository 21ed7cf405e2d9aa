// @vitest-environment node
import { expect, test } from 'vitest'
import { extentOf, ownersOf, spansOf, touches } from '../src/frame-spans.js'
import { createHook } from '../src/hook.js'
import { createFakeClient } from './fake-client.js'

const span = (from: number, to: number) =>
  ({ name: 'x', note: '', kind: 'value', from, to, part: 0 }) as const

test('the fields of a recorded frame are named, with its messages in their places', () => {
  const hook = createHook()
  const client = createFakeClient()
  hook.attach(client)
  client.start()
  const id = hook.recorder.nextId - 1
  const event = hook.recorder.at(id)?.event
  if (event?.kind !== 'frame') throw new Error('The last event is a frame.')
  const spans = spansOf(hook.recorder, id)
  expect(spans.map(({ name }) => name).slice(0, 4)).toEqual([
    'opcode',
    'messages',
    'length of message 1',
    'length of message 2',
  ])
  expect(new Set(spans.map(({ part }) => part))).toEqual(new Set([-1, 0, 1, 2]))
  expect(spans.at(-1)?.to).toBe(event.bytes.byteLength * 8)
  expect(spansOf(hook.recorder, 0)).toEqual([])
  expect(spansOf(hook.recorder, 999)).toEqual([])
})

test('a byte belongs to the field that has most of its bits', () => {
  const spans = [span(0, 8), span(8, 11), span(11, 21), span(21, 24)]
  expect([...ownersOf(spans, 3)]).toEqual([0, 2, 2])
  expect(spans.map((each) => touches(each, 1))).toEqual([false, true, true, false])
})

test('a place is said in bytes, and in bits where it is no whole bytes', () => {
  expect([span(0, 8), span(8, 24), span(8, 11), span(11, 21), span(3, 4)].map(extentOf)).toEqual([
    'byte 0',
    'bytes 1–2',
    'byte 1, 3 bits',
    'bytes 1–2, 10 bits',
    'byte 0, 1 bit',
  ])
})
