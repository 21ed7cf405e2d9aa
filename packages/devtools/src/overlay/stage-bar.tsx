/** @jsxImportSource preact */
// Saving and opening sessions, and the line below the head that says what is shown or what went wrong.
import { useRef } from 'preact/hooks'
import { formatCount } from '../format.js'
import { escaped, visible } from '../visible.js'
import { IconButton } from './icon-button.js'
import { Icon } from './icons.js'
import type { Stage } from './stage.js'

export function StageButtons({ stage }: { stage: Stage }) {
  const inputRef = useRef<HTMLInputElement>(null)
  return (
    <>
      <IconButton icon="save" label="Save as a session file" onClick={() => void stage.save()} />
      <IconButton icon="har" class="side-button" label="Save as HAR" onClick={stage.saveAsHar} />
      <IconButton icon="open" label="Open a session file" onClick={() => inputRef.current?.click()} />
      <input
        ref={inputRef}
        type="file"
        class="file-input"
        aria-label="Session file"
        tabIndex={-1}
        accept=".gz,.jsonl,.json"
        onChange={(event) => {
          const input = event.currentTarget
          const file = input.files?.[0]
          if (file !== undefined) void stage.open(file)
          // The same file may be chosen again.
          input.value = ''
        }}
      />
    </>
  )
}

export function StageBar({ stage }: { stage: Stage }) {
  const { fileName, notice, model } = stage
  const trouble = model.hook.server?.trouble ?? null
  return (
    <>
      {notice !== null && (
        <div class="stage-bar" data-tone="bad" role="alert">
          <span class="stage-text">{visible(notice)}</span>
          <IconButton icon="close" label="Dismiss" onClick={stage.dismiss} />
        </div>
      )}
      {fileName === null && model.hook.server?.status === 'lost' && (
        <div class="stage-bar" data-tone="bad" role="alert">
          <span class="stage-text">
            The dev server went away: the server’s lane ends here. What was recorded stays, and the lane goes
            on when it is back.
          </span>
        </div>
      )}
      {fileName === null && trouble !== null && (
        <div class="stage-bar" data-tone="bad" role="alert">
          <pre class="stage-text trouble">{lines(trouble)}</pre>
        </div>
      )}
      {fileName !== null && (
        <div class="stage-bar" role="status">
          <Icon name="open" />
          <span class="stage-text">
            <b>{visible(fileName)}</b> · {aboutReplay(stage)}
          </span>
          <button type="button" class="button" onClick={stage.backToPage}>
            Back to the page
          </button>
        </div>
      )}
    </>
  )
}

/** What the file says of itself, and whether its contract is that of the page. */
function aboutReplay({ model, fingerprint }: Stage): string {
  const { recorder, replayed } = model.hook
  if (replayed === null) return ''
  const { startedAt, app, seed, fingerprint: theirs } = replayed
  const isOther = theirs !== undefined && fingerprint !== undefined && theirs !== fingerprint
  return [
    `${formatCount(recorder.nextId)} events from ${new Date(startedAt).toLocaleString()}`,
    ...(app === undefined ? [] : [visible(app)]),
    ...(theirs === undefined
      ? []
      : [`contract ${visible(theirs)}${isOther ? ', the page has another one' : ''}`]),
    ...(seed === undefined ? [] : [`seed ${seed}`]),
  ].join(' · ')
}

/** What a compiler says stands in lines, and is as long as it is. */
function lines(text: string): string {
  return text.split('\n').map(escaped).join('\n')
}

/** Handlers for the element that takes a dropped file. Other drags pass by. */
export function dropTarget(stage: Stage) {
  return {
    onDragOver(event: DragEvent): void {
      if (event.dataTransfer?.types.includes('Files') !== true) return
      event.preventDefault()
      event.stopPropagation()
    },
    onDrop(event: DragEvent): void {
      const file = event.dataTransfer?.files[0]
      if (file === undefined) return
      // Otherwise the browser leaves the page and shows the file.
      event.preventDefault()
      event.stopPropagation()
      void stage.open(file)
    },
  }
}
