// The heap after a collection. The memory of buffers is given back by a thread of its own a little later: poll this.
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')
// Only a context made after the flag has the function.
const collect = runInNewContext('gc') as () => void

export function heapMiB(): number {
  collect()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return (heapUsed + arrayBuffers) / 2 ** 20
}
