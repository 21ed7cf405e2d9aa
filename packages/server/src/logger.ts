// Where the server says what happened. Anything with these four methods fits: console, pino, winston.
import { stderr } from 'node:process'

export interface Logger {
  debug(message: string, details?: unknown): void
  info(message: string, details?: unknown): void
  warn(message: string, details?: unknown): void
  error(message: string, details?: unknown): void
}

/** Says nothing. */
export const silentLogger: Logger = { debug() {}, info() {}, warn() {}, error() {} }

/** Warnings and errors, one line each, on standard error: a server that is well says nothing. */
export const stderrLogger: Logger = {
  debug() {},
  info() {},
  warn: (message, details) => void stderr.write(line('warn', message, details)),
  error: (message, details) => void stderr.write(line('error', message, details)),
}

function line(level: string, message: string, details: unknown): string {
  if (details === undefined) return `[painda] ${level}: ${message}\n`
  const more = details instanceof Error ? (details.stack ?? details.message) : JSON.stringify(details)
  return `[painda] ${level}: ${message} ${more}\n`
}
