// Three switches that this browser remembers.
import type { ReactNode } from 'react'
import { changeSettings, useSettings } from '../settings.js'

export function SettingsForm(): ReactNode {
  const { palette, sound, bar } = useSettings()
  return (
    <fieldset className="menu-part switches">
      <legend className="field-label">This page</legend>
      <Switch
        label="Colours and marks for colour-blind eyes"
        isOn={palette === 'safe'}
        onChange={(isOn) => changeSettings({ palette: isOn ? 'safe' : 'vivid' })}
      />
      <Switch label="Sound" isOn={sound} onChange={(isOn) => changeSettings({ sound: isOn })} />
      <Switch label="Bar of the kit" isOn={bar} onChange={(isOn) => changeSettings({ bar: isOn })} />
    </fieldset>
  )
}

function Switch({
  label,
  isOn,
  onChange,
}: {
  label: string
  isOn: boolean
  onChange: (isOn: boolean) => void
}): ReactNode {
  return (
    <label className="switch">
      <input type="checkbox" checked={isOn} onChange={(event) => onChange(event.target.checked)} />
      <span>{label}</span>
    </label>
  )
}
