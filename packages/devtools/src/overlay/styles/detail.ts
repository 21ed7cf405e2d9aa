// The pane of the chosen row.

export const DETAIL = `
.detail {
  display: flex; flex-direction: column; flex: 1 1 42%; min-width: 340px; max-width: 760px; border-left: 1px solid var(--line); background: var(--ground);
}
.detail-head { display: flex; align-items: center; gap: 8px; flex: none; height: 40px; padding: 0 8px 0 14px; }
.detail-name { flex: 1; min-width: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; font-size: 13px; line-height: 1.45; font-weight: 650; }
.detail-head .kind { font-size: 13px; }
.detail-back { display: none; }
.facts { display: flex; flex-wrap: wrap; gap: 2px 18px; flex: none; padding: 0 14px 8px; }
.fact { display: flex; gap: 6px; min-width: 0; }
.fact dt { color: var(--faint); }
.fact dd { color: var(--ink); overflow: hidden; text-overflow: ellipsis; }
.detail > .tabs { flex: none; align-self: auto; height: 32px; padding: 0 6px; border-bottom: 1px solid var(--line); }
.detail-body { position: relative; flex: 1; min-height: 0; overflow: auto; overscroll-behavior: contain; padding: 8px 0 16px; scrollbar-width: thin; scrollbar-color: var(--line) transparent; }

.frames-body[data-narrow='true'] .detail { position: absolute; inset: 0; min-width: 0; max-width: none; border: 0; z-index: 1; }
.frames-body[data-narrow='true'] .detail-head { padding-left: 6px; }
.frames-body[data-narrow='true'] .detail-back { display: inline-grid; }
.frames-body[data-narrow='true'] .detail-close { display: none; }

.hex { padding: 0 14px; font: 12px/1.6 var(--mono); }
.hex-line { display: flex; gap: 18px; white-space: pre; }
.hex-offset { color: var(--faint); }
.hex-bytes { color: var(--ink); }
.hex-line .hex-bytes { min-width: 23ch; }
.hex-text { color: var(--string); }
.hex-more { padding-top: 10px; color: var(--soft); font-family: var(--sans); }
`
