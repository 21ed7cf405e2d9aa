// Preact sees to effects after a frame of the page's or, where none comes, by a timer that asks the page. In a test it would ask a page that
// is gone.
import { options } from 'preact'

options.requestAnimationFrame = (seeToEffects) => void setTimeout(seeToEffects, 0)
