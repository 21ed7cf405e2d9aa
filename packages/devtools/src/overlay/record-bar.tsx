/** @jsxImportSource preact */
// Recording a room: the button in the head, and the line below it that says how far it has come and offers the next step.
import { useLayoutEffect, useReducer } from 'preact/hooks'
import { formatCount } from '../format.js'
import type { RecordedState, RecordingLane, RecordingState } from '../recording-lane.js'
import { visible } from '../visible.js'
import { copyText } from './copy-text.js'
import { IconButton } from './icon-button.js'
import type { Stage } from './stage.js'
import { useNow } from './use-now.js'

export function RecordButton({ stage }: { stage: Stage }) {
  const { recording } = stage
  const { name } = useRecording(recording)
  const isOn = name === 'recording'
  if (stage.fileName !== null) return null
  return (
    <IconButton
      icon="record"
      class="record-button"
      label={isOn ? 'Stop recording' : 'Record for a test'}
      isOn={isOn}
      onClick={() => (isOn ? recording.stop() : recording.start(roomsOf(stage)))}
    />
  )
}

export function RecordBar({ stage }: { stage: Stage }) {
  const { recording } = stage
  const state = useRecording(recording)
  switch (state.name) {
    case 'idle':
    case 'asked':
      return null
    case 'recording':
      return <Running recording={recording} state={state} />
    case 'ending':
      return (
        <div class="stage-bar" role="status">
          <span class="stage-text">Taking what was recorded…</span>
        </div>
      )
    case 'failed':
      return (
        <div class="stage-bar" data-tone="bad" role="alert">
          <span class="stage-text">{visible(state.problem)}</span>
          <IconButton icon="close" label="Dismiss" onClick={recording.dismiss} />
        </div>
      )
    case 'recorded':
      return <Recorded stage={stage} state={state} />
  }
}

function Running({
  recording,
  state,
}: {
  recording: RecordingLane
  state: Extract<RecordingState, { name: 'recording' }>
}) {
  const now = useNow()
  const seconds = Math.max(0, Math.round((now - state.since) / 1000))
  return (
    <div class="stage-bar" role="status">
      <span class="recording-dot" />
      <span class="stage-text">
        Recording <b>{visible(state.definition)}</b> · {seconds} s
      </span>
      <button type="button" class="button" onClick={recording.stop}>
        Stop
      </button>
    </div>
  )
}

function Recorded({ stage, state }: { stage: Stage; state: RecordedState }) {
  const { recording } = stage
  const { definition, seconds, inputs, problem, test } = state
  return (
    <>
      {problem !== null && (
        <div class="stage-bar" data-tone="bad" role="alert">
          <span class="stage-text">{visible(problem)}</span>
        </div>
      )}
      <div class="stage-bar" role="status">
        {typeof test === 'string' ? (
          <>
            <span class="stage-text">
              <b>{visible(definition)}</b> from its beginning: {formatCount(seconds)} s, {formatCount(inputs)}{' '}
              {inputs === 1 ? 'input' : 'inputs'}
            </span>
            <button
              type="button"
              class="button"
              disabled={test === 'asked'}
              onClick={() => stage.exportTest()}
            >
              Export as test
            </button>
            <button
              type="button"
              class="button"
              title="The same as a spec for Playwright"
              disabled={test === 'asked'}
              onClick={() => stage.exportTest('playwright')}
            >
              For Playwright
            </button>
          </>
        ) : (
          <>
            <span class="stage-text">
              Written: <b>{test.spec}</b>
              {test.setup !== null && <> · first say in {test.setup} what your rooms are</>}
            </span>
            <button type="button" class="button" title={test.command} onClick={() => copyText(test.command)}>
              Copy the command
            </button>
          </>
        )}
        <IconButton icon="close" label="Dismiss" onClick={recording.dismiss} />
      </div>
    </>
  )
}

function useRecording(recording: RecordingLane): RecordingState {
  const [, redraw] = useReducer((count: number) => count + 1, 0)
  // Before anything else can happen: the dev server may answer before the page is painted.
  useLayoutEffect(() => recording.subscribe(() => redraw(0)), [recording])
  return recording.state
}

/** The newest first: a lobby comes before the game that is looked at. */
function roomsOf({ model }: Stage): string[] {
  return model.clients.flatMap(({ client }) => client.rooms().flatMap(({ id }) => id ?? [])).reverse()
}
