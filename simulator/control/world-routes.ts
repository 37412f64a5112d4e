import { Hono } from 'hono'
import { z } from 'zod'
import { answer, type HttpEnv } from '../http/exchange.ts'
import { allPermissions } from '../http/user-permissions.ts'
import { grantableScopes } from '../oauth/scopes.ts'
import { renderExtension } from '../resources/extensions.ts'
import type { Simulation } from '../simulation.ts'
import { campaignStatuses } from '../world/world.ts'
import {
  addAccount,
  addExtension,
  registerScope,
  setExtensionStatus,
  takeRights,
} from './extensions.ts'
import { assignNumber, moveNumber, setCampaign } from './numbers.ts'
import { readInput } from './read-input.ts'

const phoneNumber = z.string().regex(/^\+[1-9]\d{6,14}$/, 'must be a number in E.164')
const features = z
  .array(
    z.enum([
      ...(['CallerId', 'SmsSender', 'MmsSender', 'InternationalSmsSender'] as const),
      ...(['A2PSmsSender', 'Delegated'] as const),
    ]),
  )
  .optional()

const newAccount = z.strictObject({
  name: z.string().min(1),
  mainNumber: phoneNumber,
  federated: z.boolean().optional(),
})

const newExtension = z.strictObject({
  accountId: z.string().optional(),
  extensionNumber: z.string().optional(),
  firstName: z.string().min(1),
  lastName: z.string().min(1),
  email: z.email().optional(),
  admin: z.boolean().optional(),
  phoneNumbers: z.array(phoneNumber).optional(),
  features,
})

const changedExtension = z
  .strictObject({
    status: z.enum(['Enabled', 'Disabled', 'Frozen', 'NotActivated', 'Unassigned']).optional(),
    lacks: z.array(z.enum(allPermissions)).optional(),
  })
  .refine((value) => Object.keys(value).length > 0, 'give status or lacks')

const scopes = z.array(z.enum(grantableScopes)).min(1)
const changedApp = z.strictObject({
  scope: z.union([
    scopes,
    z
      .string()
      .transform((text) => text.split(/\s+/).filter(Boolean))
      .pipe(scopes),
  ]),
})

const newNumber = z.strictObject({ phoneNumber, extensionId: z.string(), features })

const changedNumber = z
  .strictObject({
    extensionId: z.string().optional(),
    campaign: z.enum(campaignStatuses).optional(),
  })
  .refine((value) => Object.keys(value).length > 0, 'give extensionId or campaign')

/** Who and what there is, changed while the simulator runs. */
export function worldRoutes(sim: Simulation): Hono<HttpEnv> {
  const routes = new Hono<HttpEnv>()

  routes.post('/accounts', async (c) => {
    const id = addAccount(sim, await readInput(c, newAccount))
    return answer({ id })
  })
  routes.post('/extensions', async (c) => {
    const extension = addExtension(sim, await readInput(c, newExtension))
    return answer(renderExtension(sim, extension))
  })
  routes.patch('/extensions/:id', async (c) => {
    const { status, lacks } = await readInput(c, changedExtension)
    if (lacks !== undefined) takeRights(sim, c.req.param('id'), lacks)
    if (status !== undefined) setExtensionStatus(sim, c.req.param('id'), status)
    return c.body(null, 204)
  })
  routes.get('/app', () => answer({ scope: sim.settings.scope }))
  routes.patch('/app', async (c) => {
    const { scope } = await readInput(c, changedApp)
    registerScope(sim, scope)
    return answer({ scope })
  })
  routes.post('/numbers', async (c) => {
    assignNumber(sim, await readInput(c, newNumber))
    return c.body(null, 204)
  })
  routes.patch('/numbers/:phoneNumber', async (c) => {
    const { extensionId, campaign } = await readInput(c, changedNumber)
    const number = c.req.param('phoneNumber')
    if (campaign !== undefined) setCampaign(sim, number, campaign)
    if (extensionId !== undefined) moveNumber(sim, number, extensionId)
    return c.body(null, 204)
  })
  return routes
}
