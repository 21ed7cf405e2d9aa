// Where the server says what happened. Anything with these four methods fits: console, pino, winston.
import { stderr } from 'node:process'
import { inspect } from 'node:util'

export interface Logger {
  debug(message: string, details?: unknown): void
  info(message: string, details?: unknown): void
  warn(message: string, details?: unknown): void
  error(message: string, details?: unknown): void
}

/** Says nothing. */
export const silentLogger: Logger = { debug() {}, info() {}, warn() {}, error() {} }

/** Warnings and errors on standard error, one line each, what belongs to it indented: a server that is well says nothing. */
export const stderrLogger: Logger = {
  debug() {},
  info() {},
  warn: (message, details) => void stderr.write(line('warn', message, details)),
  error: (message, details) => void stderr.write(line('error', message, details)),
}

function line(level: string, message: string, details: unknown): string {
  // `inspect` shows whatever was thrown, cycles and all.
  const text = details === undefined ? message : `${message} ${inspect(details)}`
  return `[painda] ${level}: ${tame(text)}\n`
}

/** Names and messages of peers stand in here: none of them begins a line of its own or speaks to the terminal. */
function tame(text: string): string {
  return text.replaceAll('\n', '\n    ').replace(CONTROL, escaped)
}

// oxlint-disable-next-line no-control-regex -- control characters, line and paragraph separators; the newline is dealt with
const CONTROL = /[\u0000-\u0009\u000B-\u001F\u007F-\u009F\u2028\u2029]/g

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}
