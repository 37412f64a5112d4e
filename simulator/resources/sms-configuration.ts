import { notFound } from '../http/errors.ts'
import { answer, type Exchange, extensionPath } from '../http/exchange.ts'
import type { Operation } from '../http/operation.ts'

export const smsConfigurationOperations: Operation[] = [
  {
    method: 'GET',
    path: `${extensionPath}/phone-number/:phoneNumberId/sms-configuration`,
    group: 'Light',
    scope: 'ReadAccounts',
    handle: read,
  },
]

/** Whether carriers know who texts from this number. Both objects missing means that they do not. */
function read({ sim, c, extension }: Exchange): Response {
  const id = c.req.param('phoneNumberId')
  const number = sim.world.numbersShownTo(extension).find((one) => one.id === id)
  if (!number) throw notFound('phoneNumberId')
  const campaign =
    number.campaign ?? (number.paymentType === 'Local' ? 'Confirmed' : 'Unregistered')
  return answer({
    phoneNumberId: number.id,
    phoneNumber: number.phoneNumber,
    ...(campaign !== 'Unregistered' && {
      smsCampaignInfo: {
        id: 'C0FFEE1',
        status: campaign,
        registrationTier: 'LowVolumeMixed',
        useCases: ['CustomerCare', 'DeliveryNotification'],
      },
      smsBrandInfo: { id: 'BRAND01', status: 'Confirmed' },
    }),
  })
}
