import { Hono } from 'hono'
import { z } from 'zod'
import { renderCall } from '../calls/call.ts'
import { parseFaultPlan } from '../faults/plan.ts'
import { answer, type HttpContext, type HttpEnv } from '../http/exchange.ts'
import { renderMessage } from '../messages/render.ts'
import type { Simulation } from '../simulation.ts'
import { addCall, callRequest, hangUp } from './calls.ts'
import { clockRequest, moveClock } from './clock-control.ts'
import { ControlError } from './control-error.ts'
import { revokeGrant } from './extensions.ts'
import { inboundText, receiveText } from './inbound.ts'
import { inboundFax, receiveFax } from './inbound-fax.ts'
import { inboundVoicemail, receiveVoicemail } from './inbound-voicemail.ts'
import { readOutbox } from './outbox.ts'
import { pressButton } from './page/buttons.ts'
import { statePage } from './page/state-page.ts'
import { type View, viewOf } from './page/view.ts'
import { readInput } from './read-input.ts'
import { blacklist } from './subscriptions.ts'
import { worldRoutes } from './world-routes.ts'

/** What people and tests do to the simulator, as opposed to what clients ask of RingCentral. */
export function controlRoutes(sim: Simulation): Hono<HttpEnv> {
  const routes = new Hono<HttpEnv>()

  routes.get('/', (c) => {
    const { person, number, notice } = c.req.query()
    return c.html(statePage(sim, { person, number }, notice))
  })

  /** Where somebody is who used the page, after it did what they asked. */
  const back = (c: HttpContext, view: Partial<View>, notice: string) =>
    c.redirect(`/simulator?${new URLSearchParams({ ...view, notice })}`, 303)

  routes.post('/press', async (c) => {
    const form = new URLSearchParams(await c.req.text())
    c.set('fromForm', true)
    const [person, number] = [form.get('person') ?? undefined, form.get('number') ?? undefined]
    const view = viewOf(sim, { person, number })
    return back(c, view, await pressButton(sim, form.get('button') ?? '', view))
  })

  routes.post('/inbound', async (c) => {
    const text = await readInput(c, inboundText)
    const arrived = receiveText(sim, text)
    if (c.get('fromForm')) {
      return back(c, { person: text.from, number: String(text.to) }, 'The text arrived.')
    }
    const [first] = arrived.map((message) => renderMessage(sim.world, sim.baseUrl, message))
    return answer(first ?? {})
  })

  routes.get('/outbox', () => answer(readOutbox(sim)))
  routes.get('/ledger', () => answer(sim.ledger.entries()))

  routes.on('POST', ['/call', '/calls'], async (c) => {
    const plan = await readInput(c, callRequest)
    const calls = addCall(sim, plan)
    if (c.get('fromForm')) return back(c, { person: plan.from, number: plan.to }, 'It rings.')
    const now = sim.clock.now()
    return answer(calls.map((call) => renderCall(sim.baseUrl, call, now, false)))
  })

  routes.post('/calls/:telephonySessionId/hang-up', (c) => {
    hangUp(sim, c.req.param('telephonySessionId'))
    return c.body(null, 204)
  })

  routes.post('/voicemail', async (c) => {
    const message = receiveVoicemail(sim, await readInput(c, inboundVoicemail))
    return answer(renderMessage(sim.world, sim.baseUrl, message))
  })

  routes.post('/fax', async (c) => {
    const message = receiveFax(sim, await readInput(c, inboundFax))
    return answer(renderMessage(sim.world, sim.baseUrl, message))
  })

  routes.post('/grants/revoke', async (c) => {
    const { extensionId } = await readInput(c, z.object({ extensionId: z.string() }))
    return answer({ endedSessions: revokeGrant(sim, extensionId) })
  })

  routes.route('/', worldRoutes(sim))

  routes.post('/subscriptions/:id/blacklist', (c) => {
    blacklist(sim, c.req.param('id'))
    return c.body(null, 204)
  })

  routes.post('/sync-tokens/expire', (c) => {
    sim.syncTokens.expireAll()
    return c.body(null, 204)
  })

  routes.get('/clock', () => answer(sim.clock.describe()))
  routes.post('/clock', async (c) => {
    await moveClock(sim.clock, await readInput(c, clockRequest))
    return answer(sim.clock.describe())
  })

  routes.get('/faults', () => answer(sim.faults.list()))
  routes.post('/faults', async (c) => {
    const parsed = parseFaultPlan(await readInput(c, z.unknown()))
    if ('reason' in parsed) throw new ControlError(parsed.reason)
    return answer(sim.faults.add(parsed.plan))
  })
  routes.delete('/faults', (c) => {
    sim.faults.clear()
    return c.body(null, 204)
  })

  routes.onError((error, c) => {
    if (!(error instanceof ControlError)) throw error
    if (c.get('fromForm')) return c.html(statePage(sim, {}, error.message), 400)
    return answer({ error: error.message }, 400)
  })
  return routes
}
