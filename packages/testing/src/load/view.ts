// The run as it goes: in a terminal a block that is written over each second, elsewhere a line every few seconds.
import type { LoadMoment } from './run.js'
import { bytes, momentLine, number } from './words.js'

export interface LoadView {
  show(moment: LoadMoment): void
  /** The block stays as it is. */
  end(): void
}

export interface LoadViewOptions {
  write: (text: string) => void
  isTerminal: boolean
  clients: number
  seconds: number
}

const LINE_EVERY_SECONDS = 5
const BAR_WIDTH = 30
const SPARKS = '▁▂▃▄▅▆▇█'
const SPARK_SECONDS = 40

export function createLoadView({ write, isTerminal, clients, seconds }: LoadViewOptions): LoadView {
  const seen: LoadMoment[] = []
  let drawn = 0

  function block(moment: LoadMoment): string[] {
    const done = Math.min(1, moment.second / seconds)
    const bar = '█'.repeat(Math.round(done * BAR_WIDTH)).padEnd(BAR_WIDTH, '░')
    const recent = seen.slice(-SPARK_SECONDS)
    return [
      `${bar} ${number(moment.second)} of ${number(seconds)} s`,
      `open    ${number(moment.open)} of ${number(clients)}`,
      `in      ${spark(recent.map(({ bytesIn }) => bytesIn))}  ${number(moment.messagesIn)} msg/s  ${bytes(moment.bytesIn)}/s`,
      `out     ${spark(recent.map(({ bytesOut }) => bytesOut))}  ${number(moment.messagesOut)} msg/s  ${bytes(moment.bytesOut)}/s`,
      `errors  ${number(moment.errors)}`,
    ]
  }

  return {
    show(moment) {
      seen.push(moment)
      if (!isTerminal) {
        if (moment.second % LINE_EVERY_SECONDS === 0) write(`${momentLine(moment, { clients })}\n`)
        return
      }
      const lines = block(moment)
      const up = drawn === 0 ? '' : `\u001B[${drawn}A`
      write(up + lines.map((line) => `\u001B[2K${line}\n`).join(''))
      drawn = lines.length
    },
    end() {
      drawn = 0
    },
  }
}

function spark(values: readonly number[]): string {
  const most = Math.max(1, ...values)
  return values.map((value) => SPARKS[Math.round((value / most) * (SPARKS.length - 1))] ?? '').join('')
}
