import { apiError, invalidParameter } from '../http/errors.ts'
import { answer, type Exchange, extensionPath, readJson } from '../http/exchange.ts'
import type { Operation } from '../http/operation.ts'
import { renderMessage } from '../messages/render.ts'
import type { Extension } from '../world/world.ts'

export const companyPagerOperations: Operation[] = [
  {
    method: 'POST',
    path: `${extensionPath}/company-pager`,
    group: 'Medium',
    scope: 'InternalMessages',
    ownOnly: true,
    handle: send,
  },
]

const longestText = 1024

async function send(x: Exchange): Promise<Response> {
  const { sim, me, c } = x
  const { to, text, replyOn } = await readJson(c)
  if (typeof text !== 'string' || text === '' || text.length > longestText) {
    throw invalidParameter('text')
  }
  const recipients = replyOn === undefined ? readRecipients(x, to) : repliedTo(x, String(replyOn))
  const message = sim.pager.send(me, recipients, text, c.get('hideForMs'))
  const { smsSendingAttemptsCount, ...told } = renderMessage(sim.world, sim.baseUrl, message, true)
  return answer(told)
}

function readRecipients({ sim, account }: Exchange, to: unknown): Extension[] {
  if (!Array.isArray(to) || to.length === 0) throw invalidParameter('to')
  return to.map((one: Record<string, unknown>) => {
    const found = sim.world
      .extensionsOf(account.id)
      .find(({ id, extensionNumber }) =>
        one.extensionId === undefined
          ? extensionNumber === one.extensionNumber
          : id === String(one.extensionId),
      )
    if (found) return found
    throw apiError(400, 'CMN-102', 'Resource for parameter [to] is not found', {
      family: 'InvalidParameter',
      parameterName: 'to',
    })
  })
}

function repliedTo({ sim, me }: Exchange, messageId: string): Extension[] {
  const message = sim.mailboxes.find(me.id, messageId)
  if (message?.type !== 'Pager') throw invalidParameter('replyOn')
  const ids = new Set([message.from, ...message.to].map((one) => one.extensionId))
  ids.delete(me.id)
  return [...ids].flatMap((id) => sim.world.extensions.get(id ?? '') ?? [])
}
