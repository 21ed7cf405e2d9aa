// Two browsers' worth of work at a time, no second chances: a test that passes only when repeated has failed.
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import process from 'node:process'
import { defineConfig } from '@playwright/test'
import type { GameOptions } from './fixtures.js'

/** A browser that is installed anyway; without one Playwright takes its own. */
function findChromium(): string | undefined {
  const names = ['chromium', 'chromium-browser', 'google-chrome']
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find((path) => existsSync(path))
}

const executablePath = findChromium()

/**
 * What a whole Chromium does for every context, and no test looks at: two hidden pages for suggestions of its address bar, and a
 * process in stock for the next site. Together more than half of what it costs to open a page.
 */
const SPARED = ['WebUIOmniboxPopup', 'WebUIOmniboxAimPopup', 'SpareRendererForSitePerProcess']
/** Playwright's own, those of them that a page can feel: of two such lists Chromium hears the last. */
const ALWAYS_OFF = [
  'AvoidUnnecessaryBeforeUnloadCheckSync',
  'DestroyProfileOnBrowserClose',
  'HttpsFirstBalancedModeAutoEnable',
  'HttpsUpgrades',
  'MediaRouter',
  'OptimizationHints',
  'PaintHolding',
  'ThirdPartyStoragePartitioning',
]

export default defineConfig<GameOptions>({
  testDir: '.',
  // The slow specs (`*.long.spec.ts`) run in `npm run test:long`, and nothing else there.
  ...(process.env['PP_LONG'] === '1' ? { testMatch: '*.long.spec.ts' } : { testIgnore: '*.long.spec.ts' }),
  globalSetup: './support/build.ts',
  workers: 2,
  retries: 0,
  timeout: 60_000,
  expect: { timeout: 15_000 },
  use: {
    launchOptions: {
      ...(executablePath === undefined ? {} : { executablePath }),
      // The back button keeps pages, as in every browser of a player. Playwright would turn that off.
      ignoreDefaultArgs: ['--disable-back-forward-cache'],
      args: [`--disable-features=${[...ALWAYS_OFF, ...SPARED].join(',')}`],
    },
    // As for people who asked for less motion: a floor that is drawn at every frame takes the processor from the other player.
    // Specs that are about what moves say so.
    contextOptions: { reducedMotion: 'reduce' },
    // Without the film: recording it would take a third of the time of every test that passes.
    trace: { mode: 'retain-on-failure', screenshots: false },
    screenshot: 'only-on-failure',
  },
  projects: [
    { name: 'desktop', grepInvert: /@touch/, use: { viewport: { width: 1100, height: 720 } } },
    {
      name: 'phone',
      grep: /@touch|@phone/,
      use: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 },
    },
  ],
})
