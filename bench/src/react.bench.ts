// What React does for a change, in Chromium with React's production build: how much is rendered, and how long it takes.
import { inChromium } from './chromium.js'
import { check, printFigures } from './measure.js'
import type { reactFigures } from './react-figures.js'

const figures = await inChromium<Awaited<ReturnType<typeof reactFigures>>>('react-figures', 'reactFigures')
if (figures === null) {
  console.log('  No Chromium here: there is nothing to measure.')
} else {
  console.log('  1,000 mounted components, one per entity: renders · selector calls')
  for (const { name, changed, renders, calls } of figures.counts) {
    console.log(
      `  ${name.padEnd(28)} ${String(changed).padStart(3)} changed: ${renders} · ${calls.toLocaleString('en')}`,
    )
    if (!name.startsWith('painda')) continue
    check(renders === changed, `${name}: ${renders} renders`)
    check(calls <= (name.endsWith('kept') ? changed : 4 * changed), `${name}: ${calls} selector calls`)
  }
  printFigures('script time in Chromium (zustand = 1.0)', figures.times)
  for (const { what, name, ratio, microseconds } of figures.peers) {
    console.log(`  ${what}: ${name} ${ratio.toFixed(2)} (${microseconds.toFixed(0)} µs)`)
  }
}
