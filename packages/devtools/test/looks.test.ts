import { expect, test } from 'vitest'
import { formatBytes, formatCount, formatMs } from '../src/format.js'
import { isHotkey, readHotkey } from '../src/overlay/hotkey.js'
import { createPreferences, DEFAULTS } from '../src/overlay/preferences.js'
import { DARK, LIGHT } from '../src/overlay/styles/theme.js'
import { preview } from '../src/preview.js'

test('every text colour reaches contrast AA on every ground it stands on, light and dark', () => {
  const poor = [LIGHT, DARK].flatMap((palette) =>
    pairsOf(palette).filter(([text, ground]) => contrast(palette[text], palette[ground]) < 4.5),
  )
  expect(poor).toEqual([])
})

test('sizes, counts and times read like a person wrote them', () => {
  expect([0, 812, 1_400, 23_499, 2_300_000].map(formatBytes)).toEqual([
    '0 B',
    '812 B',
    '1.4 kB',
    '23 kB',
    '2.3 MB',
  ])
  expect([7, 1_234, 1_234_567].map(formatCount)).toEqual(['7', '1,234', '1,234,567'])
  expect([3.14, 142.2, 2_400].map(formatMs)).toEqual(['3.1 ms', '142 ms', '2.4 s'])
})

test('a preview is one line, and its work is bounded by what it shows', () => {
  expect(preview({ dx: 1, name: 'Ada', at: [1, 2], gone: null })).toBe(
    '{dx: 1, name: "Ada", at: [1, 2], gone: null}',
  )
  expect(preview('a\nb')).toBe('"a\\nb"')
  expect(preview(new Uint8Array(3))).toBe('bytes(3)')
  const huge = Array.from({ length: 1_000_000 }, () => 0)
  expect(preview({ huge }).length).toBeLessThanOrEqual(160)
  expect(preview('x'.repeat(1_000_000)).length).toBeLessThanOrEqual(160)
})

test('a hotkey is its place on the keyboard and exactly its modifiers', () => {
  const pressed = { code: 'KeyP', altKey: true, shiftKey: true, ctrlKey: false, metaKey: false }
  expect(isHotkey(pressed, 'alt+shift+p')).toBe(true)
  expect(isHotkey({ ...pressed, ctrlKey: true }, 'alt+shift+p')).toBe(false)
  expect(isHotkey({ ...pressed, code: 'KeyD' }, 'alt+shift+p')).toBe(false)
})

test('what is no hotkey is refused: it would never be pressed, or with every letter that a player types', () => {
  expect(readHotkey('Ctrl+Alt+D')).toBe('Ctrl+Alt+D')
  for (const wrong of ['cmd+d', 'd', 'alt+', 'alt+f9', ''])
    expect(() => readHotkey(wrong)).toThrow(
      `"${wrong}" is no hotkey. Write one or more of alt, shift, ctrl, meta, and a letter or digit: alt+shift+p.`,
    )
})

test('preferences survive a page without storage, and a storage with nonsense in it', () => {
  const without = createPreferences(() => {
    throw new Error('SecurityError')
  })
  without.write({ isOpen: true })
  expect(without.read()).toEqual({ ...DEFAULTS, isOpen: true })

  sessionStorage.setItem('painda-devtools', '{"isOpen":"yes","tab":"<b>","size":1e99,"theme":"dark"}')
  expect(createPreferences(() => sessionStorage).read()).toEqual({ ...DEFAULTS, theme: 'dark', size: 0.92 })
  sessionStorage.setItem('painda-devtools', '{{{')
  expect(createPreferences(() => sessionStorage).read()).toEqual(DEFAULTS)
  sessionStorage.clear()
})

/** Text on the grounds where the styles put it. */
function pairsOf(palette: Readonly<Record<string, string>>): [string, string][] {
  const kinds = Object.keys(palette).filter((name) => name.startsWith('kind-'))
  const plain = ['ground', 'raised', 'sunken', 'hover']
  return [
    ...['ink', 'soft', 'faint', ...kinds].flatMap((text) =>
      plain.map((ground): [string, string] => [text, ground]),
    ),
    ...['ink', 'soft', 'accent', ...kinds].map((text): [string, string] => [text, 'chosen']),
    ...['soft', 'number', 'string', 'boolean'].flatMap((text): [string, string][] => [
      [text, 'ground'],
      [text, 'hover'],
      [text, 'glow'],
    ]),
    ...['bad', 'good', 'busy'].map((tone): [string, string] => [tone, `${tone}-ground`]),
    ['ink', 'bad-ground'],
    ['soft', 'bad-ground'],
    ['in', 'raised'],
    ['out', 'raised'],
    // The button "Follow the newest".
    ['ground', 'accent'],
  ]
}

/** WCAG 2's contrast ratio of two `#rrggbb`. */
function contrast(a = '#000000', b = '#000000'): number {
  const [light = 0, dark = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x)
  return (light + 0.05) / (dark + 0.05)
}

function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const channel = Number.parseInt(hex.slice(at, at + 2), 16) / 255
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}
