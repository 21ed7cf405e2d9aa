// Time and chance are arguments: no feature reads a clock, starts a timer or rolls dice by itself, or a test on fake
// time and a replay from a seed would miss it. `hostTime(globalThis)` is the one way from the host to a Time.
import { join } from 'node:path'
import { runCheck } from './lib/report.mjs'
import { parseFile, walk } from './lib/source.mjs'
import { filesBelow } from './lib/workspace.mjs'

const PACKAGES = ['protocol', 'client', 'server', 'react']

const TIMERS = new Set(['setTimeout', 'setInterval', 'setImmediate'])
const READINGS = new Set(['Date.now', 'Math.random', 'performance.now'])
const GLOBALS = new Set(['globalThis', 'window', 'self', 'global'])

await runCheck('time', (root) =>
  PACKAGES.flatMap((name) => filesBelow(join(root, 'packages', name, 'src'), root))
    .filter((file) => /\.tsx?$/.test(file))
    .flatMap((file) => problemsOf(root, file)),
)

function problemsOf(root, file) {
  const { program, lineOf } = parseFile(root, file)
  const problems = []
  walk(program, (node, parent) => {
    if (node.type === 'TSTypeQuery') return false
    const bare = bareUse(node, parent)
    if (bare)
      problems.push({ file, line: lineOf(node), message: `${bare}: take a Time or a Random as an argument.` })
  })
  return problems
}

function bareUse(node, parent) {
  if (node.type === 'Identifier' && TIMERS.has(node.name) && !isKey(node, parent)) return node.name
  if (node.type === 'NewExpression' && node.callee.name === 'Date' && node.arguments.length === 0)
    return 'new Date()'
  if (node.type !== 'MemberExpression' || node.computed) return null

  const object = isGlobal(node.object.object) ? node.object.property?.name : node.object.name
  if (READINGS.has(`${object}.${node.property.name}`)) return `${object}.${node.property.name}`
  return isGlobal(node.object) && TIMERS.has(node.property.name) ? node.property.name : null
}

function isGlobal(node) {
  return node?.type === 'Identifier' && GLOBALS.has(node.name)
}

/** The name after a dot, or of a member in an object or a type: says nothing about the global of that name. */
function isKey(node, parent) {
  if (parent?.type === 'MemberExpression') return parent.property === node && !parent.computed
  return parent?.key === node && !parent.computed && !parent.shorthand
}
