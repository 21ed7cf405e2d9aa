// A page that complains has failed, whatever else it shows: uncaught errors and console errors are collected per page.
import type { Page } from '@playwright/test'

/** What Chromium writes to the console about a socket that a test took away. */
export const LOST_CONNECTION = /WebSocket connection to 'ws:[^']+' failed|net::ERR_CONNECTION/

/** Returns the list, which grows while the page lives. */
export function collectComplaints(page: Page): readonly string[] {
  const complaints: string[] = []
  page.on('pageerror', (error) => void complaints.push(`uncaught: ${error.stack ?? error.message}`))
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(`console: ${message.text()} (${message.location().url})`)
  })
  return complaints
}
