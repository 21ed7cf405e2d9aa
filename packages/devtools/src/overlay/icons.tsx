/** @jsxImportSource preact */
// The few pictures of the overlay, drawn on a 16 by 16 grid in the colour of the text.

const PATHS = {
  out: 'M8 13V3M4 7l4-4 4 4',
  in: 'M8 3v10M4 9l4 4 4-4',
  local: 'M8 8h.01',
  pause: 'M5.5 3.5v9M10.5 3.5v9',
  play: 'M5 3.2v9.6L12.5 8z',
  clear: 'M3 4.5h10M6.5 4.5V3h3v1.5M4.5 4.5l.6 8.5h5.8l.6-8.5',
  close: 'M4 4l8 8M12 4l-8 8',
  back: 'M10 3L5 8l5 5',
  end: 'M8 2.5v8M4.5 7L8 10.5 11.5 7M3.5 13.5h9',
  search: 'M7 11.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9zM10.4 10.4L13.5 13.5',
  copy: 'M6 6h7v7H6zM10 6V3H3v7h3',
  auto: 'M8 2.5a5.5 5.5 0 1 0 0 11zM8 2.5a5.5 5.5 0 0 1 0 11',
  light:
    'M8 5.2a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6zM8 1.5v1.3M8 13.2v1.3M1.5 8h1.3M13.2 8h1.3M3.4 3.4l.9.9M11.7 11.7l.9.9M3.4 12.6l.9-.9M11.7 4.3l.9-.9',
  dark: 'M13 9.6A5.5 5.5 0 0 1 6.4 3a5.5 5.5 0 1 0 6.6 6.6z',
  bottom: 'M2.5 3h11v10h-11zM2.5 9.5h11',
  right: 'M2.5 3h11v10h-11zM9.5 3v10',
  window: 'M2.5 5.5h8v8h-8zM6 5.5v-3h7.5v7.5h-3',
  save: 'M8 2.5v7M4.8 6.5L8 9.7l3.2-3.2M2.5 10.5v3h11v-3',
  har: 'M4 2.5h5.5L12 5v8.5H4zM9 2.5V5.5h3M6 8.5l2 2 2-2M8 10.5v-3',
  open: 'M2.5 4v9h11l0-7H8L6.5 4z',
  plug: 'M5.5 2.5v3M10.5 2.5v3M4 5.5h8v2.5a4 4 0 0 1-8 0zM8 12v2',
  unplugged: 'M5.5 2.5v3M10.5 2.5v3M4 5.5h8v2.5a4 4 0 0 1-8 0zM8 12v2M2.5 2.5l11 11',
  record: 'M8 4.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7z',
} as const

export type IconName = keyof typeof PATHS

const FILLED: ReadonlySet<IconName> = new Set(['play', 'record'])

export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
      <path
        d={PATHS[name]}
        fill={FILLED.has(name) ? 'currentColor' : 'none'}
        stroke="currentColor"
        stroke-width={name === 'local' ? 3.4 : 1.5}
        stroke-linecap="round"
        stroke-linejoin="round"
      />
    </svg>
  )
}

/** Two frames passing each other. */
export function Mark() {
  return (
    <svg class="mark" viewBox="0 0 24 24" width="22" height="22" aria-hidden="true">
      <rect class="mark-paper" x="1" y="1" width="22" height="22" rx="7" />
      <path class="mark-in" d="M8.5 6.5v10.2M5.6 13.9l2.9 2.9 2.9-2.9" />
      <path class="mark-out" d="M15.5 17.5V7.3M12.6 10.1l2.9-2.9 2.9 2.9" />
    </svg>
  )
}
