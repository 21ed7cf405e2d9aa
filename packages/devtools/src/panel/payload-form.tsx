/** @jsxImportSource preact */
// A payload as a form, by what the contract's validator says of it. The text of the editor is the payload; the form reads and writes it.
import { valueIn, withField, type FormField } from '../contract-messages.js'

interface PayloadFormProps {
  fields: readonly FormField[]
  value: unknown
  onChange: (value: unknown) => void
}

export function PayloadForm({ fields, value, onChange }: PayloadFormProps) {
  return (
    <div class="payload-form">
      {fields.map((field) => (
        <label key={field.name} class="payload-field">
          <span class="payload-name">
            {field.name === '' ? 'payload' : field.name}
            {!field.isRequired && <span class="payload-optional"> optional</span>}
          </span>
          <Input
            field={field}
            value={valueIn(value, field.name)}
            onChange={(next) => onChange(withField(value, field.name, next))}
          />
        </label>
      ))}
    </div>
  )
}

interface InputProps {
  field: FormField
  value: unknown
  onChange: (value: unknown) => void
}

function Input({ field, value, onChange }: InputProps) {
  const { kind, choices, isRequired, hint } = field
  switch (kind) {
    case 'yes-no':
      return (
        <input
          type="checkbox"
          class="payload-check"
          checked={value === true}
          onChange={(event) => onChange(event.currentTarget.checked)}
        />
      )
    case 'choice':
      return (
        <select
          class="select"
          value={String(choices.findIndex((choice) => choice === value))}
          onChange={(event) => onChange(choices[Number(event.currentTarget.value)])}
        >
          {!isRequired && <option value="-1">none</option>}
          {choices.map((choice, index) => (
            <option key={index} value={String(index)}>
              {String(choice)}
            </option>
          ))}
        </select>
      )
    case 'number':
    case 'integer':
      return (
        <input
          type="number"
          class="field"
          step={kind === 'integer' ? 1 : 'any'}
          placeholder={hint}
          value={typeof value === 'number' ? value : ''}
          onInput={({ currentTarget: { valueAsNumber } }) =>
            onChange(Number.isFinite(valueAsNumber) ? valueAsNumber : undefined)
          }
        />
      )
    case 'text':
      return (
        <input
          type="text"
          class="field"
          placeholder={hint}
          spellcheck={false}
          autocomplete="off"
          value={typeof value === 'string' ? value : ''}
          onInput={(event) => {
            const text = event.currentTarget.value
            onChange(text === '' && !isRequired ? undefined : text)
          }}
        />
      )
    case 'json':
      return <code class="payload-json">{value === undefined ? 'none' : JSON.stringify(value)}</code>
  }
}
