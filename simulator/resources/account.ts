import { accountPath, answer } from '../http/exchange.ts'
import { digits } from '../http/json.ts'
import type { Operation } from '../http/operation.ts'
import { renderPerson } from './extensions.ts'

export const accountOperations: Operation[] = [
  {
    method: 'GET',
    path: accountPath,
    group: 'Light',
    scope: 'ReadAccounts',
    handle({ sim, account }) {
      const operator = sim.world.extensionsOf(account.id)[0]
      const uri = `${sim.baseUrl}/restapi/v1.0/account/${account.id}`
      return answer({
        uri,
        id: digits(account.id),
        mainNumber: account.mainNumber,
        operator: operator && renderPerson(sim, operator),
        serviceInfo: {
          uri: `${uri}/service-info`,
          brand: {
            id: '1210',
            name: 'RingCentral',
            homeCountry: { id: '1', name: 'United States' },
          },
          servicePlan: { id: '3304', name: 'RingEX Advanced' },
          billingPlan: { id: '8853', name: 'Monthly', durationUnit: 'Month', duration: 1 },
        },
        setupWizardState: 'Completed',
        status: 'Confirmed',
        regionalSettings: {
          homeCountry: { id: '1', name: 'United States', isoCode: 'US', callingCode: '1' },
          currency: { id: 1, code: 'USD', name: 'US Dollar', symbol: '$' },
        },
        federated: account.federated ?? false,
        limits: {
          maxMonitoredExtensionsPerUser: 100,
          maxExtensionNumberLength: 6,
          siteCodeLength: 0,
        },
      })
    },
  },
]
