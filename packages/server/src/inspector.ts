// The server's inspector. Who listens is a tool or a plugin; what one of them throws is reported like any other fault, and the
// frame that it was told of goes its way.
import { createInspector } from '@painda/protocol'
import type { Inspector } from '@painda/protocol'
import { runGuarded } from './faults.js'

export function createServerInspector(onFault: (thrown: unknown) => void): Inspector {
  const inspector = createInspector()
  const { listen } = inspector
  inspector.listen = (listener) => listen((event) => runGuarded(() => listener(event), onFault))
  return inspector
}
