import { answer } from '../http/exchange.ts'
import type { Operation } from '../http/operation.ts'

export const userInfoOperations: Operation[] = [
  {
    method: 'GET',
    path: '/restapi/oauth/userinfo',
    group: 'Auth',
    handle: ({ me }) =>
      answer({
        sub: me.id,
        account_id: me.accountId,
        email: me.email,
        email_verified: true,
        given_name: me.firstName,
        family_name: me.lastName,
      }),
  },
]
