// A message that somebody typed: its payload read, sent or asked, and what came of it as a sentence.
import { toPPError } from '@painda/protocol'

export interface Target {
  send(type: string, payload: unknown): void
  request(type: string, payload: unknown): Promise<unknown>
}

export type Outcome = { readonly error: null; readonly answer: unknown } | { readonly error: string }

export type Parsed =
  | { readonly problem: null; readonly value: unknown }
  | { readonly problem: string; readonly value?: undefined }

/** Nothing typed is no payload. */
export function parsePayload(text: string): Parsed {
  if (text.trim() === '') return { problem: null, value: undefined }
  try {
    return { problem: null, value: JSON.parse(text) as unknown }
  } catch (thrown) {
    return { problem: `This is no JSON: ${thrown instanceof Error ? thrown.message : String(thrown)}` }
  }
}

/** Never rejects: a refusal is what one wants to see. */
export async function sendBy(
  target: Target,
  how: 'send' | 'request',
  type: string,
  payload: unknown,
): Promise<Outcome> {
  try {
    if (how === 'request') return { error: null, answer: await target.request(type, payload) }
    target.send(type, payload)
    return { error: null, answer: undefined }
  } catch (thrown) {
    const { code, message } = toPPError(thrown, 'INTERNAL')
    return { error: `${code}: ${message}` }
  }
}
