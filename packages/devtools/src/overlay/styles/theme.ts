// Colours and type. Every pair of text and ground is at least 4.5 : 1 (a test computes it), so a palette is a list of
// names and values that the test can read.

type Palette = Readonly<Record<string, string>>

export const DARK: Palette = {
  ground: '#12131a',
  raised: '#1a1c25',
  sunken: '#0d0e14',
  hover: '#20222d',
  chosen: '#2b2752',
  line: '#2a2d3a',
  ink: '#eceef5',
  soft: '#a8aec2',
  faint: '#8a90a6',
  accent: '#b0a4ff',
  in: '#63d2b0',
  out: '#f4a97c',
  good: '#52d494',
  busy: '#f2c35b',
  bad: '#ff8f86',
  'bad-ground': '#3a1d21',
  'good-ground': '#12332a',
  'busy-ground': '#352a12',
  'kind-delta': '#63d2b0',
  'kind-snapshot': '#74b9ff',
  'kind-message': '#b8acff',
  'kind-ack': '#f2c35b',
  'kind-presence': '#f59ac3',
  'kind-room': '#5fd0e0',
  'kind-handshake': '#a9bdd6',
  'kind-ping': '#9aa0b4',
  'kind-connection': '#d3d7e6',
  'kind-error': '#ff8f86',
  number: '#f2c35b',
  string: '#8fd6a8',
  boolean: '#74b9ff',
  glow: '#332e5e',
}

export const LIGHT: Palette = {
  ground: '#ffffff',
  raised: '#f6f6fa',
  sunken: '#fbfbfd',
  hover: '#f0f0f7',
  chosen: '#e8e4ff',
  line: '#e0e2ea',
  ink: '#171922',
  soft: '#4e5567',
  faint: '#5f6678',
  accent: '#5236d0',
  in: '#0a6e50',
  out: '#a2470f',
  good: '#0f7a45',
  busy: '#825500',
  bad: '#b3261e',
  'bad-ground': '#fdeceb',
  'good-ground': '#e2f6ec',
  'busy-ground': '#fdf3da',
  'kind-delta': '#0a6e50',
  'kind-snapshot': '#0f5aa8',
  'kind-message': '#5a3ac4',
  'kind-ack': '#7d5200',
  'kind-presence': '#a0245f',
  'kind-room': '#0b6573',
  'kind-handshake': '#465870',
  'kind-ping': '#5f6678',
  'kind-connection': '#3a4252',
  'kind-error': '#b3261e',
  number: '#875400',
  string: '#136a43',
  boolean: '#0f5aa8',
  glow: '#e4deff',
}

const variables = (palette: Palette): string =>
  Object.entries(palette)
    .map(([name, value]) => `--${name}: ${value};`)
    .join(' ')

export const THEME = `
:host {
  all: initial;
  --sans: ui-sans-serif, system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', sans-serif;
  --mono: ui-monospace, 'SF Mono', 'Cascadia Mono', 'JetBrains Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace;
}
.root { ${variables(LIGHT)} color-scheme: light; --lift: 0 -1px 0 rgb(20 20 40 / 0.06), 0 -16px 48px rgb(20 20 40 / 0.16); }
.root[data-theme='dark'] { ${variables(DARK)} color-scheme: dark; --lift: 0 -1px 0 rgb(255 255 255 / 0.05), 0 -20px 60px rgb(0 0 0 / 0.55); }
@media (prefers-color-scheme: dark) {
  .root[data-theme='auto'] { ${variables(DARK)} color-scheme: dark; --lift: 0 -1px 0 rgb(255 255 255 / 0.05), 0 -20px 60px rgb(0 0 0 / 0.55); }
}
:host([data-place='element']) { display: block; height: 100%; }
.root, .root * { box-sizing: border-box; }
.root {
  font: 400 12.5px/1.45 var(--sans);
  font-variant-numeric: tabular-nums;
  color: var(--ink);
  -webkit-font-smoothing: antialiased;
  -webkit-text-size-adjust: 100%;
  text-align: left;
}
button, input, select { font: inherit; color: inherit; letter-spacing: inherit; }
/* A window of its own has no doctype, and there tables begin anew. */
table { font: inherit; color: inherit; }
button { cursor: pointer; -webkit-tap-highlight-color: transparent; }
h2, h3, p, dl, dd, ol, figure { margin: 0; padding: 0; }
ol { list-style: none; }
:focus { outline: none; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: -2px; }
.icon { display: block; flex: none; }
.in { color: var(--in); font-weight: 600; }
.out { color: var(--out); font-weight: 600; }

.dot { width: 8px; height: 8px; border-radius: 50%; background: var(--faint); flex: none; }
.dot[data-tone='good'] { background: var(--good); }
.dot[data-tone='busy'] { background: var(--busy); animation: breathe 1.2s ease-in-out infinite alternate; }
.dot[data-tone='bad'] { background: var(--bad); }
@keyframes breathe { from { opacity: 1; } to { opacity: 0.35; } }

.mark-paper { fill: var(--accent); }
.mark-in, .mark-out { fill: none; stroke: var(--ground); stroke-width: 2; stroke-linecap: round; stroke-linejoin: round; }
.mark { display: block; flex: none; }

.kind { font-weight: 550; color: var(--kind, var(--soft)); white-space: nowrap; }
[data-kind='delta'] { --kind: var(--kind-delta); }
[data-kind='snapshot'] { --kind: var(--kind-snapshot); }
[data-kind='message'] { --kind: var(--kind-message); }
[data-kind='ack'] { --kind: var(--kind-ack); }
[data-kind='presence'] { --kind: var(--kind-presence); }
[data-kind='room'] { --kind: var(--kind-room); }
[data-kind='handshake'] { --kind: var(--kind-handshake); }
[data-kind='ping'] { --kind: var(--kind-ping); }
[data-kind='connection'] { --kind: var(--kind-connection); }
[data-kind='error'] { --kind: var(--kind-error); }

.button {
  padding: 4px 10px; border: 1px solid var(--line); border-radius: 7px;
  background: var(--raised); color: var(--ink); font-weight: 500;
}
.button:hover { background: var(--hover); }
.button[aria-pressed='true'] { border-color: transparent; background: var(--chosen); color: var(--accent); }
.icon-button {
  display: inline-grid; place-items: center; width: 28px; height: 28px; padding: 0; flex: none;
  border: 0; border-radius: 7px; background: none; color: var(--soft);
}
.icon-button:hover { background: var(--hover); color: var(--ink); }
.icon-button[aria-pressed='true'] { background: var(--chosen); color: var(--accent); }

.empty {
  position: absolute; inset: 0; display: flex; flex-direction: column; align-items: center; justify-content: center;
  gap: 6px; padding: 24px; text-align: center; pointer-events: none;
}
.empty > * { pointer-events: auto; }
.empty-title { font-size: 14px; font-weight: 600; color: var(--ink); }
.empty-hint { color: var(--soft); max-width: 60ch; }
.empty .button { margin-top: 8px; }

@media (pointer: coarse) {
  .icon-button { width: 36px; height: 36px; }
}
@media (prefers-reduced-motion: reduce) {
  *, *::before, *::after { animation: none !important; transition: none !important; }
}
`
