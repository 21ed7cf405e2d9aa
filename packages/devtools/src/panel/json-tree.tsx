/** @jsxImportSource preact */
// A JSON value as a tree that opens on demand. With `flash`, parts that changed since the last drawing light up: the
// replica is immutable, so another identity means another value.
import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import { formatCount } from '../format.js'
import { preview } from '../preview.js'
import { onTreeKeyDown, treeFocus } from './tree-keys.js'
import { visible } from '../visible.js'

interface JsonTreeProps {
  label: string
  value: unknown
  flash?: boolean
}

/** Children drawn at once; a map of ten thousand entities opens as fast as one of ten. */
const CHUNK = 100
/** Levels open at the beginning, as long as they are small. */
const OPEN_DEPTH = 2
const OPEN_SIZE = 12
const FLASH: KeyframeAnimationOptions = { duration: 1_100, easing: 'ease-out' }

export function JsonTree({ label, value, flash = false }: JsonTreeProps) {
  return (
    <div class="tree" role="tree" aria-label={visible(label)} {...treeFocus} onKeyDown={onTreeKeyDown}>
      {isBranch(value) ? (
        <Children value={value} depth={0} flash={flash} />
      ) : (
        <div class="node" role="treeitem" tabIndex={-1}>
          <div class="node-line">
            <Leaf value={value} />
          </div>
        </div>
      )}
    </div>
  )
}

function Children({ value, depth, flash }: { value: object; depth: number; flash: boolean }) {
  const [limit, setLimit] = useState(CHUNK)
  const keys = Object.keys(value)
  const left = keys.length - limit
  return (
    <>
      {keys.slice(0, limit).map((key) => (
        <Node key={key} label={key} value={Reflect.get(value, key)} depth={depth} flash={flash} />
      ))}
      {keys.length === 0 && <p class="node-empty">empty</p>}
      {left > 0 && (
        <button type="button" class="button node-more" onClick={() => setLimit(limit + CHUNK * 5)}>
          {formatCount(left)} more
        </button>
      )}
    </>
  )
}

function Node({
  label,
  value,
  depth,
  flash,
}: {
  label: string
  value: unknown
  depth: number
  flash: boolean
}) {
  const [isOpen, setIsOpen] = useState(() => opensByItself(value, depth))
  // An open branch leaves the glow to those of its children that changed.
  const textRef = useFlash(value, flash && !(isOpen && isBranch(value)))
  const line = (
    <div class="node-line" onClick={() => setIsOpen(!isOpen)}>
      <span class="node-twist" data-open={isBranch(value) ? isOpen : undefined} />
      <span class="node-text" ref={textRef}>
        <span class="node-key">{visible(label)}</span>
        <Leaf value={value} isOpen={isOpen} />
      </span>
    </div>
  )
  if (!isBranch(value)) {
    return (
      <div class="node" role="treeitem" tabIndex={-1}>
        {line}
      </div>
    )
  }
  return (
    <div class="node" role="treeitem" aria-expanded={isOpen} tabIndex={-1}>
      {line}
      {isOpen && (
        <div class="node-children" role="group">
          <Children value={value} depth={depth + 1} flash={flash} />
        </div>
      )}
    </div>
  )
}

/** The value on its line: itself, or of a branch its size and, while it is closed, its beginning. */
function Leaf({ value, isOpen = false }: { value: unknown; isOpen?: boolean }) {
  if (!isBranch(value)) {
    return (
      <span class="node-value" data-type={typeOf(value)}>
        {preview(value, 400)}
      </span>
    )
  }
  const count = Object.keys(value).length
  return (
    <>
      {!isOpen && <span class="node-preview">{preview(value, 120)}</span>}
      <span class="node-size">{Array.isArray(value) ? `${count} items` : `${count} keys`}</span>
    </>
  )
}

/** An animation object, not a class: what changes again begins to glow again, without a gap. */
function useFlash(value: unknown, isOn: boolean) {
  const ref = useRef<HTMLSpanElement>(null)
  const lastRef = useRef(value)
  useLayoutEffect(() => {
    if (Object.is(lastRef.current, value)) return
    lastRef.current = value
    const element = ref.current
    if (!isOn || element === null || matchMedia('(prefers-reduced-motion: reduce)').matches) return
    for (const running of element.getAnimations()) running.cancel()
    element.animate([{ backgroundColor: 'var(--glow)' }, { backgroundColor: 'transparent' }], FLASH)
  }, [value, isOn])
  return ref
}

function opensByItself(value: unknown, depth: number): boolean {
  if (!isBranch(value) || depth >= OPEN_DEPTH) return false
  const children = Object.values(value)
  // Rows of plain numbers read better as one line each.
  return children.length <= OPEN_SIZE && children.some(isBranch) ? true : depth === 0 && !Array.isArray(value)
}

function isBranch(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !(value instanceof Uint8Array)
}

function typeOf(value: unknown): string {
  return value === null || value === undefined ? 'nothing' : typeof value
}
