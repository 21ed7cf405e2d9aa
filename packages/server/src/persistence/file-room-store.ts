// Rooms as files of one folder, for one server process: nothing to install, and readable. A file is written beside the old one
// and takes its place at once, so a crash in the middle leaves the old one whole.
import { createHash } from 'node:crypto'
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { PPError } from '@painda/protocol'
import type { RoomStore, SavedRoom } from '../keeper.js'

const ENDING = '.room.json'

/**
 * Keeps rooms in `folder`, which is made when it is missing. A file that cannot be read as JSON makes `load` reject: nobody knows
 * what was in it, so a person should look.
 */
export function createFileRoomStore(folder: string): RoomStore {
  /** Ids come from everywhere; of a hash nothing can lead out of the folder, and any file system takes it. */
  const fileOf = (id: string): string =>
    join(folder, `${createHash('sha256').update(id).digest('hex').slice(0, 40)}${ENDING}`)

  return {
    async load() {
      await mkdir(folder, { recursive: true })
      const names = (await readdir(folder)).filter((name) => name.endsWith(ENDING))
      return Promise.all(names.map(async (name) => parse(name, await readFile(join(folder, name), 'utf8'))))
    },
    async save(room) {
      await mkdir(folder, { recursive: true })
      const file = fileOf(room.id)
      await writeWhole(`${file}.new`, JSON.stringify(room))
      await rename(`${file}.new`, file)
    },
    remove: (id) => rm(fileOf(id), { force: true }),
  }
}

async function writeWhole(file: string, text: string): Promise<void> {
  const handle = await open(file, 'w')
  try {
    await handle.writeFile(text)
    // Before the rename: else a power cut could leave a name without its bytes.
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** What it holds is looked at by whoever restores it. */
function parse(name: string, text: string): SavedRoom {
  try {
    return JSON.parse(text) as SavedRoom
  } catch (cause) {
    throw new PPError('STATE_NOT_JSON', `The file "${name}" is no saved room.`, { cause })
  }
}
