/** @jsxImportSource preact */
// Places in the user's code, as links into the editor where the dev server knows the way.
import { useEffect, useState } from 'preact/hooks'
import { pathOf, type CallPlace } from '../call-stack.js'
import type { Editor, SourcePlace } from '../editor.js'

interface PlaceLinkProps {
  editor: Editor | null
  place: CallPlace
}

export function PlaceLink({ editor, place }: PlaceLinkProps) {
  const written = useWritten(editor, place)
  const served = `${pathOf(place.url)}:${place.line}:${place.column}`
  if (editor === null || written === null) {
    return (
      <code class="place" title={place.url}>
        {served}
      </code>
    )
  }
  return (
    <button
      type="button"
      class="link place"
      title={`Open ${written.file} in the editor`}
      onClick={() => editor.open(written)}
    >
      {`${written.path}:${written.line}:${written.column}`}
    </button>
  )
}

/** Where it was written; null until the dev server has said so. */
function useWritten(editor: Editor | null, place: CallPlace): SourcePlace | null {
  const [written, setWritten] = useState<SourcePlace | null>(null)
  useEffect(() => {
    let isOver = false
    setWritten(null)
    void editor?.find(place).then((found) => isOver || setWritten(found))
    return () => {
      isOver = true
    }
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- a place is read anew at each drawing, and is the same
  }, [editor, place.url, place.line, place.column])
  return written
}
