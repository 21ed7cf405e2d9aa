// What recorded rounds are played again on: the game's own server, as the environment wants it.
import process from 'node:process'
import type { PPServer } from '@painda/server'
import { playOptionsOf } from '../src/server/environment.js'
import { playOn } from '../src/server/main.js'
import { contract } from '../src/shared/game.js'

export { contract }

export function setup(server: PPServer<typeof contract>): void {
  playOn(server, playOptionsOf(process.env))
}
