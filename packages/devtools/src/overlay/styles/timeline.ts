// The timeline panel.

export const TIMELINE = `
.timeline { position: absolute; inset: 0; display: flex; flex-direction: column; }
.scrub .select { flex: none; max-width: 220px; margin: 0; }
.lanes { flex: none; display: grid; gap: 6px; max-height: 40%; padding: 10px 14px 6px; overflow: auto; }
.lane { display: grid; grid-template-columns: 96px minmax(0, 1fr); align-items: center; gap: 12px; }
.lane-name { color: var(--soft); font: 11.5px var(--mono); overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.lane svg { display: block; width: 100%; height: 46px; border-radius: 6px; background: var(--sunken); cursor: crosshair; }
.lane-head { display: grid; gap: 1px; min-width: 0; }
.lane-jitter { color: var(--faint); font-size: 11px; white-space: nowrap; }
.lane-spark-ground { fill: var(--raised); }
.lane-spark { fill: color-mix(in srgb, var(--busy) 45%, transparent); stroke: var(--busy); stroke-width: 1; vector-effect: non-scaling-stroke; }
.lane-in { fill: var(--in); }
.lane-out { fill: var(--out); }
.lane-gap { fill: var(--busy-ground); }
.lane-mark { fill: var(--bad); }
.lane-mark[data-mark='skipped'] { fill: var(--busy); }
.lane-mark[data-mark='reload'] { fill: var(--accent); }
.lanes-hint { margin: 0; color: var(--soft); font-size: 11.5px; }
.lane-cursor { stroke: var(--accent); stroke-width: 2; vector-effect: non-scaling-stroke; }
.scrub { display: flex; flex-wrap: wrap; align-items: center; gap: 6px 10px; flex: none; padding: 2px 14px 8px; border-bottom: 1px solid var(--line); }
.scrub input { flex: 1 1 240px; min-width: 140px; accent-color: var(--accent); }
.scrub-version { color: var(--ink); font-weight: 550; white-space: nowrap; }
.scrub .button:disabled { color: var(--faint); cursor: default; }
.timeline-state { position: relative; display: flex; flex: 1; min-height: 0; }
.timeline-tree, .timeline-changes { flex: 1; min-width: 0; overflow: auto; padding: 8px 4px 16px; scrollbar-width: thin; scrollbar-color: var(--line) transparent; }
.timeline-changes { position: relative; border-right: 1px solid var(--line); }
.timeline-changes .log-title { padding: 0 14px; }

@container (max-width: 640px) {
  .lane { grid-template-columns: minmax(0, 1fr); gap: 2px; }
  .lane-head { display: flex; gap: 10px; }
  .timeline-state { flex-direction: column; }
  .timeline-changes { border-right: 0; border-bottom: 1px solid var(--line); }
}
`
