// The rules of PROTOCOL.md and the tests, held together: every rule has a test that quotes it in its title as
// `[RC2]`, and no test quotes a rule that does not exist. A rule is a line that starts with its id: `**RC2** …`.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { runCheck } from './lib/report.mjs'
import { parseFile, textOf, walk } from './lib/source.mjs'
import { filesBelow, foldersIn } from './lib/workspace.mjs'

const RULE = /^\*\*([A-Z]{2,4}\d+)\*\*/
const QUOTES = /^(\[[A-Z]{2,4}\d+(?:, ?[A-Z]{2,4}\d+)*\] ?)+/

await runCheck('rules', (root) => {
  const rules = rulesOf(root)
  const quotes = testFiles(root).flatMap((file) => quotesOf(root, file))
  const ids = new Set(rules.map((rule) => rule.id))
  const quoted = new Set(quotes.map((quote) => quote.id))

  const repeated = rules.filter((rule, index) => rules.findIndex((other) => other.id === rule.id) < index)
  const untested = rules.filter((rule) => !quoted.has(rule.id))
  const unknown = quotes.filter((quote) => !ids.has(quote.id))
  return [
    ...repeated.map((rule) => ({ ...rule, message: `${rule.id} is defined twice.` })),
    ...untested.map((rule) => ({ ...rule, message: `No test's title quotes [${rule.id}].` })),
    ...unknown.map((quote) => ({ ...quote, message: `[${quote.id}] is no rule of PROTOCOL.md.` })),
  ]
})

/** Rules of PROTOCOL.md and of the chapters beside it. */
function rulesOf(root) {
  const folder = join(root, 'packages', 'protocol')
  const chapters = filesBelow(join(folder, 'rules'), root).filter((file) => file.endsWith('.md'))
  const pages = existsSync(join(folder, 'PROTOCOL.md'))
    ? ['packages/protocol/PROTOCOL.md', ...chapters]
    : chapters
  return pages.flatMap((file) =>
    readFileSync(join(root, file), 'utf8')
      .split('\n')
      .flatMap((text, index) => {
        const id = RULE.exec(text)?.[1]
        return id ? [{ id, file, line: index + 1 }] : []
      }),
  )
}

/** Tests, and the contract suites that testing offers for second implementations. */
function testFiles(root) {
  const packages = foldersIn(join(root, 'packages')).map((name) => join(root, 'packages', name, 'test'))
  const apps = foldersIn(join(root, 'apps')).map((name) => join(root, 'apps', name, 'test'))
  const contracts = join(root, 'packages', 'testing', 'src', 'contracts')
  return [...packages, ...apps, contracts, join(root, 'e2e')]
    .flatMap((folder) => filesBelow(folder, root))
    .filter((file) => /\.tsx?$/.test(file))
}

/** Ids at the start of any string: a title may also stand in the table of a table-driven test. */
function quotesOf(root, file) {
  const { program, lineOf } = parseFile(root, file)
  const quotes = []
  walk(program, (node) => {
    const head = QUOTES.exec(textOf(node) ?? '')?.[0] ?? ''
    for (const [id] of head.matchAll(/[A-Z]+\d+/g)) quotes.push({ id, file, line: lineOf(node) })
  })
  return quotes
}
