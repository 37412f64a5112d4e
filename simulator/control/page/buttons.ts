import type { FaultPlan } from '../../faults/plan.ts'
import { html, type Markup } from '../../http/html.ts'
import type { Simulation } from '../../simulation.ts'
import { ControlError } from '../control-error.ts'
import { revokeGrant } from '../extensions.ts'
import { blacklist } from '../subscriptions.ts'
import { hiddenView, type View } from './view.ts'

interface Button {
  group: 'Sending' | 'The API' | 'Webhooks' | 'Logins and subscriptions' | 'Time'
  label: string
  press(sim: Simulation, view: View): unknown
}

const hour = 3_600_000
const send = { path: '**/sms', method: 'POST', count: 1 } as const

const plan = (fault: FaultPlan) => (sim: Simulation) => sim.faults.add(fault)

/** What can be done to the gateway with a click. Finer plans go to `POST /simulator/faults`. */
const buttons: Record<string, Button> = {
  'send-500': {
    group: 'Sending',
    label: 'Next text: accepted, answered 500',
    press: plan({ kind: 'accept-then-status', status: 500, ...send }),
  },
  'send-reset': {
    group: 'Sending',
    label: 'Next text: accepted, connection breaks',
    press: plan({ kind: 'accept-then-reset', ...send }),
  },
  'send-hang': {
    group: 'Sending',
    label: 'Next text: accepted, never answered',
    press: plan({ kind: 'accept-then-hang', ...send }),
  },
  'send-hide': {
    group: 'Sending',
    label: 'Next text: in no list for 30 s',
    press: plan({ kind: 'hide', ms: 30_000, ...send }),
  },
  'api-503': {
    group: 'The API',
    label: 'Next 3 calls: 503',
    press: plan({ kind: 'status', status: 503, path: '/restapi/v1.0', count: 3 }),
  },
  'api-429': {
    group: 'The API',
    label: 'Next 3 calls: 429, wait 30 s',
    press: plan({ kind: 'rate-limit', retryAfter: 30, path: '/restapi/v1.0', count: 3 }),
  },
  'api-slow': {
    group: 'The API',
    label: 'Next 5 calls: 5 s late',
    press: plan({ kind: 'delay', ms: 5000, path: '/restapi/v1.0', count: 5 }),
  },
  'api-down': {
    group: 'The API',
    label: 'All calls: connection breaks',
    press: plan({ kind: 'reset', path: '/restapi/v1.0' }),
  },
  'hook-drop': {
    group: 'Webhooks',
    label: 'Lose the next',
    press: plan({ kind: 'webhook-drop', count: 1 }),
  },
  'hook-double': {
    group: 'Webhooks',
    label: 'Send the next twice',
    press: plan({ kind: 'webhook-double', count: 1 }),
  },
  'hook-delay': {
    group: 'Webhooks',
    label: 'Delay the next by 10 s',
    press: plan({ kind: 'webhook-delay', ms: 10_000, count: 1 }),
  },
  'hook-reorder': {
    group: 'Webhooks',
    label: 'Let the next be overtaken',
    press: plan({ kind: 'webhook-reorder', count: 1 }),
  },
  revoke: {
    group: 'Logins and subscriptions',
    label: 'End the chosen extension’s logins',
    press(sim, { number }) {
      const owner = sim.world.ownerOf(number)
      if (owner) revokeGrant(sim, owner.id)
    },
  },
  blacklist: {
    group: 'Logins and subscriptions',
    label: 'Blacklist all subscriptions',
    press(sim) {
      for (const { id } of sim.subscriptions.all()) blacklist(sim, id)
    },
  },
  'sync-tokens': {
    group: 'Logins and subscriptions',
    label: 'Let sync tokens die',
    press: (sim) => sim.syncTokens.expireAll(),
  },
  clear: {
    group: 'The API',
    label: 'Everything works again',
    press: (sim) => sim.faults.clear(),
  },
  hour: { group: 'Time', label: '+ 1 hour', press: (sim) => sim.clock.advance(hour) },
  day: { group: 'Time', label: '+ 1 day', press: (sim) => sim.clock.advance(24 * hour) },
  faster: { group: 'Time', label: '60 times as fast', press: (sim) => sim.clock.speed(60) },
  ordinary: {
    group: 'Time',
    label: 'As it is',
    press(sim) {
      sim.clock.speed(1)
      sim.clock.release()
    },
  },
  hold: { group: 'Time', label: 'Hold still', press: (sim) => sim.clock.hold() },
}

export async function pressButton(sim: Simulation, name: string, view: View): Promise<string> {
  const button = buttons[name]
  if (!button) throw new ControlError(`There is no button ${name}.`)
  await button.press(sim, view)
  return `Done: ${button.label}.`
}

export function breakSection(_sim: Simulation, view: View): Markup {
  const groups = ['Sending', 'The API', 'Webhooks', 'Logins and subscriptions'] as const
  return html`
    <section>
      <h2>Break something</h2>
      <form method="post" action="/simulator/press">
        ${hiddenView(view)}
        ${groups.map((group) => html`<h3>${group}</h3><div class="buttons">${of(group)}</div>`)}
      </form>
    </section>`
}

export function clockSection(sim: Simulation): Markup {
  const { now, held, speed } = sim.clock.describe()
  const pace = held ? 'held still' : speed === 1 ? 'runs' : `runs ${speed} times as fast`
  return html`
    <section>
      <h2>Clock</h2>
      <p data-live="clock"><span class="mono">${now}</span> <span class="quiet">${pace}</span></p>
      <form method="post" action="/simulator/press"><div class="buttons">${of('Time')}</div></form>
    </section>`
}

function of(group: Button['group']): Markup[] {
  return Object.entries(buttons)
    .filter(([, button]) => button.group === group)
    .map(([name, { label }]) => html`<button name="button" value="${name}">${label}</button>`)
}
