// Collects garbage, whatever flags the tests were started with.
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')
// Only a context made after the flag has the function.
export const collect = runInNewContext('gc') as () => void
