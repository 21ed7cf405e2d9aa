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
.detail > .tabs { flex: none; align-self: auto; height: 32px; padding: 0 6px 1px; border-bottom: 1px solid var(--line); overflow: auto hidden; scrollbar-width: none; }
.detail-body { position: relative; flex: 1; min-height: 0; overflow: auto; overscroll-behavior: contain; padding: 8px 0 16px; scrollbar-width: thin; scrollbar-color: var(--line) transparent; }

.frames-body[data-narrow='true'] .detail { position: absolute; inset: 0; min-width: 0; max-width: none; border: 0; z-index: 1; }
.frames-body[data-narrow='true'] .detail-head { padding-left: 6px; }
.frames-body[data-narrow='true'] .detail-back { display: inline-grid; }
.frames-body[data-narrow='true'] .detail-close { display: none; }

.causes { padding: 4px 14px 0; }
.causes .causes { padding: 0; }
.causes .log-title { margin: 4px 0 6px; }
.causes .figures { display: flex; flex-wrap: wrap; gap: 8px 28px; margin-bottom: 10px; }
.sites { margin: 0; padding: 0; list-style: none; }
.site { display: flex; flex-wrap: wrap; align-items: baseline; gap: 2px 12px; padding: 7px 0; border-bottom: 1px solid color-mix(in srgb, var(--line) 55%, transparent); }
.site-name { font: 600 12px var(--mono); }
.site[data-first='true'] .site-name { color: var(--accent); }
.site[data-same='true'] .site-name { color: var(--faint); font-weight: 400; }
.site-note { color: var(--soft); }
.site .place { margin-left: auto; max-width: 100%; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; font: 11.5px/1.5 var(--mono); color: var(--soft); }
.site .link.place { color: var(--accent); }
.site-paths { flex-basis: 100%; color: var(--faint); }
.site-paths code { margin-left: 5px; padding: 1px 6px; border-radius: 4px; background: var(--raised); color: var(--ink); font: 11.5px var(--mono); overflow-wrap: anywhere; }
.commit { display: flex; flex-wrap: wrap; align-items: baseline; gap: 4px 6px; padding: 6px 0; }
.commit b { font-weight: 550; }
.commit .tag { margin: 0; font: 600 11px var(--mono); }

.hex { display: flex; flex-direction: column; gap: 12px; padding: 4px 14px; font: 12px/1.6 var(--mono); }
.hex-dump { position: sticky; top: -8px; z-index: 1; flex: none; max-height: 146px; padding-bottom: 4px; overflow: auto; background: var(--ground); border-bottom: 1px solid var(--line); scrollbar-width: thin; scrollbar-color: var(--line) transparent; }
.hex-line { display: flex; gap: 16px; white-space: pre; }
.hex-offset { color: var(--faint); }
.hex-bytes { display: flex; flex: none; min-width: calc(var(--cells) * (2ch + 7px) + 8px); }
.hex-byte { width: calc(2ch + 7px); padding: 0 3px; text-align: center; border-radius: 3px; }
.hex-byte[data-half='true'] { margin-left: 8px; }
.hex [data-kind] { --field: var(--ink); }
.hex [data-kind='head'] { --field: var(--kind-handshake); }
.hex [data-kind='name'] { --field: var(--kind-snapshot); }
.hex [data-kind='number'] { --field: var(--number); }
.hex [data-kind='news'] { --field: var(--kind-presence); }
.hex [data-kind='place'] { --field: var(--kind-message); }
.hex [data-kind='value'] { --field: var(--kind-delta); }
.hex [data-kind='unknown'] { --field: var(--bad); }
.hex-byte, .hex-text span { color: var(--field, var(--ink)); cursor: default; }
.hex-byte[data-kind] { background: color-mix(in srgb, var(--field) 9%, transparent); border-radius: 0; }
.hex-byte[data-chosen='true'], .hex-text [data-chosen='true'] { background: var(--field); color: var(--ground); }
.fields { display: grid; grid-template-columns: fit-content(40%) minmax(0, 1fr) auto; align-items: baseline; }
.hex-field { display: grid; grid-template-columns: subgrid; grid-column: 1 / -1; gap: 0 14px; align-items: baseline; padding: 3px 8px 3px 10px; border-left: 3px solid var(--field); cursor: default; }
.hex-field[data-inner='true'] { margin-top: 7px; }
.hex-field[aria-selected='true'] { background: var(--hover); }
.fields:focus-visible { outline: none; }
.fields:focus-visible .hex-field[aria-selected='true'] { outline: 2px solid var(--accent); outline-offset: -2px; }
.hex-field-name { color: var(--field); font-weight: 600; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.hex-field-note { color: var(--ink); overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.hex-field-place { color: var(--faint); font: 11.5px var(--sans); white-space: nowrap; }
.hex-more { padding-top: 10px; color: var(--soft); font-family: var(--sans); }
`
