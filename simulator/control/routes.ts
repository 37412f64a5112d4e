import { Hono } from 'hono'
import { z } from 'zod'
import { renderCall } from '../calls/call.ts'
import { parseFaultPlan } from '../faults/plan.ts'
import { answer, type HttpContext, type HttpEnv } from '../http/exchange.ts'
import { renderMessage } from '../messages/render.ts'
import type { Simulation } from '../simulation.ts'
import { addCall, callRequest } from './calls.ts'
import { clockRequest, moveClock } from './clock-control.ts'
import { ControlError } from './control-error.ts'
import { revokeGrant } from './extensions.ts'
import { inboundText, receiveText } from './inbound.ts'
import { readOutbox } from './outbox.ts'
import { statePage } from './state-page.ts'

/** What people and tests do to the simulator, as opposed to what clients ask of RingCentral. */
export function controlRoutes(sim: Simulation): Hono<HttpEnv> {
  const routes = new Hono<HttpEnv>()

  routes.get('/', (c) => c.html(statePage(sim, c.req.query('notice'))))

  routes.post('/inbound', async (c) => {
    const arrived = receiveText(sim, await readInput(c, inboundText))
    if (c.get('fromForm')) return c.redirect('/simulator?notice=The+text+arrived.', 303)
    const [first] = arrived.map((message) => renderMessage(sim.world, sim.baseUrl, message))
    return answer(first ?? {})
  })

  routes.get('/outbox', () => answer(readOutbox(sim)))
  routes.get('/ledger', () => answer(sim.ledger.entries()))

  routes.post('/calls', async (c) => {
    const calls = addCall(sim, await readInput(c, callRequest))
    const now = sim.clock.now()
    return answer(calls.map((call) => renderCall(sim.baseUrl, call, now, false)))
  })

  routes.post('/grants/revoke', async (c) => {
    const { extensionId } = await readInput(c, z.object({ extensionId: z.string() }))
    return answer({ endedSessions: revokeGrant(sim, extensionId) })
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
    if (c.get('fromForm')) return c.html(statePage(sim, error.message), 400)
    return answer({ error: error.message }, 400)
  })
  return routes
}

async function readInput<Schema extends z.ZodType>(
  c: HttpContext,
  schema: Schema,
): Promise<z.output<Schema>> {
  const text = await c.req.text()
  const type = c.req.header('content-type') ?? ''
  // curl calls everything a form; JSON is told by how it begins.
  const fromForm = type.startsWith('application/x-www-form-urlencoded') && !/^\s*[{[]/.test(text)
  c.set('fromForm', fromForm)
  let value: unknown
  try {
    value = fromForm ? Object.fromEntries(new URLSearchParams(text)) : JSON.parse(text)
  } catch {
    throw new ControlError('The body must be JSON.')
  }
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  throw new ControlError(
    parsed.error.issues
      .map((issue) => [issue.path.join('.'), issue.message].filter(Boolean).join(': '))
      .join('; '),
  )
}
