// JSON trees, delta trees, and the state panel that holds one.

export const TREES = `
.tree { padding: 0 6px; font: 12px/1.5 var(--mono); }
.tree:focus-visible { outline: none; }
.node:focus-visible { outline: none; }
.node:focus-visible > .node-line { outline: 2px solid var(--accent); outline-offset: -1px; }
.node-line { display: flex; align-items: baseline; gap: 7px; min-height: 20px; padding: 1px 8px; border-radius: 5px; cursor: default; white-space: nowrap; }
.node-line:hover { background: var(--hover); }
.node-children { margin-left: 13px; padding-left: 6px; border-left: 1px solid var(--line); }
.node-children > .tree { padding: 0; }
.node-twist { width: 8px; flex: none; }
.node-twist[data-open] { position: relative; height: 8px; align-self: center; }
.node-twist[data-open]::before {
  content: ''; position: absolute; left: 1px; top: 1px; border: 3.5px solid transparent; border-left: 5px solid var(--faint); border-right: 0;
}
.node-twist[data-open='true']::before { transform: rotate(90deg); }
.node-key { color: var(--soft); flex: none; }
.node-key::after { content: ':'; color: var(--faint); }
.node-value { overflow: hidden; text-overflow: ellipsis; }
.node-value[data-type='string'] { color: var(--string); }
.node-value[data-type='number'] { color: var(--number); }
.node-value[data-type='boolean'] { color: var(--boolean); }
.node-value[data-type='nothing'] { color: var(--faint); }
.node-preview { color: var(--soft); overflow: hidden; text-overflow: ellipsis; }
.node-size { color: var(--faint); flex: none; font-family: var(--sans); font-size: 11px; }
.node-empty { padding: 2px 8px 2px 23px; color: var(--faint); font-family: var(--sans); }
.node-more { margin: 4px 0 4px 20px; font-family: var(--sans); }
.node-text { display: flex; align-items: baseline; gap: 7px; min-width: 0; padding: 0 5px; margin: 0 -5px; border-radius: 4px; }

.change-sign { width: 1ch; flex: none; font-weight: 700; }
.change-note { color: var(--faint); font-family: var(--sans); font-size: 11px; flex: none; }
.change-to { color: var(--faint); flex: none; }
.change-before, .change-after { overflow: hidden; text-overflow: ellipsis; min-width: 2ch; padding: 0 5px; border-radius: 4px; }
.change-before { background: var(--bad-ground); color: var(--bad); flex: 0 1 auto; }
.change-after { background: var(--good-ground); color: var(--good); flex: 0 1 auto; }
.change[data-change='removed'] .change-before { text-decoration: line-through; }
.change[data-change='added'] .change-sign { color: var(--good); }
.change[data-change='removed'] .change-sign, .change[data-change='invalid'] .change-sign, .change[data-change='invalid'] .change-note { color: var(--bad); }
.change[data-change='changed'] .change-sign, .change[data-change='set'] .change-sign { color: var(--busy); }
.change[data-change='moved'] .change-sign { color: var(--boolean); }
.change[data-change='moved'] .change-before { background: none; color: var(--ink); }
.change[data-change='set'] .change-after { background: var(--busy-ground); color: var(--busy); }
.change[data-change='added'] .node-key { color: var(--good); }
.change[data-change='removed'] .node-key { color: var(--bad); }
.change[data-change='operation'] .node-key::after, .change[data-change='more'] .node-key::after { content: ''; }

.state { position: absolute; inset: 0; display: flex; }
.room-list { flex: none; width: 210px; padding: 8px; overflow-y: auto; border-right: 1px solid var(--line); background: var(--sunken); }
.room-button { display: block; width: 100%; padding: 7px 10px; border: 0; border-radius: 8px; background: none; text-align: left; }
.room-button:hover { background: var(--hover); }
.room-button[aria-pressed='true'] { background: var(--chosen); }
.room-name { display: block; font-weight: 600; overflow: hidden; text-overflow: ellipsis; }
.room-facts { display: block; color: var(--soft); font-size: 11.5px; white-space: nowrap; }
.room-state { position: relative; flex: 1; min-width: 0; overflow: auto; padding: 8px 4px 16px; scrollbar-width: thin; scrollbar-color: var(--line) transparent; }

@container (max-width: 640px) {
  .state { flex-direction: column; }
  .room-list { display: flex; gap: 6px; width: auto; overflow-x: auto; border-right: 0; border-bottom: 1px solid var(--line); }
  .room-button { width: auto; white-space: nowrap; }
}
@media (pointer: coarse) {
  .node-line { min-height: 28px; align-items: center; }
}
`
