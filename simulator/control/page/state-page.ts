import { html } from '../../http/html.ts'
import { page } from '../../http/page.ts'
import type { Simulation } from '../../simulation.ts'
import { breakSection, clockSection } from './buttons.ts'
import { outsidePhone } from './outside-phone.ts'
import { extensionPhones } from './phones.ts'
import { keepFresh } from './script.ts'
import {
  extensionSection,
  faultSection,
  ledgerSection,
  messageSection,
  rateSection,
  subscriptionSection,
} from './sections.ts'
import { phoneStyles } from './styles.ts'
import { type View, viewOf } from './view.ts'

/** The simulator for a person: phones to text and to call with, and what to break. */
export function statePage(sim: Simulation, asked: Partial<View> = {}, notice?: string): string {
  const view = viewOf(sim, asked)
  return page({
    title: 'Phones',
    styles: phoneStyles,
    content: html`
      <div data-live="notice">${notice && html`<p class="notice" role="status">${notice}</p>`}</div>
      <div class="desk">
        ${outsidePhone(sim, view)}
        <div data-live="phones" class="phones">${extensionPhones(sim, view)}</div>
      </div>
      <div class="columns">
        ${breakSection(sim, view)}
        <div data-live="faults">${faultSection(sim)}</div>
      </div>
      <div data-live="subscriptions">${subscriptionSection(sim)}</div>
      <div class="columns">
        <div data-live="rates">${rateSection(sim)}</div>
        ${clockSection(sim)}
      </div>
      <div data-live="ledger">${ledgerSection(sim)}</div>
      <div data-live="messages">${messageSection(sim)}</div>
      <div data-live="extensions">${extensionSection(sim)}</div>`,
    script: keepFresh,
  })
}
