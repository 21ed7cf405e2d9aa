/** @jsxImportSource preact */
// A delta as a coloured tree: + added, − removed, ~ changed with before and after, ↔ moved.
import { useState } from 'preact/hooks'
import type { DeltaKind, DeltaNode } from '../delta-tree.js'
import { preview } from '../preview.js'
import { Empty } from './empty.js'
import { JsonTree } from './json-tree.js'
import { onTreeKeyDown, treeFocus } from './tree-keys.js'
import { visible } from '../visible.js'

const SIGNS: { readonly [Kind in DeltaKind]: { readonly sign: string; readonly word: string } } = {
  added: { sign: '+', word: 'added' },
  removed: { sign: '−', word: 'removed' },
  changed: { sign: '~', word: 'changed' },
  set: { sign: '=', word: 'set' },
  inside: { sign: '', word: '' },
  operation: { sign: '', word: '' },
  moved: { sign: '↔', word: 'moved' },
  invalid: { sign: '!', word: 'not a delta' },
  more: { sign: '', word: 'left out' },
}

export function DeltaView({ nodes }: { nodes: readonly DeltaNode[] }) {
  if (nodes.length === 0) return <Empty title="This delta changes nothing" />
  return (
    <div class="tree delta-tree" role="tree" aria-label="Changes" {...treeFocus} onKeyDown={onTreeKeyDown}>
      {nodes.map((node, index) => (
        <Change key={index} node={node} />
      ))}
    </div>
  )
}

function Change({ node }: { node: DeltaNode }) {
  const whole = wholeValue(node)
  const hasChildren = node.children.length > 0 || whole !== undefined
  const [isOpen, setIsOpen] = useState(node.children.length > 0)
  const { sign, word } = SIGNS[node.kind]
  return (
    <div class="node" role="treeitem" tabIndex={-1} {...(hasChildren ? { 'aria-expanded': isOpen } : {})}>
      <div class="node-line change" data-change={node.kind} onClick={() => setIsOpen(!isOpen)}>
        <span class="change-sign" title={word} aria-label={word}>
          {sign}
        </span>
        <span class="node-twist" data-open={hasChildren ? isOpen : undefined} />
        <span class="node-key">{visible(node.label)}</span>
        {node.note !== undefined && <span class="change-note">{visible(node.note)}</span>}
        <Values node={node} />
      </div>
      {isOpen && (
        <div class="node-children" role="group">
          {node.children.map((child, index) => (
            <Change key={index} node={child} />
          ))}
          {whole !== undefined && <JsonTree label={node.label} value={whole} />}
        </div>
      )}
    </div>
  )
}

function Values({ node }: { node: DeltaNode }) {
  return (
    <>
      {node.before !== undefined && <span class="change-before">{preview(node.before[0], 90)}</span>}
      {node.before !== undefined && node.after !== undefined && <span class="change-to">→</span>}
      {node.after !== undefined && <span class="change-after">{preview(node.after[0], 90)}</span>}
    </>
  )
}

/** A container that came or went whole: worth a tree of its own. */
function wholeValue({ before, after }: DeltaNode): object | undefined {
  const value = after === undefined ? before?.[0] : after[0]
  return typeof value === 'object' && value !== null && !(value instanceof Uint8Array) ? value : undefined
}
