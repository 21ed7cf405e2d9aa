// One sheet for the shadow root, by part of the overlay.
import { DETAIL } from './detail.js'
import { DOCK } from './dock.js'
import { FRAMES } from './frames.js'
import { NETWORK } from './network.js'
import { PEOPLE } from './people.js'
import { STATUS } from './status.js'
import { TIMELINE } from './timeline.js'
import { THEME } from './theme.js'
import { TREES } from './trees.js'

export const STYLES = [THEME, DOCK, FRAMES, DETAIL, TREES, STATUS, TIMELINE, NETWORK, PEOPLE].join('\n')
