// The button, and the frame of the dock: head, tabs, foot.

export const DOCK = `
.launcher {
  position: fixed; bottom: calc(16px + env(safe-area-inset-bottom)); z-index: 2147483647;
  display: grid; place-items: center; width: 44px; height: 44px; padding: 0;
  border: 1px solid var(--line); border-radius: 14px; background: var(--ground);
  box-shadow: 0 2px 6px rgb(0 0 0 / 0.12), 0 8px 24px rgb(0 0 0 / 0.18);
  transition: transform 0.15s ease;
}
.launcher[data-corner='bottom-right'] { right: 16px; }
.launcher[data-corner='bottom-left'] { left: 16px; }
.launcher:hover { transform: translateY(-2px); }
.launcher .mark { width: 26px; height: 26px; }
.launcher:focus-visible { outline-offset: 2px; }
.launcher .dot { position: absolute; right: 4px; bottom: 4px; width: 11px; height: 11px; border: 2px solid var(--ground); box-sizing: border-box; }
.badge {
  position: absolute; top: -6px; right: -6px; min-width: 18px; height: 18px; padding: 0 5px; border-radius: 9px;
  background: #c62f26; color: #fff; font-size: 11px; font-weight: 700; line-height: 18px; text-align: center;
}

.dock {
  position: fixed; z-index: 2147483647; display: flex; flex-direction: column; min-width: 0;
  background: var(--ground); box-shadow: var(--lift); container-type: inline-size;
  /* Not hidden: what takes the focus outside of it would scroll it aside, and nobody could scroll it back. */
  overflow: clip;
}
.dock:focus-visible { outline: none; }
.dock[data-side='bottom'] { inset: auto 0 0 0; height: var(--size); border-radius: 14px 14px 0 0; }
.dock[data-side='right'] { inset: 0 0 0 auto; width: var(--size); border-radius: 14px 0 0 14px; }

/* In a window of its own, or in another tool's panel, it is all there is. */
.dock[data-side='window'] { inset: 0; box-shadow: none; }
.root:has(> .dock[data-side='element']) { position: relative; height: 100%; min-height: 220px; }
.dock[data-side='element'] { position: absolute; inset: 0; z-index: 0; box-shadow: none; }

.grip { position: absolute; z-index: 3; touch-action: none; }
.dock[data-side='bottom'] .grip { inset: 0 0 auto 0; height: 7px; cursor: ns-resize; }
.dock[data-side='right'] .grip { inset: 0 auto 0 0; width: 7px; cursor: ew-resize; }
.grip::after { content: ''; position: absolute; background: var(--line); border-radius: 2px; }
.dock[data-side='bottom'] .grip::after { left: calc(50% - 18px); top: 4px; width: 36px; height: 3px; }
.dock[data-side='right'] .grip::after { top: calc(50% - 18px); left: 3px; width: 3px; height: 36px; }
.grip:hover::after, .grip:focus-visible::after { background: var(--accent); }

.head {
  display: flex; align-items: center; gap: 20px; flex: none; height: 44px; padding: 4px 10px 0 14px;
  border-bottom: 1px solid var(--line);
}
.brand { display: flex; align-items: center; gap: 10px; }
.connection {
  display: inline-flex; align-items: center; gap: 7px; height: 24px; padding: 0 10px 0 9px; border-radius: 12px;
  background: var(--raised); color: var(--ink); font-weight: 550; white-space: nowrap;
}
.connection[data-tone='good'] { background: var(--good-ground); color: var(--good); }
.connection[data-tone='busy'] { background: var(--busy-ground); color: var(--busy); }
.connection[data-tone='bad'] { background: var(--bad-ground); color: var(--bad); }
.rtt { opacity: 0.92; font-weight: 450; }
.head-end { display: flex; align-items: center; gap: 2px; min-width: 0; margin-left: auto; }
.head-end .icon-button { flex: none; }
.head-end .select { flex: 0 1 180px; min-width: 72px; }
.select {
  height: 26px; max-width: 180px; margin-right: 6px; padding: 0 6px; border: 1px solid var(--line);
  border-radius: 7px; background: var(--ground);
}

.tabs { position: relative; display: flex; align-self: stretch; gap: 2px; }
.tab {
  position: relative; flex: none; padding: 0 11px; border: 0; background: none; color: var(--soft); font-weight: 550; white-space: nowrap;
}
.tab:hover { color: var(--ink); }
.tab[aria-selected='true'] { color: var(--ink); }
.tab[aria-selected='true']::after {
  content: ''; position: absolute; left: 8px; right: 8px; bottom: -1px; height: 2px; border-radius: 2px 2px 0 0; background: var(--accent);
}
.tab:focus-visible { border-radius: 6px; }

.file-input { display: none; }
.stage-bar {
  display: flex; align-items: center; gap: 10px; flex: none; min-height: 36px; padding: 3px 10px 3px 14px;
  border-bottom: 1px solid var(--line); background: var(--chosen); color: var(--ink);
}
.stage-bar[data-tone='bad'] { background: var(--bad-ground); color: var(--bad); }
.stage-text { flex: 1; min-width: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.stage-bar[data-tone='bad'] .stage-text { white-space: normal; }
.stage-bar[data-tone='bad'] .trouble { max-height: 9em; margin: 0; overflow: auto; font: 11.5px/1.45 var(--mono); white-space: pre-wrap; }

.recording-dot { flex: none; width: 9px; height: 9px; border-radius: 50%; background: var(--bad); }
.record-button[aria-pressed='true'] { color: var(--bad); }

.panel { position: relative; flex: 1; min-height: 0; }

.foot {
  display: flex; align-items: center; gap: 18px; flex: none; min-height: 27px; padding: 0 14px calc(env(safe-area-inset-bottom));
  border-top: 1px solid var(--line); background: var(--raised); color: var(--soft); font-size: 11.5px; white-space: nowrap; overflow: hidden;
}
.foot-paused { color: var(--bad); font-weight: 550; }
.foot-key {
  margin-left: auto; padding: 0 6px; border: 1px solid var(--line); border-radius: 5px; font: inherit; font-size: 11px; color: var(--soft);
}

@container (max-width: 960px) {
  /* Tabs get a line of their own: beside them the buttons would be pushed out of sight. */
  .dock .head { flex-wrap: wrap; gap: 0 8px; height: auto; padding: 10px 6px 0 12px; }
  .head > .tabs { order: 1; flex: 1 1 100%; height: 36px; overflow-x: auto; scrollbar-width: none; }
  .dock .select { max-width: 110px; }
}
@container (max-width: 560px) {
  .head-end { display: contents; }
  .head > .brand { margin-right: auto; }
  .dock .head { gap: 0 2px; }
  .dock .head .select { flex: 1 1 60px; min-width: 60px; max-width: 150px; margin: 0 4px; }
  /* With a list of clients the word would push the last button into a line of its own; the colour stays, and Status says it too. */
  .head:has(.select) .connection { padding: 0 8px; }
  .head:has(.select) .connection-word { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .tab { padding: 0 8px; }
  .rtt, .foot-held, .foot-key { display: none; }
  .foot { gap: 14px; padding-left: 12px; }
}
@media (max-width: 640px) {
  /* A drawer: leaves a strip of the game in sight, to see what a touch does. */
  .dock[data-side] { inset: auto 0 0 0; width: auto; height: max(var(--size), 62%); max-height: 92%; border-radius: 16px 16px 0 0; }
  .dock[data-side] .grip { inset: 0 0 auto 0; width: auto; height: 12px; cursor: ns-resize; }
  .dock[data-side] .grip::after { left: calc(50% - 18px); top: 5px; width: 36px; height: 4px; }
  .head { height: 52px; padding-top: 8px; }
  .side-button { display: none; }
}
@media (pointer: coarse) {
  .head { height: 52px; padding-top: 8px; }
  .tab { min-width: 44px; }
  .head .select { height: 34px; }
}
`
