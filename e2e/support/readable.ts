// Can everybody read this screen? axe looks at names, roles and contrast.
import AxeBuilder from '@axe-core/playwright'
import { expect, type Page } from '@playwright/test'

/** Fails with what axe finds serious or critical on the page, or in the part of it that `selector` names. */
export async function expectReadable(page: Page, screen: string, selector?: string): Promise<void> {
  // Legacy: without a second page per look, which only frames of other origins would need.
  const builder = new AxeBuilder({ page }).setLegacyMode().options({ resultTypes: ['violations'] })
  const { violations } = await (selector === undefined ? builder : builder.include(selector)).analyze()
  const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
  const found = serious.map(
    ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`,
  )
  expect(found, screen).toEqual([])
}
