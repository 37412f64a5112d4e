import type { Call } from '../../calls/call.ts'
import { html, type Markup } from '../../http/html.ts'
import type { Simulation } from '../../simulation.ts'
import { type Extension, fullName } from '../../world/world.ts'
import { bubbles } from './bubbles.ts'
import { recent, textableNumbers, type View } from './view.ts'

const mostPhones = 6
const mostBubbles = 8

/** The phones of the account's people: what they sent and got, and whether they ring. */
export function extensionPhones(sim: Simulation, view: View): Markup[] {
  return [...sim.world.extensions.values()]
    .filter((one) => one.status === 'Enabled')
    .slice(0, mostPhones)
    .map((one) => phone(sim, one, view))
}

function phone(sim: Simulation, extension: Extension, { person, number }: View): Markup {
  const { presenceStatus, calls, dndStatus } = sim.presence.stateOf(extension.id)
  const numbers = textableNumbers(sim).filter(
    (one) => sim.world.numbers.get(one)?.extensionId === extension.id,
  )
  const chosen = numbers.includes(number)
  const messages = recent(sim, extension.id, mostBubbles).reverse()
  return html`
    <section class="phone ${chosen && 'chosen'}" aria-label="${fullName(extension)}’s phone">
      <div class="who">
        <strong><span class="dot ${presenceStatus.toLowerCase()}" title="${presenceStatus}"></span>${fullName(extension)}</strong>
        ${dndStatus === 'DoNotAcceptAnyCalls' && html`<span class="tag">do not disturb</span>`}
        ${numbers.map(
          (one) =>
            html`<a class="number" href="/simulator?person=${encodeURIComponent(person)}&number=${encodeURIComponent(one)}">${one}</a>`,
        )}
      </div>
      ${calls.map(ringing)}
      <div class="screen" data-scroll>${bubbles(messages, 'Outbound', 'No message.')}</div>
    </section>`
}

function ringing(call: Call): Markup {
  const other = call.direction === 'Inbound' ? call.from : call.to
  const rings = call.state === 'Setup' || call.state === 'Proceeding'
  return html`<p class="call ${rings && 'rings'}">☎ ${rings ? 'Rings' : call.state} · ${call.direction === 'Inbound' ? 'from' : 'to'} ${other.name ?? other.phoneNumber}</p>`
}
