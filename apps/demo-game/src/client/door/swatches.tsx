// The twelve colours as radio buttons.
import type { ReactNode } from 'react'
import { PALETTE } from '../../shared/palette.js'
import { paintVar } from '../paints.js'

export function Swatches({
  name,
  color,
  onPick,
}: {
  name: string
  color: number
  onPick: (color: number) => void
}): ReactNode {
  return (
    <fieldset className="swatches">
      <legend className="field-label">
        Your colour <span className="swatch-name">{PALETTE[color]?.name}</span>
      </legend>
      <div className="swatch-grid">
        {PALETTE.map((paint, index) => (
          <label
            key={paint.name}
            className="swatch"
            style={{ '--swatch': paintVar(index) }}
            title={paint.name}
          >
            <input
              type="radio"
              name={name}
              value={index}
              checked={index === color}
              onChange={() => onPick(index)}
              aria-label={paint.name}
            />
            <span />
          </label>
        ))}
      </div>
    </fieldset>
  )
}
