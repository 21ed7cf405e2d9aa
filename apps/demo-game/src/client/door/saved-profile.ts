// Name and colour of the last visit. Storage may be full, forbidden or hold nonsense; a game starts all the same.
import { SEATS } from '../../shared/game.js'
import type { Profile } from '../../shared/game.js'
import { readProfile } from '../../shared/profile.js'

const KEY = 'paint-the-floor.profile'

export function loadProfile(): Profile {
  try {
    const saved = localStorage.getItem(KEY)
    if (saved !== null) return readProfile(JSON.parse(saved))
  } catch {
    // A private window or someone else's JSON: fall through to a fresh start.
  }
  return { name: '', color: Math.floor(Math.random() * SEATS) }
}

export function saveProfile(profile: Profile): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(profile))
  } catch {
    // Next time the name has to be typed again, no more.
  }
}
