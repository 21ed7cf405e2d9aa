// Reads TypeScript as a tree, so that the checks see code and never comments or strings that look like code.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseSync } from 'vite'

/** The syntax tree of a file, its text, and `lineOf(node)`. Throws when the file does not parse. */
export function parseFile(root, file) {
  const text = readFileSync(join(root, file), 'utf8')
  const { program, errors } = parseSync(file, text)
  if (errors.length > 0) throw new Error(`${file}: ${errors[0].message}`)
  return { program, text, lineOf: (node) => text.slice(0, node.start).split('\n').length }
}

/** Calls `visit(node, parent)` for every node of the tree, outer ones first; `false` skips what is inside. */
export function walk(node, visit, parent = null) {
  if (visit(node, parent) === false) return
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? value : [value]) {
      if (typeof child?.type === 'string') walk(child, visit, node)
    }
  }
}

/** The text of a string literal or of a template without holes in front; null for everything else. */
export function textOf(node) {
  if (node?.type === 'Literal' && typeof node.value === 'string') return node.value
  if (node?.type === 'TemplateLiteral') return node.quasis.map((quasi) => quasi.value.cooked).join('…')
  return null
}
