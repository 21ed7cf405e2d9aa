// How friends get here: a code to read out, a link to send, a square to scan.
import { usePPClient } from '@painda/react'
import type { RoomHandle } from '@painda/react'
import { useEffect, useMemo, useState } from 'react'
import type { ReactNode } from 'react'
import { encode } from 'uqr'
import type { Arena } from '../../shared/game.js'
import { linkTo } from '../invite-link.js'

export function Invite({ room }: { room: RoomHandle<typeof Arena> }): ReactNode {
  const client = usePPClient()
  const [code, setCode] = useState<string | null>(null)
  const [isCopied, setCopied] = useState(false)
  const { id } = room

  useEffect(() => {
    if (id === null) return
    let isCurrent = true
    client.request('invite', { room: id }).then(
      (answer) => isCurrent && setCode((answer as { code: string }).code),
      () => {
        // Without a code there is nothing to show; the room is in the list, or its host knows.
      },
    )
    return () => {
      isCurrent = false
    }
  }, [client, id])

  if (code === null) return null
  const copy = () => {
    navigator.clipboard?.writeText(linkTo(code)).then(
      () => setCopied(true),
      () => setCopied(false),
    )
  }
  return (
    <div className="invite">
      <QrCode text={linkTo(code)} />
      <p>
        <span className="soft">Friends join with</span>
        <b className="invite-code" data-testid="invite-code">
          {code}
        </b>
        <button className="button button-small" onClick={copy}>
          {isCopied ? 'Copied' : 'Copy link'}
        </button>
      </p>
    </div>
  )
}

/** Black on white in any light: cameras look for that. */
function QrCode({ text }: { text: string }): ReactNode {
  const { size, path } = useMemo(() => {
    const { data } = encode(text, { border: 2 })
    const squares = data.flatMap((row, y) =>
      row.flatMap((isDark, x) => (isDark ? [`M${x} ${y}h1v1h-1z`] : [])),
    )
    return { size: data.length, path: squares.join('') }
  }, [text])
  return (
    <svg className="qr" viewBox={`0 0 ${size} ${size}`} role="img" aria-label="The link as a QR code">
      <rect width={size} height={size} fill="#fff" />
      <path d={path} fill="#1d1926" />
    </svg>
  )
}
