import fc from 'fast-check'
import { expect, test } from 'vitest'
import { EXISTS, KEYS, PathNode, VALUE } from '../src/path-node.js'

interface Reader {
  name: string
}

const nodeAt = (root: PathNode<Reader>, path: readonly string[]): PathNode<Reader> =>
  path.reduce((node, key) => node.child(key), root)

test('a tree of paths is empty again when the last reader of each path has left, in whatever order', () => {
  const path = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 4 })
  const reading = fc.record({
    path,
    reader: fc.constantFrom<Reader>({ name: 'one' }, { name: 'two' }, { name: 'three' }),
    kinds: fc.integer({ min: VALUE, max: VALUE | KEYS | EXISTS }),
    leaves: fc.nat(20),
  })
  fc.assert(
    fc.property(fc.array(reading, { maxLength: 12 }), (readings) => {
      const root = new PathNode<Reader>(null, '')
      const nodes = readings.map(({ path: way, reader, kinds }) => {
        const node = nodeAt(root, way)
        node.set(reader, kinds, true)
        return node
      })
      const order = readings.map((one, i) => ({ ...one, node: nodes[i] }))
      for (const { path: way, node } of order) expect(nodeAt(root, way)).toBe(node)
      order.sort((a, b) => a.leaves - b.leaves)
      for (const { node, reader, kinds } of order) {
        node?.set(reader, kinds, false)
        node?.prune()
        // A second time, as for a path that was read twice.
        node?.prune()
      }
      expect([root.size, root.value, root.keys, root.exists]).toEqual([0, null, null, null])
    }),
  )
})

test('a node that was dropped does not take the one that stands in its place along', () => {
  const root = new PathNode<Reader>(null, '')
  const reader = { name: 'one' }
  const old = root.child('a')
  old.prune()
  const next = root.child('a')
  next.set(reader, VALUE, true)
  old.prune()
  expect(root.find('a')).toBe(next)
})
