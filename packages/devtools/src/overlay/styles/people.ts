// The players and messages panels: tables, bars, and a form.

export const PEOPLE = `
.players, .messages-list, .messages-side { flex: 1; min-width: 0; overflow: auto; scrollbar-width: thin; scrollbar-color: var(--line) transparent; }
.players-split > .players { container-type: inline-size; }
.players-split { display: flex; flex: 1; min-width: 0; min-height: 0; overflow: hidden; }
.players-bar { display: flex; flex-wrap: wrap; align-items: center; gap: 8px; padding: 8px 14px; }
.players-said { color: var(--soft); }
.players-said[data-bad='true'] { color: var(--bad); }
.players-note code { font: 11.5px var(--mono); color: var(--ink); }
.grid tr[data-viewed='true'] { background: var(--chosen); }
.grid td.player-acts { position: sticky; right: 0; padding-left: 8px; text-align: right; background: var(--ground); }
.grid tr:hover td.player-acts { background: var(--hover); }
.grid tr[data-viewed='true'] td.player-acts { background: var(--chosen); }
.player-buttons { display: inline-flex; gap: 2px; }
.act { padding: 1px 8px; border: 1px solid transparent; border-radius: 6px; background: none; color: var(--soft); font-size: 12px; }
.act:hover, .act:focus-visible { border-color: var(--line); background: var(--raised); color: var(--ink); }
.act[data-bad='true']:hover { color: var(--bad); }
.visually-hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.seen { display: flex; flex-direction: column; flex: 0 0 42%; min-width: 0; min-height: 0; border-left: 1px solid var(--line); }
.seen-head { display: flex; align-items: center; gap: 8px; flex: none; padding: 6px 8px 6px 14px; border-bottom: 1px solid var(--line); }
.seen-title { flex: 1; min-width: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; font-size: 12.5px; font-weight: 600; }
.seen-version { margin-left: 8px; color: var(--faint); font-weight: 450; }
.seen-body { position: relative; flex: 1; min-height: 0; overflow: auto; padding: 8px 4px 16px; scrollbar-width: thin; scrollbar-color: var(--line) transparent; }
.players-note { padding: 16px; color: var(--soft); }
.grid { width: 100%; border-collapse: collapse; text-align: left; }
.grid th, .grid td { padding: 5px 14px; border-bottom: 1px solid color-mix(in srgb, var(--line) 55%, transparent); font-weight: 400; white-space: nowrap; }
.grid thead th { position: sticky; top: 0; z-index: 1; padding-top: 7px; background: var(--ground); color: var(--faint); font-size: 11px; font-weight: 550; border-bottom-color: var(--line); }
.grid tbody tr:hover { background: var(--hover); }
.grid tbody th { font-weight: 550; }
.grid .number { text-align: right; }
.grid td { color: var(--soft); }
.grid td[data-bad='true'] { color: var(--bad); font-weight: 600; }
.grid .cell-arrow { display: inline-block; vertical-align: -2px; margin-right: 8px; }
.player-name, .player-id { display: inline-block; max-width: 220px; overflow: hidden; text-overflow: ellipsis; vertical-align: bottom; }
.player-name { font-weight: 600; }
.player-id { margin-left: 9px; color: var(--faint); font: 11.5px var(--mono); }
.tag { margin-left: 8px; padding: 1px 7px; border-radius: 9px; background: var(--chosen); color: var(--accent); font-size: 11px; font-weight: 600; }
.player-state { display: inline-flex; align-items: center; gap: 7px; color: var(--ink); }
.grid td.player-data { width: 99%; max-width: 0; overflow: hidden; text-overflow: ellipsis; font: 11.5px var(--mono); }
.views { display: grid; grid-template-columns: minmax(0, 5fr) minmax(0, 3fr); gap: 28px; padding: 18px 14px; }
.views ul { margin: 0; padding: 0; list-style: none; }
.bars { display: grid; grid-template-columns: fit-content(45%) minmax(60px, 1fr) auto; align-items: center; gap: 6px 12px; }
.bar { display: contents; }
.bar-name { font: 12px var(--mono); overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.bar-line { height: 8px; border-radius: 4px; background: var(--raised); }
.bar-line span { display: block; height: 100%; border-radius: 4px; background: var(--in); }
.bar-value { color: var(--soft); text-align: right; white-space: nowrap; }
.own-paths { display: flex; flex-wrap: wrap; gap: 6px; }
.own-paths li { max-width: 100%; padding: 2px 9px; border-radius: 10px; background: var(--raised); color: var(--ink); font: 12px var(--mono); overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.views .node-empty, .log .node-empty { padding-left: 0; }

.messages { position: absolute; inset: 0; display: flex; }
.messages-list { position: relative; flex: 3; }
.messages-side { flex: 2; display: flex; flex-direction: column; gap: 16px; padding: 12px 14px; border-left: 1px solid var(--line); background: var(--sunken); }
.messages-side .log { flex: none; min-height: 0; }
.messages-side .log-list { flex: none; overflow: visible; }
.messages-side .log-line { min-width: 0; }
.messages-side time { min-width: 44px; }
.link { padding: 0; border: 0; background: none; font-weight: 600; text-decoration: underline; text-decoration-color: transparent; text-underline-offset: 3px; }
.link:hover { text-decoration-color: currentColor; }
.log-line .link { flex: none; }
.composer { display: flex; flex-direction: column; gap: 8px; padding: 12px; border: 1px solid var(--line); border-radius: 10px; background: var(--ground); }
.composer-line { display: flex; flex-wrap: wrap; gap: 8px; }
.composer .select { height: 28px; margin: 0; max-width: 190px; }
.composer .field { width: auto; flex: 1; min-width: 90px; margin: 0; }
.composer textarea.field { height: auto; padding: 6px 8px; resize: vertical; font: 12px/1.5 var(--mono); }
.composer .field::placeholder { color: var(--faint); opacity: 1; }
.composer .star { width: 30px; padding: 0; font-size: 15px; line-height: 1; color: var(--faint); }
.composer .star[aria-pressed='true'] { color: var(--busy); }
.composer-repeat { display: inline-flex; align-items: center; gap: 8px; margin-left: auto; color: var(--soft); }
.composer .composer-repeat .field { flex: none; width: 64px; min-width: 0; }
.payload-form { display: grid; grid-template-columns: repeat(auto-fill, minmax(180px, 1fr)); gap: 8px 12px; }
.payload-field { display: flex; flex-direction: column; gap: 3px; min-width: 0; }
.payload-name { color: var(--soft); font: 600 11.5px var(--mono); }
.payload-optional { color: var(--faint); font: 400 11px var(--sans); }
.composer .payload-form .field { flex: none; width: 100%; height: 28px; }
.payload-form .select { width: 100%; max-width: none; }
.payload-check { width: 16px; height: 16px; margin: 5px 0; accent-color: var(--accent); }
.payload-json { padding: 5px 0; color: var(--soft); font: 11.5px/1.5 var(--mono); overflow: hidden; text-overflow: ellipsis; }
.favourites { display: flex; flex-wrap: wrap; gap: 6px; margin: 0; padding: 0; list-style: none; }
.composer-result { color: var(--soft); font: 11.5px/1.5 var(--mono); overflow-wrap: anywhere; }
.composer-result[data-bad='true'] { color: var(--bad); }
.composer-result:empty { display: none; }

@container (max-width: 1180px) {
  .players .grid .player-data { display: none; }
  .players .grid td.player-acts { width: 99%; }
  .player-id { max-width: 96px; }
  .players .grid th, .players .grid td { padding-inline: 10px; }
}
@container (max-width: 700px) {
  .player-rate { display: none; }
  /* Beside the figures of a desk there is room for the colour alone; a screen reader reads the word all the same. */
  .grid:has(.player-acts) .player-word { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .player-name { max-width: 90px; }
  .act { padding: 1px 5px; }
  /* No room beside the figures: over them, where the pointer or the keyboard is. */
  .players .grid td.player-acts { width: 0; padding: 0; }
  .player-buttons { position: absolute; inset: 0 0 0 auto; align-items: center; padding: 0 8px; background: var(--hover); opacity: 0; }
  .grid tr:is(:hover, :focus-within) .player-buttons { opacity: 1; }
  @media (hover: none) {
    .player-sent, .player-wait { display: none; }
    .player-buttons { position: static; background: none; opacity: 1; }
  }
}
@container (max-width: 760px) {
  .views { grid-template-columns: minmax(0, 1fr); }
  .messages { flex-direction: column; overflow: auto; }
  .messages-list, .messages-side { flex: none; overflow: auto; }
  .messages-list { min-height: 140px; }
  .messages-side { border-left: 0; border-top: 1px solid var(--line); }
  .players { overflow: auto; }
  .players-split { flex-direction: column; }
  .seen { flex: 1 1 50%; border-left: 0; border-top: 1px solid var(--line); }
  .grid th, .grid td { padding: 6px 10px; }
  .player-id { display: none; }
  .player-age, .messages .grid :is(th, td):nth-child(3) { display: none; }
}
@media (pointer: coarse) {
  .composer .button { min-height: 36px; }
  .composer .select { height: 36px; }
  .composer textarea.field { font-size: 16px; }
}
`
