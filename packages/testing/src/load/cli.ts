#!/usr/bin/env node
// The process of `painda-load`: Ctrl+C ends the run and still gives the report.
import process from 'node:process'
import { load } from './command.js'

const stop = new AbortController()
process.once('SIGINT', () => stop.abort())
process.once('SIGTERM', () => stop.abort())

process.exitCode = await load(process.argv.slice(2), {
  write: (text) => void process.stdout.write(text),
  complain: (text) => void process.stderr.write(text),
  isTerminal: process.stdout.isTTY === true,
  signal: stop.signal,
})
// A scenario may have left something running.
process.exit()
