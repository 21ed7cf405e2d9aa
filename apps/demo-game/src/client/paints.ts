// The colours as the page shows them: custom properties of the root, `--p0` to `--p11`, that stylesheets and canvas both
// read. Which they are depends on the chosen palette, and in teams on who plays where.
import { PALETTE, TEAMS } from '../shared/palette.js'
import type { Paint } from '../shared/palette.js'
import type { Team } from '../shared/game.js'
import { currentSettings, onSettings } from './settings.js'

/** What a style gives to `--paint`. */
export const paintVar = (color: number): string => `var(--p${color})`

/** Raised on the document when the paints are others. */
export const PAINTS_EVENT = 'paints'

let teams: ReadonlyMap<number, Team> | null = null

/** By colour; null where everybody plays for themselves. */
export function setTeams(next: ReadonlyMap<number, Team> | null): void {
  teams = next
  apply()
}

/** Applies the paints now and whenever the settings change. */
export function watchPaints(): () => void {
  apply()
  return onSettings(apply)
}

function apply(): void {
  const { style } = document.documentElement
  for (const [color, own] of PALETTE.entries()) {
    const team = teams?.get(color)
    style.setProperty(`--p${color}`, shown(team === undefined ? own : TEAMS[team]))
  }
  for (const [team, paint] of TEAMS.entries()) style.setProperty(`--team${team}`, shown(paint))
  document.dispatchEvent(new Event(PAINTS_EVENT))
}

const shown = ({ hex, safeHex }: Paint): string => (currentSettings().palette === 'safe' ? safeHex : hex)
