// Import directions: who may import whom, and only through public entry points. Type imports count.
//   protocol → nothing · client → protocol · react → client · server → protocol · devtools → client, protocol ·
//   testing → server, client, react, protocol · apps, e2e, bench and every test → any package, public entry points only
// Directions inside a package are kept by the linter's no-cycle rule.
import { existsSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { join, posix } from 'node:path'
import { runCheck } from './lib/report.mjs'
import { parseFile, textOf, walk } from './lib/source.mjs'
import { filesBelow, readJson } from './lib/workspace.mjs'

const MAY_IMPORT = {
  protocol: [],
  client: ['protocol'],
  react: ['client'],
  server: ['protocol'],
  devtools: ['client', 'protocol'],
  testing: ['server', 'client', 'react', 'protocol'],
}

/** A bot is a client over the in-memory transport, so this one file of the server may import the client. */
const EXTRA = { 'packages/server/src/virtual-client.ts': ['client'] }

/** Where Node's own modules may be imported. Everything else also runs in a browser. */
const NODE_CODE = [/^packages\/(server|testing)\/src\//, /^packages\/devtools\/src\/vite(\.ts|-[^/]*\.ts|\/)/]

/** Libraries that a package may use besides Node and React; a missing row allows what its package.json declares. */
const LIBRARIES = { protocol: [], client: ['zustand/vanilla'] }

/** Imported in a single file, so that it can be replaced there. */
const ONE_FILE = { server: ['ws'] }

const BUILTINS = new Set(builtinModules)

await runCheck('imports', (root) => {
  const folders = ['packages', 'apps', 'e2e', 'bench'].map((name) => join(root, name))
  const files = folders
    .flatMap((folder) => filesBelow(folder, root))
    .filter((file) => /\.[cm]?tsx?$/.test(file))
  const imports = files.flatMap((file) => importsOf(root, file))
  return [
    ...imports.flatMap((entry) => {
      const message = judge(root, entry)
      return message ? [{ ...entry, message }] : []
    }),
    ...spreadLibraries(imports),
  ]
})

/** Every specifier a file names: imports, re-exports, dynamic imports, `import('…').Type` and require calls. */
function importsOf(root, file) {
  const { program, lineOf } = parseFile(root, file)
  const found = []
  walk(program, (node) => {
    const required =
      node.type === 'CallExpression' && node.callee.name === 'require' ? node.arguments[0] : null
    const external = node.type === 'TSExternalModuleReference' ? node.expression : null
    const specifier = textOf(node.source) ?? textOf(required) ?? textOf(external)
    if (specifier !== null) found.push({ file, line: lineOf(node), specifier })
  })
  return found
}

/** What is wrong with an import; null when nothing is. */
function judge(root, { file, specifier }) {
  const [, owner = null, area = ''] = /^packages\/([^/]+)\/([^/]+)/.exec(file) ?? []
  const inSource = area === 'src'
  const name = specifier.replace(/\?.*$/, '')

  if (name.startsWith('.')) return judgeRelative(file, owner, name)
  if (name.startsWith('#')) return judgeOwn(root, owner, name)
  if (name.startsWith('@painda/')) return judgePackage(root, file, inSource ? owner : null, name)
  if (!inSource) return null

  if (name.startsWith('node:') || BUILTINS.has(name)) {
    return NODE_CODE.some((where) => where.test(file)) ? null : `Node's ${name} does not exist in a browser.`
  }
  const libraries = LIBRARIES[owner]
  return !libraries || libraries.includes(name) ? null : `${owner} may not import the library ${name}.`
}

function judgeRelative(file, owner, name) {
  const target = posix.join(posix.dirname(file), name)
  const [, targetPackage = null] = /^packages\/([^/]+)/.exec(target) ?? []
  if (targetPackage && targetPackage !== owner) {
    return `Import @painda/${targetPackage}, not a path into its folder.`
  }
  const leavesSource =
    file.startsWith(`packages/${owner}/src/`) && !target.startsWith(`packages/${owner}/src/`)
  return owner && leavesSource ? `${name} leaves src, and only what is built from src is published.` : null
}

/** A file that the package itself chooses by condition. */
function judgeOwn(root, owner, name) {
  const { imports = {} } = readJson(join(root, 'packages', owner ?? '', 'package.json'))
  return Object.hasOwn(imports, name) ? null : `${name} is not among the imports of its package.`
}

function judgePackage(root, file, sourceOf, name) {
  const [, target = '', subpath = ''] = /^@painda\/([^/]+)(\/.*)?$/.exec(name) ?? []
  if (!isPublic(root, target, subpath)) return `${name} is not a public entry point of @painda/${target}.`
  if (sourceOf === null) return null
  if (sourceOf === target) return `Inside @painda/${target} import the file itself, by a relative path.`

  const allowed = [...(MAY_IMPORT[sourceOf] ?? []), ...(EXTRA[file] ?? [])]
  return allowed.includes(target) ? null : `${sourceOf} may not import ${target}.`
}

function isPublic(root, target, subpath) {
  const manifest = join(root, 'packages', target, 'package.json')
  return existsSync(manifest) && Object.hasOwn(readJson(manifest).exports, `.${subpath}`)
}

function spreadLibraries(imports) {
  return Object.entries(ONE_FILE).flatMap(([owner, libraries]) =>
    libraries.flatMap((library) => {
      const users = imports.filter(
        ({ file, specifier }) => specifier === library && file.startsWith(`packages/${owner}/src/`),
      )
      const others = users.filter(({ file }) => file !== users[0].file)
      return others.map((entry) => ({
        ...entry,
        message: `${library} is already imported in ${users[0].file}.`,
      }))
    }),
  )
}
