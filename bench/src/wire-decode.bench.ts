// From bytes to what a client holds, in Node and in Chromium.
import { inChromium } from './chromium.js'
import { decodeFigures } from './decode-figures.js'
import { printFigures } from './measure.js'
import type { Figure } from './measure.js'

printFigures('bytes to replica and to slots, in Node (Colyseus in place = 1.0)', decodeFigures())
const figures = await inChromium<Figure[]>('decode-figures', 'decodeFigures')
if (figures === null) console.log('  No Chromium here: its figures are left out.')
else printFigures('bytes to replica and to slots, in Chromium (Colyseus in place = 1.0)', figures)
