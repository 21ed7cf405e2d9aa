// The network panel: cards as in the status panel, with weather to choose and dials to turn.

export const NETWORK = `
.weather { display: inline-flex; align-items: center; height: 24px; padding: 0 10px; border-radius: 12px; background: var(--raised); color: var(--soft); font-weight: 550; white-space: nowrap; }
.weather[data-tone='busy'] { background: var(--busy-ground); color: var(--busy); }
.weather[data-tone='bad'] { background: var(--bad-ground); color: var(--bad); }
.client-head .button { margin-left: auto; }
.presets { display: grid; grid-template-columns: repeat(auto-fill, minmax(136px, 1fr)); gap: 8px; }
.preset {
  display: flex; flex-direction: column; gap: 1px; padding: 8px 12px; border: 1px solid var(--line); border-radius: 9px;
  background: var(--ground); text-align: left; min-width: 0;
}
.preset:hover { background: var(--hover); }
.preset b { font-weight: 600; }
.preset span { color: var(--soft); font-size: 11.5px; line-height: 1.35; }
.preset[aria-pressed='true'] { border-color: var(--accent); background: var(--chosen); }
.preset[aria-pressed='true'] b { color: var(--accent); }
.dials { display: flex; flex-direction: column; gap: 10px; max-width: 460px; }
.dials .segments { align-self: flex-start; }
.dial { display: grid; grid-template-columns: 82px minmax(0, 1fr) 68px; align-items: center; gap: 12px; min-height: 26px; }
.dial-name { color: var(--soft); }
.dial input { width: 100%; margin: 0; accent-color: var(--accent); }
.dial .select { grid-column: 2 / -1; max-width: none; margin: 0; justify-self: start; }
.dial-value { text-align: right; font-weight: 600; }
.by-type { display: flex; flex-direction: column; gap: 8px; max-width: 460px; margin: 14px 0 0; padding: 12px 0 0; border: 0; border-top: 1px solid var(--line); }
.by-type legend { float: left; padding: 0; color: var(--soft); font-weight: 550; }
.by-type-note { color: var(--faint); font-size: 11.5px; }
.acts { display: flex; flex-wrap: wrap; gap: 8px; margin-top: 16px; }
.acts .button[aria-pressed='true'] { background: var(--bad-ground); color: var(--bad); border-color: transparent; }
.seed { display: flex; flex-wrap: wrap; align-items: center; gap: 8px 12px; padding: 0 2px 4px; color: var(--soft); }
.seed label { color: var(--ink); font-weight: 550; }
.field {
  width: 110px; height: 28px; margin-left: 6px; padding: 0 8px; border: 1px solid var(--line); border-radius: 8px;
  background: var(--sunken); color: var(--ink); font-weight: 400;
}
.field[aria-invalid='true'] { border-color: var(--bad); }
.button:disabled { color: var(--faint); cursor: default; }

@container (max-width: 760px) {
  .presets { grid-template-columns: repeat(2, minmax(0, 1fr)); }
}
@media (pointer: coarse) {
  .dial { min-height: 36px; }
  .acts .button { min-height: 36px; }
  .field { height: 36px; font-size: 16px; }
}
`
