// Filter bar and list of the frames panel. `.row` and `.row-narrow` must be as high as frame-list.tsx says.

export const FRAMES = `
.frames { position: absolute; inset: 0; display: flex; flex-direction: column; }
.filter-bar {
  display: flex; align-items: center; flex-wrap: wrap; gap: 6px 12px; flex: none; padding: 6px 12px 6px 10px; border-bottom: 1px solid var(--line);
}
.filter-line { display: flex; align-items: center; gap: 4px; flex: 1 1 400px; min-width: 0; max-width: 560px; }
.record { color: var(--faint); }
.icon-button.record[aria-pressed='true'] { background: none; color: var(--bad); }
.icon-button.record[aria-pressed='true']:hover { background: var(--hover); }
.search { position: relative; flex: 1; min-width: 90px; margin: 0 6px; color: var(--soft); }
.search .icon { position: absolute; left: 8px; top: 6px; pointer-events: none; }
.search input {
  width: 100%; height: 28px; padding: 0 8px 0 29px; border: 1px solid var(--line); border-radius: 8px; background: var(--sunken); color: var(--ink);
}
.search input::placeholder { color: var(--faint); opacity: 1; }
.search input[aria-invalid='true'] { border-color: var(--bad); }
.search-note { position: absolute; left: 0; top: 31px; z-index: 2; white-space: nowrap; padding: 3px 9px; border-radius: 7px; background: var(--bad-ground); color: var(--bad); }
.search-note:empty { display: none; }
.search input:focus-visible { outline-offset: -1px; }
.segments { display: flex; flex: none; padding: 2px; border-radius: 8px; background: var(--raised); border: 1px solid var(--line); }
.segment { min-width: 28px; height: 22px; padding: 0 7px; border: 0; border-radius: 6px; background: none; color: var(--soft); font-weight: 600; }
.segment:hover { color: var(--ink); }
.segment[aria-pressed='true'] { background: var(--ground); color: var(--ink); box-shadow: 0 0 0 1px var(--line); }
.segment[data-value='in'][aria-pressed='true'] { color: var(--in); }
.segment[data-value='out'][aria-pressed='true'] { color: var(--out); }

.chips { display: flex; flex-wrap: wrap; gap: 4px; }
.chip {
  display: inline-flex; align-items: center; gap: 6px; height: 24px; padding: 0 9px; border-radius: 12px; white-space: nowrap;
  border: 1px solid transparent; background: color-mix(in srgb, var(--kind) 11%, var(--ground)); color: var(--kind); font-weight: 550; font-size: 12px;
}
.chip:hover { border-color: color-mix(in srgb, var(--kind) 45%, transparent); }
.chip-count { color: var(--soft); font-weight: 450; }
.chip[data-empty='true'] { background: var(--raised); color: var(--faint); }
.chip[data-empty='true'] .chip-count { color: var(--faint); }
.chip[aria-pressed='false'] { background: none; border-color: var(--line); color: var(--faint); text-decoration: line-through; }
.chip[aria-pressed='false'] .chip-count { color: var(--faint); }

.frames-body { position: relative; display: flex; flex: 1; min-height: 0; }
.frame-list { position: relative; display: flex; flex-direction: column; flex: 1 1 58%; min-width: 0; }
.scroller { position: relative; flex: 1; contain: strict; overflow: auto; overscroll-behavior: contain; scrollbar-width: thin; scrollbar-color: var(--line) transparent; }
.rows { position: relative; contain: strict; }
.row {
  display: grid; align-items: center; column-gap: 12px; height: 26px; padding: 0 14px 0 10px; white-space: nowrap;
  grid-template-columns: 16px 44px 84px 78px minmax(96px, 168px) minmax(0, 1fr) minmax(0, 92px) 96px 112px;
  font-size: 12px;
}
.rows .row { position: absolute; inset: 0 0 auto 0; cursor: default; contain: strict; }
.row > span { overflow: hidden; text-overflow: ellipsis; }
.rows .row:hover { background: var(--hover); }
.rows .row[data-bad='true'] { background: var(--bad-ground); }
.rows .row[aria-selected='true'] { background: var(--chosen); }
.scroller:focus-visible[aria-activedescendant] { outline: none; }
.scroller:focus-visible .row[aria-selected='true'] { box-shadow: inset 3px 0 0 var(--accent); }
.column-heads {
  flex: none; height: 25px; border-bottom: 1px solid var(--line); color: var(--faint); font-size: 11px; font-weight: 550; scrollbar-gutter: stable;
}
.cell-arrow[data-direction='in'] { color: var(--in); }
.cell-arrow[data-direction='out'] { color: var(--out); }
.cell-arrow[data-direction='local'] { color: var(--faint); }
.cell-arrow .icon { width: 14px; height: 14px; }
.cell-seq, .cell-bytes, .cell-version { text-align: right; }
.cell-seq, .cell-time, .cell-room, .cell-version, .cell-bytes { color: var(--soft); }
.row[data-follows='true'] .cell-seq, .row[data-follows='true'] .cell-time { opacity: 0.001; }
.cell-name { font-weight: 550; color: var(--ink); }
.cell-content { font: 11.5px/1.4 var(--mono); color: var(--soft); }
.rows .row[data-bad='true'] .cell-name, .rows .row[data-bad='true'] .cell-content { color: var(--bad); }
.latency { margin-left: 7px; font-weight: 450; color: var(--kind-ack); }
.mark-tag {
  margin-left: 7px; padding: 0 6px; border-radius: 7px; font-size: 11px; font-weight: 550;
  background: var(--busy-ground); color: var(--busy);
}
.mark-tag[data-mark='dropped'] { background: var(--bad-ground); color: var(--bad); }
.mark-tag[data-mark='replayed'] { background: var(--chosen); color: var(--accent); }
.raw-size { color: var(--faint); }

.frames-body[data-detail='true'] .row { grid-template-columns: 16px 44px 84px 78px minmax(96px, 150px) minmax(0, 1fr) 58px; }
.frames-body[data-detail='true'] .raw-size, .row-narrow .raw-size,
.frames-body[data-detail='true'] .cell-room, .frames-body[data-detail='true'] .cell-version,
.frames-body[data-detail='true'] .column-heads > :nth-child(7) { display: none; }

.frames-body .row.row-narrow {
  height: 46px; padding: 0 12px 0 9px; column-gap: 9px; row-gap: 0; align-content: center;
  grid-template: 'arrow kind name bytes' 18px 'arrow content content time' 17px / 16px auto minmax(0, 1fr) auto;
}
.row-narrow .cell-arrow { grid-area: arrow; }
.row-narrow .cell-kind { grid-area: kind; }
.row-narrow .cell-name { grid-area: name; }
.row-narrow .cell-bytes { grid-area: bytes; }
.row-narrow .cell-content { grid-area: content; }
.row-narrow .cell-time { grid-area: time; font-size: 11px; }
.row-narrow .cell-seq, .row-narrow .cell-room, .row-narrow .cell-version { display: none; }
.rows .row-narrow { border-bottom: 1px solid color-mix(in srgb, var(--line) 60%, transparent); }
.frames-body[data-narrow='true'][data-detail='true'] .frame-list { visibility: hidden; }

.list-note {
  align-self: center; display: inline-flex; align-items: center; flex: none; gap: 6px; margin: 5px 0;
  height: 28px; padding: 0 14px 0 10px; border: 0; border-radius: 14px; background: var(--accent); color: var(--ground); font-weight: 600;
  white-space: nowrap;
}
.list-note:focus-visible { outline-color: var(--ink); outline-offset: 2px; }

@container (max-width: 480px) {
  .filter-line { flex-wrap: wrap; row-gap: 6px; }
}
@container (max-width: 1180px) {
  .chips { flex-wrap: nowrap; overflow-x: auto; scrollbar-width: none; flex: 1 1 100%; min-width: 0; }
  .filter-line { max-width: none; }
}
@media (pointer: coarse) {
  .chip { height: 30px; border-radius: 15px; padding: 0 11px; }
  .search input { height: 36px; font-size: 16px; }
  .search .icon { top: 10px; }
  .segment { min-width: 34px; height: 30px; }
}
`
