// Which recording the overlay shows: the page's own, or a session from a file. Saving and opening happen here; what went wrong
// is a sentence for the reader.
import { toPPError } from '@painda/protocol'
import type { Undo, WriteSessionFileOptions } from '@painda/protocol'
import type { DevtoolsHook } from '../hook.js'
import { harOf } from '../har.js'
import { createRecordingLane, type RecordingLane } from '../recording-lane.js'
import { fingerprintOf, journalIn, replayOf, replayOffset, sessionOf } from '../session.js'
import { packSession, unpackSession } from '../session-bytes.js'
import type { Model } from './model.js'

export interface Stage {
  /** What is shown now. */
  readonly model: Model
  /** The name of the opened file; null while the page itself is shown. */
  readonly fileName: string | null
  /** Of the page's contract; undefined where there is none. */
  readonly fingerprint: string | undefined
  /** Why a file could not be opened or saved. */
  readonly notice: string | null
  /** Recording a room for a test; what an opened file holds of one is shown here too. */
  readonly recording: RecordingLane
  /** Writes what was recorded into the project, as a test. */
  exportTest(runner?: 'playwright'): void
  /** Never rejects: see `notice`. Opening another file while one is being read gives up the first. */
  open(file: NamedBlob): Promise<void>
  save(): Promise<void>
  /** The bytes that travelled, for tools that know HAR. */
  saveAsHar(): void
  backToPage(): void
  dismiss(): void
  /** Called when another recording is shown, or when there is something to say. */
  subscribe(listener: () => void): Undo
  close(): void
}

export interface NamedBlob extends Blob {
  readonly name: string
}

export interface StageOptions {
  hook: DevtoolsHook
  createModel: (hook: DevtoolsHook, wallOffset: number) => Model
  /** Wall clock minus monotonic clock, milliseconds. */
  wallOffset: number
  /** Hands a file to the user. */
  download: (name: string, content: Blob) => void
  redact?: WriteSessionFileOptions['redact']
  /** Name and version of the application, for session files. */
  app?: string
}

export function createStage({ hook, createModel, wallOffset, download, redact, app }: StageOptions): Stage {
  const listeners = new Set<() => void>()
  const live = createModel(hook, wallOffset)
  const recording = hook.recording ?? createRecordingLane(null, () => 0)
  const redacting = redact === undefined ? {} : { redact }
  let replay: { readonly model: Model; readonly fileName: string } | null = null
  let notice: string | null = null
  /** Files asked for; whoever is not the newest when it is ready comes too late. */
  let opened = 0
  let isClosed = false

  function change(next: { replay?: typeof replay; notice: string | null }): void {
    notice = next.notice
    if (next.replay !== undefined) {
      replay?.model.close()
      replay = next.replay
    }
    for (const listener of listeners) listener()
  }

  return {
    get model() {
      return replay?.model ?? live
    },
    get fileName() {
      return replay?.fileName ?? null
    },
    get fingerprint() {
      return fingerprintOf(hook)
    },
    get notice() {
      return notice
    },
    recording,
    exportTest: (runner) => recording.exportTest(runner === undefined ? redacting : { ...redacting, runner }),
    async open(file) {
      const turn = ++opened
      const isLate = (): boolean => isClosed || turn !== opened
      try {
        const found = await unpackSession(file)
        if (isLate()) return
        const replayed = replayOf(found)
        const model = createModel(replayed, replayOffset(replayed.recorder, found.about))
        change({ replay: { model, fileName: file.name }, notice: null })
        const journal = journalIn(found)
        if (journal !== null) recording.show(journal)
      } catch (thrown) {
        if (!isLate()) change({ notice: `${file.name}: ${toPPError(thrown, 'UNREADABLE_FILE').message}` })
      }
    },
    async save() {
      const { hook: shown } = replay?.model ?? live
      try {
        const session = sessionOf(shown, wallOffset, app)
        const content = await packSession(session, redacting)
        if (!isClosed) download(fileNameOf(session.about.startedAt), content)
      } catch (thrown) {
        if (!isClosed) change({ notice: `Not saved: ${toPPError(thrown, 'INTERNAL').message}` })
      }
    },
    saveAsHar() {
      const { hook: shown } = replay?.model ?? live
      const { startedAt } = sessionOf(shown, wallOffset).about
      download(
        fileNameOf(startedAt).replace('.jsonl.gz', '.har'),
        new Blob([harOf(shown)], { type: 'application/json' }),
      )
    },
    backToPage() {
      opened++
      change({ replay: null, notice: null })
    },
    dismiss: () => change({ notice: null }),
    subscribe(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    close() {
      isClosed = true
      replay?.model.close()
      live.close()
      listeners.clear()
    },
  }
}

/** `session-2026-01-31T12-00-00.jsonl.gz`: no character that a file system minds. */
function fileNameOf(startedAt: number): string {
  const stamp = new Date(startedAt).toISOString().slice(0, 19).replaceAll(':', '-')
  return `session-${stamp}.jsonl.gz`
}
