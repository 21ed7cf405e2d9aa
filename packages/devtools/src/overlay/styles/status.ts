// The status panel.

export const STATUS = `
.status { position: absolute; inset: 0; overflow: auto; padding: 14px; display: flex; flex-direction: column; gap: 14px; scrollbar-width: thin; scrollbar-color: var(--line) transparent; }
.client { flex: 1 0 auto; display: flex; flex-direction: column; gap: 12px; padding: 14px; border: 1px solid var(--line); border-radius: 12px; background: var(--ground); }
.client-head { display: flex; align-items: center; gap: 12px; }
.client-url { color: var(--soft); font: 12px var(--mono); overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.client-error { padding: 8px 12px; border-radius: 8px; background: var(--bad-ground); color: var(--bad); }
.client-body { display: grid; grid-template-columns: minmax(0, 5fr) minmax(0, 6fr); gap: 24px; flex: 1; }
.figures { display: grid; grid-template-columns: repeat(auto-fill, minmax(112px, 1fr)); gap: 12px 16px; }
.figure:first-child { grid-column: span 2; }
.figure dt { color: var(--faint); font-size: 11.5px; }
.figure dd { font-size: 15px; font-weight: 600; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.figure dd[data-bad='true'] { color: var(--bad); }
.traffic { display: grid; gap: 12px; margin-top: 18px; }
.spark figcaption { display: flex; justify-content: space-between; gap: 12px; margin-bottom: 5px; color: var(--soft); white-space: nowrap; }
.spark[data-direction='in'] { color: var(--in); }
.spark[data-direction='out'] { color: var(--out); }
.spark figcaption > :first-child { color: inherit; color: var(--ink); font-weight: 500; }
.spark svg { display: block; width: 100%; height: 44px; padding: 4px 0 0; border-bottom: 1px solid var(--line); }
.spark rect { fill: currentColor; }
.spark rect[data-empty='true'] { opacity: 0.25; }
.log { display: flex; flex-direction: column; min-height: 160px; min-width: 0; }
.log-title { margin-bottom: 6px; color: var(--faint); font-size: 11.5px; font-weight: 500; }
.log-list { flex: 1 1 160px; min-height: 0; overflow: auto; }
.log-line { display: flex; align-items: baseline; gap: 10px; min-height: 24px; padding: 2px 0; white-space: nowrap; border-bottom: 1px solid color-mix(in srgb, var(--line) 55%, transparent); }
.log-line time { color: var(--soft); font-size: 11.5px; flex: none; }
.log-line .kind { flex: none; min-width: 84px; }
.log-detail { color: var(--soft); font: 11.5px var(--mono); overflow: hidden; text-overflow: ellipsis; }

@container (max-width: 760px) {
  .status { padding: 10px; }
  .client-body { grid-template-columns: minmax(0, 1fr); gap: 18px; }
  .log-list { max-height: 320px; }
}
`
