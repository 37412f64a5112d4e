import { html, Markup } from '../http/html.ts'
import { page } from '../http/page.ts'
import type { Simulation } from '../simulation.ts'
import {
  clockSection,
  extensionSection,
  faultSection,
  messageSection,
  rateSection,
  subscriptionSection,
} from './state-sections.ts'

/** The simulator's state for a person, with a form to play the other side of a conversation. */
export function statePage(sim: Simulation, notice?: string): string {
  return page({
    title: 'State',
    content: html`
      ${notice && html`<p class="notice" role="status">${notice}</p>`}
      ${textForm(sim)}
      <div id="live">
        ${messageSection(sim)}
        ${extensionSection(sim)}
        ${subscriptionSection(sim)}
        <div class="columns">${rateSection(sim)} ${faultSection(sim)}</div>
        ${clockSection(sim)}
      </div>`,
    script: keepFresh,
  })
}

function textForm(sim: Simulation): Markup {
  const numbers = [...sim.world.numbers.keys()].filter((number) => sim.world.reachedAt(number))
  return html`
    <section>
      <h2>Make a text arrive</h2>
      <form method="post" action="/simulator/inbound">
        <div class="fields">
          <label>From<input type="text" name="from" value="+13105550177" required></label>
          <label>To
            <select name="to">${numbers.map(
              (number) =>
                html`<option value="${number}">${number} · ${sim.world.ownerOf(number)?.firstName}</option>`,
            )}</select>
          </label>
          <label class="whole">Text<input type="text" name="text" maxlength="1600" autocomplete="off" required></label>
        </div>
        <button class="primary">Send</button>
      </form>
    </section>`
}

// Only what is below the form is replaced, so nobody loses a half-written text.
const keepFresh = new Markup(`<script>
setInterval(async () => {
  if (document.hidden) return
  try {
    const answer = await fetch('/simulator')
    const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html')
    document.getElementById('live').replaceWith(fresh.getElementById('live'))
  } catch {}
}, 2000)
</script>`)
