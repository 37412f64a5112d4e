import { html, type Markup } from '../../http/html.ts'
import type { Simulation } from '../../simulation.ts'
import { fullName } from '../../world/world.ts'
import { bubbles } from './bubbles.ts'
import { conversation, peopleOutside, textableNumbers, type View } from './view.ts'

/** The phone of somebody outside, to text and call the account with. */
export function outsidePhone(sim: Simulation, view: View): Markup {
  const name = sim.world.ownerOf(view.number)
  return html`
    <section class="phone outside" aria-label="A phone outside">
      <form method="get" action="/simulator" class="who" data-view>
        <label>You are <input type="tel" name="person" list="people" value="${view.person}" pattern="\\+[1-9][0-9]{6,14}" required></label>
        <datalist id="people">${peopleOutside(sim, view).map((one) => html`<option value="${one}">`)}</datalist>
        <label>writing to <select name="number">${textableNumbers(sim).map((number) => {
          const owner = sim.world.ownerOf(number)
          return html`<option value="${number}" ${number === view.number && html`selected`}>${number} · ${owner?.firstName}</option>`
        })}</select></label>
        <noscript><button>Show</button></noscript>
      </form>
      <div class="screen" data-live="conversation" data-scroll>${bubbles(
        conversation(sim, view, 40),
        'Inbound',
        `Nothing was said yet. What the gateway texts to ${view.person} arrives here.`,
      )}</div>
      <form method="post" action="/simulator/inbound" class="write">
        <input type="hidden" name="from" value="${view.person}">
        <input type="hidden" name="to" value="${view.number}">
        <input type="text" name="text" maxlength="1600" autocomplete="off" required
          placeholder="Text ${name ? fullName(name) : view.number}" aria-label="Text">
        <button class="primary">Send</button>
      </form>
      <form method="post" action="/simulator/calls" class="write">
        <input type="hidden" name="from" value="${view.person}">
        <input type="hidden" name="to" value="${view.number}">
        <select name="outcome" aria-label="How the call goes">
          <option value="answered">is answered</option>
          <option value="missed">is missed</option>
          <option value="voicemail">goes to voicemail</option>
          <option value="busy">meets a busy line</option>
          <option value="rejected">is rejected</option>
        </select>
        <button>Call</button>
      </form>
    </section>`
}
