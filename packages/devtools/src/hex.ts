// Bytes as lines of hex and text.

export interface HexLine {
  readonly offset: string
  readonly hex: string
  readonly text: string
}

export function hexLines(bytes: Uint8Array, maxBytes: number, perLine: number): HexLine[] {
  const lines: HexLine[] = []
  const end = Math.min(bytes.byteLength, maxBytes)
  for (let at = 0; at < end; at += perLine)
    lines.push(hexLine(bytes.subarray(at, Math.min(at + perLine, end)), at, perLine))
  return lines
}

function hexLine(part: Uint8Array, at: number, perLine: number): HexLine {
  const cells = Array.from(part, (byte) => byte.toString(16).padStart(2, '0'))
  // A gap in the middle, as every hex editor has, so that the eye can count.
  const half = perLine / 2
  const left = cells.slice(0, half).join(' ')
  const right = cells.slice(half).join(' ')
  return {
    offset: at.toString(16).padStart(6, '0'),
    hex: right === '' ? left : `${left}  ${right}`,
    text: Array.from(part, (byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '·')).join(
      '',
    ),
  }
}
