/** @jsxImportSource preact */
// A room as one of its members sees it, or as the server itself has it, asked for again a second after each answer.
import { diff, hostTime, type Time, type Undo } from '@painda/protocol'
import { useEffect, useMemo, useState } from 'preact/hooks'
import { deltaTree } from '../delta-tree.js'
import type { DeskLane, Seen } from '../desk-lane.js'
import { formatCount } from '../format.js'
import { IconButton } from '../overlay/icon-button.js'
import { DeltaView } from './delta-view.js'
import { Empty } from './empty.js'
import { JsonTree } from './json-tree.js'

interface SeenByProps {
  desk: DeskLane
  room: string
  member: { readonly id: string | null; readonly name: string }
  /** What this page has of the room. */
  mine: unknown
  onClose: () => void
  time?: Pick<Time, 'after'>
}

/** Counted from the last answer: a large room may take longer than this to be told, and is not asked for twice at a time. */
const LOOK_AGAIN_MS = 1_000

const HOST_TIME = hostTime(globalThis)

export function SeenBy({ desk, room, member, mine, onClose, time = HOST_TIME }: SeenByProps) {
  const [seen, setSeen] = useState<Seen | null>(null)
  const [isCompared, setIsCompared] = useState(false)
  useEffect(() => {
    let isOver = false
    let stop: Undo = () => {}
    async function look(): Promise<void> {
      const next = await desk.look(room, member.id)
      if (isOver) return
      setSeen(next)
      stop = time.after(LOOK_AGAIN_MS, () => void look())
    }
    void look()
    return () => {
      isOver = true
      stop()
    }
  }, [desk, room, member.id, time])
  return (
    <section class="seen" aria-label={`As ${member.name} sees it`}>
      <header class="seen-head">
        <h3 class="seen-title">
          {member.id === null ? 'As the server has it' : <>As {member.name} sees it</>}
          {seen?.problem === null && <span class="seen-version">version {formatCount(seen.version)}</span>}
        </h3>
        <button
          type="button"
          class="button"
          aria-pressed={isCompared}
          title="Only what differs from what this page sees; what is on its way differs for a moment"
          onClick={() => setIsCompared(!isCompared)}
        >
          Differences from this page
        </button>
        <IconButton icon="close" label="Close this view" onClick={onClose} />
      </header>
      <div class="seen-body">
        {seen === null && <Empty title="Asking the server" />}
        {seen?.problem === null && !isCompared && (
          <JsonTree label={`As ${member.name} sees it`} value={seen.state} flash />
        )}
        {seen?.problem === null && isCompared && <Differences mine={mine} theirs={seen.state} />}
        {seen !== null && seen.problem !== null && <Empty title="Nothing to show" hint={seen.problem} />}
      </div>
    </section>
  )
}

function Differences({ mine, theirs }: { mine: unknown; theirs: unknown }) {
  // Both are whole rooms, and the panel is drawn many times between two answers.
  const nodes = useMemo(() => {
    const delta = diff(mine, theirs)
    return delta === undefined ? null : deltaTree(delta, [mine])
  }, [mine, theirs])
  if (nodes === null) return <Empty title="Nothing differs" hint="This page sees the very same." />
  return <DeltaView nodes={nodes} />
}
