// A check is a function from a root folder to a list of problems. It is trusted only as long as its control works:
// in scripts/fixtures/<name>, laid out like the repository, it must report every `bad-*` file and no other.
import { basename } from 'node:path'
import process from 'node:process'
import { ROOT, at, filesBelow } from './workspace.mjs'

/** Runs the check on its control and then on the repository; sets the exit code when this is the program's entry. */
export async function runCheck(name, findProblems) {
  const problems = [...(await controlProblems(name, findProblems)), ...(await findProblems(ROOT))]
  for (const problem of problems) console.log(`${problem.file}:${problem.line}  ${problem.message}`)
  process.exitCode = problems.length > 0 ? 1 : 0
}

async function controlProblems(name, findProblems) {
  const folder = at('scripts', 'fixtures', name)
  const reported = new Set((await findProblems(folder)).map((problem) => problem.file))
  const files = filesBelow(folder, folder)
  const isBad = (file) => basename(file).startsWith('bad-')
  const wrong = (file, message) => ({ file: `scripts/fixtures/${name}/${file}`, line: 1, message })

  const missed = files.filter((file) => isBad(file) && !reported.has(file))
  const alarms = files.filter((file) => !isBad(file) && reported.has(file))
  return [
    ...(files.some(isBad) ? [] : [wrong('', 'The control holds no bad file: this check proves nothing.')]),
    ...missed.map((file) =>
      wrong(file, 'The control was not reported: the check does not see this mistake.'),
    ),
    ...alarms.map((file) => wrong(file, 'The control was reported although it is right.')),
  ]
}
