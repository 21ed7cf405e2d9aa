// Private missions: each player has one per round, sees only their own, and all are revealed at the podium.

export const MISSIONS = {
  collector: { text: 'Pick up 8 coins', goal: 8 },
  thief: { text: 'Take 40 tiles from rivals', goal: 40 },
  corners: { text: 'Visit all four corners', goal: 4 },
  runner: { text: 'Paint 30 tiles without a pause', goal: 30 },
  bomber: { text: 'Paint 25 tiles with bombs', goal: 25 },
  sprinter: { text: 'Dash 12 times', goal: 12 },
} as const

export type MissionName = keyof typeof MISSIONS
// The keys of the table above, in its order.
export const MISSION_NAMES = Object.keys(MISSIONS) as MissionName[]

/** In points, each worth a tile. */
export const MISSION_BONUS = 20

export interface Secret {
  mission: MissionName
  /** Never more than the mission's goal. */
  progress: number
}

export const isDone = ({ mission, progress }: Secret): boolean => progress >= MISSIONS[mission].goal
