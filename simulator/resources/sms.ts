import { apiError, invalidParameter, tabled } from '../http/errors.ts'
import { answer, type Exchange, extensionPath } from '../http/exchange.ts'
import type { Operation } from '../http/operation.ts'
import { type RefusalCode, refusalCodes } from '../messages/magic-codes.ts'
import { refusalOf } from '../messages/magic-numbers.ts'
import type { Letter } from '../messages/postman.ts'
import { renderMessage } from '../messages/render.ts'
import { readSmsRequest } from './sms-request.ts'

export const smsOperations: Operation[] = ['sms', 'mms'].map((name) => ({
  method: 'POST',
  path: `${extensionPath}/${name}`,
  group: 'Medium',
  scope: 'SMS',
  ownOnly: true,
  handle: send,
}))

async function send(x: Exchange): Promise<Response> {
  const { sim, c, me } = x
  const letter = await readSmsRequest(x)
  const kind = letter.attachments.length > 0 ? 'MMS' : 'SMS'
  if (!sim.limiter.takeSend(`${me.id} ${x.session.clientId}`, kind)) {
    throw tabled(refusalCodes.find(({ code }) => code === 'MSG-305') as RefusalCode)
  }
  requireSender(x, letter.from, letter.attachments.length > 0)
  for (const to of letter.to) {
    refuseDestination(x, letter, to)
    const refusal = refusalOf(to)
    if (refusal) throw tabled(refusal)
  }
  const message = sim.postman.accept(me, letter, c.get('hideForMs'))
  return answer(renderMessage(sim.world, sim.baseUrl, message, true))
}

/** Being the company's is not enough, nor is being an administrator: the number must be one's own. */
function requireSender({ sim, me }: Exchange, from: string, withMedia: boolean): void {
  const number = sim.world.numbers.get(from)
  if (!number || number.extensionId !== me.id) {
    throw apiError(403, 'MSG-304', "Phone number doesn't belong to extension", {
      family: 'FeatureNotAvailable',
    })
  }
  if (number.type === 'FaxOnly') {
    throw apiError(403, 'MSG-241', 'Sending SMS from a fax number is not available', {
      family: 'FeatureNotAvailable',
    })
  }
  if (me.type !== 'User') {
    throw apiError(403, 'MSG-314', 'Extensions of this type cannot send messages', {
      family: 'FeatureNotAvailable',
    })
  }
  if (number.status !== 'Normal') {
    throw apiError(403, 'MSG-242', 'Sending SMS is not available from this number', {
      family: 'FeatureNotAvailable',
    })
  }
  if (
    !number.features.includes('SmsSender') ||
    (withMedia && !number.features.includes('MmsSender'))
  ) {
    throw apiError(403, 'MSG-367', 'The number does not support SMS', {
      family: 'FeatureNotAvailable',
    })
  }
}

function refuseDestination({ sim }: Exchange, { from, attachments }: Letter, to: string): void {
  if (/^\d{3,4}$/.test(to)) {
    throw apiError(400, 'MSG-246', 'Sending SMS to extension numbers is not available', {
      family: 'InvalidParameter',
      parameterName: 'to',
    })
  }
  if (to.length < 8) {
    throw apiError(400, 'MSG-247', 'Sending SMS to short numbers is not available', {
      family: 'InvalidParameter',
      parameterName: 'to',
    })
  }
  if (to.startsWith('+1')) {
    // North America: ten digits, and neither the area nor the exchange begins with 0 or 1.
    if (!/^\+1[2-9]\d{2}[2-9]\d{6}$/.test(to)) throw invalidParameter('to.phoneNumber')
    return
  }
  const number = sim.world.numbers.get(from)
  if (number?.features.includes('InternationalSmsSender')) return
  throw number?.paymentType === 'TollFree'
    ? apiError(403, 'MSG-403', 'International SMS from a toll-free number is not available', {
        family: 'InternationalProhibited',
      })
    : attachments.length > 0
      ? apiError(403, 'MSG-383', 'International MMS is not available', {
          family: 'InternationalProhibited',
        })
      : apiError(403, 'MSG-240', 'International SMS is not available', {
          family: 'InternationalProhibited',
        })
}
