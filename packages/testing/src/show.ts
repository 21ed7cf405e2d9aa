// A value in a sentence.

/** Long enough to see what it is, short enough for one line. */
const SHOWN_LENGTH = 120

export function show(value: unknown): string {
  if (value === undefined) return 'nothing'
  const text = JSON.stringify(value)
  return text.length > SHOWN_LENGTH ? `${text.slice(0, SHOWN_LENGTH)}…` : text
}
