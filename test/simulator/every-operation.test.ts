import { expect, test } from 'vitest'
import { contractOperations } from './contract/operations.ts'
import {
  type Api,
  apiWith,
  ava,
  ben,
  call,
  consent,
  login,
  receive,
  refresh,
  requestToken,
  simulate,
} from './harness.ts'

const account = '/restapi/v1.0/account/~'
const extension = `${account}/extension/~`
const sessions = `${account}/telephony/sessions`
const a2p = `${account}/a2p-sms`
const sender = '+12025550150'
const text = {
  from: { phoneNumber: '+12025550101' },
  to: [{ phoneNumber: '+13105550177' }],
  text: 'Hello',
}

const template = { displayName: 'Greeting', body: { text: 'Hello {{name}}' } }

/** Things that the calls below speak of, made beforehand. */
async function prepare() {
  const simulator = await simulate({ limits: false })
  simulator.addNumber({ phoneNumber: sender, extensionId: ava, features: ['A2PSmsSender'] })
  const { address } = await receive()
  const token = (await login(simulator)).body
  const api = apiWith(simulator, token.access_token)
  const id = async (path: string, body: object) => (await api('POST', path, body)).body.id
  const filter = `${extension}/message-store`
  const deliveryMode = { transportType: 'WebHook', address }
  const subscription = { eventFilters: [filter], deliveryMode }
  const numbers = { from: '+13105550177', to: '+12025550101', talkMs: 3_600_000 }
  const [live] = simulator.addCall(numbers)
  const [doomed] = simulator.addCall(numbers)
  const startedAt = simulator.clock.now() - 3_600_000
  const [recorded] = simulator.addCall({ ...numbers, talkMs: 2000, startedAt, recorded: true })
  await simulator.clock.advance(3000)
  const batch = { from: sender, messages: [{ to: ['+13105550177'], text: 'Hi' }] }
  const batchId = await id(`${a2p}/batches`, batch)
  const ids = {
    message: await id('sms', text),
    doomed: await id('sms', text),
    subscription: await id('/restapi/v1.0/subscription', subscription),
    doomedSubscription: await id('/restapi/v1.0/subscription', subscription),
    contact: await id('address-book/contact', { firstName: 'Mia' }),
    template: await id('message-store-templates', template),
    doomedTemplate: await id('message-store-templates', template),
    companyTemplate: await id(`${account}/message-store-templates`, template),
    doomedCompanyTemplate: await id(`${account}/message-store-templates`, template),
    doomedContact: await id('address-book/contact', { firstName: 'Noah' }),
    ringOut: await id('ring-out', { from: text.from, to: text.to[0] as object }),
    batch: batchId,
    a2pMessage: (await api('GET', `${a2p}/messages?batchId=${batchId}`)).body.records[0].id,
    call: simulator.calls(ava)[0]?.id,
    session: live?.telephonySessionId,
    party: `${live?.telephonySessionId}/parties/${live?.partyId}`,
    doomedSession: doomed?.telephonySessionId,
    recording: recorded?.recordingId,
  }
  return { simulator, api, token, ids, batch, subscription }
}

type Prepared = Awaited<ReturnType<typeof prepare>>
type Calls = Record<string, (api: Api, given: Prepared) => Promise<{ status: number }>>

const get = (path: string) => (api: Api) => api('GET', path)
const form =
  (kind: string) =>
  (_api: Api, { simulator, token }: Prepared) => {
    const body = new FormData()
    body.append('json', new Blob([JSON.stringify(text)], { type: 'application/json' }))
    body.append('attachment', new Blob(['GIF89a'], { type: 'image/gif' }), 'dot.gif')
    const headers = { authorization: `Bearer ${token.access_token}` }
    return call(`${simulator.url}${extension}/${kind}`, { method: 'POST', headers, body })
  }

const calls: Calls = {
  authorize: (_api, { simulator }) => consent(simulator),
  getToken: async (_api, { simulator }) =>
    refresh(simulator, (await login(simulator, ben)).body.refresh_token),
  authUserInfo: get('/restapi/oauth/userinfo'),
  readAccountInfo: get(account),
  listExtensions: get(`${account}/extension?status=Enabled&type=User&perPage=2`),
  readExtension: get(extension),
  readExtensionFeatures: get('features?featureId=SMSSending&featureId=RingOut'),
  listExtensionPhoneNumbers: get('phone-number?usageType=DirectNumber'),
  smsConfigurationInfo: get('phone-number/1162820005/sms-configuration'),
  listAccountPhoneNumbers: get(`${account}/phone-number?paymentType=TollFree`),
  readAccountPhoneNumber: get(`${account}/phone-number/1162820005`),
  createSMSMessage: (api) => api('POST', 'sms', text),
  createMMS: form('mms'),
  createInternalTextMessage: (api) =>
    api('POST', 'company-pager', { to: [{ extensionNumber: '102' }], text: 'Hi' }),
  listMessages: get('message-store?messageType=SMS&owner=~&readStatus=Read&direction=Outbound'),
  deleteMessageByFilter: (api) => api('DELETE', 'message-store?type=Pager&conversationId=1'),
  readMessage: (api, { ids }) => api('GET', `message-store/${ids.message}`),
  updateMessage: (api, { ids }) =>
    api('PUT', `message-store/${ids.message}`, { readStatus: 'Read' }),
  patchMessage: (api, { ids }) =>
    api('PATCH', `message-store/${ids.message}`, { readStatus: 'Read' }),
  deleteMessage: (api, { ids }) => api('DELETE', `message-store/${ids.doomed}?purge=true`),
  readMessageContent: (api, { ids }) =>
    api('GET', `message-store/${ids.message}/content/${ids.message}?contentDisposition=Inline`),
  listUserMessageTemplates: get('message-store-templates?scope=Personal'),
  createUserMessageTemplate: (api) => api('POST', 'message-store-templates', template),
  readUserMessageTemplate: (api, { ids }) => api('GET', `message-store-templates/${ids.template}`),
  updateUserMessageTemplate: (api, { ids }) =>
    api('PUT', `message-store-templates/${ids.template}`, template),
  deleteUserMessageTemplate: (api, { ids }) =>
    api('DELETE', `message-store-templates/${ids.doomedTemplate}`),
  listCompanyMessageTemplates: get(`${account}/message-store-templates`),
  createCompanyMessageTemplate: (api) =>
    api('POST', `${account}/message-store-templates`, template),
  readCompanyMessageTemplate: (api, { ids }) =>
    api('GET', `${account}/message-store-templates/${ids.companyTemplate}`),
  updateCompanyMessageTemplate: (api, { ids }) =>
    api('PUT', `${account}/message-store-templates/${ids.companyTemplate}`, template),
  deleteCompanyMessageTemplate: (api, { ids }) =>
    api('DELETE', `${account}/message-store-templates/${ids.doomedCompanyTemplate}`),
  syncMessages: get('message-sync?syncType=FSync&recordCount=10'),
  createA2PSMS: (api, { batch }) => api('POST', `${a2p}/batches`, batch),
  listA2PBatches: get(`${a2p}/batches?status=Completed&status=Processing`),
  readA2PBatch: (api, { ids }) => api('GET', `${a2p}/batches/${ids.batch}`),
  listA2PSMS: get(`${a2p}/messages?view=Detailed&direction=Outbound&phoneNumber=%2B13105550177`),
  readA2PSMS: (api, { ids }) => api('GET', `${a2p}/messages/${ids.a2pMessage}`),
  aggregateA2PSMSStatuses: get(`${a2p}/statuses?direction=Outbound`),
  readA2PSMSOptOuts: get(`${a2p}/opt-outs?status=all`),
  addA2PSMSOptOuts: (api) => api('POST', `${a2p}/opt-outs/bulk-assign`, { from: sender }),
  searchSmsConsentRecords: (api) => api('POST', '/restapi/v2/accounts/~/sms/consents/search', {}),
  editSmsConsentRecords: (api) => {
    const record = { from: sender, to: '+13105550177', optStatus: 'OptIn', source: 'Api' }
    return api('PATCH', '/restapi/v2/accounts/~/sms/consents', { records: [record] })
  },
  listSubscriptions: get('/restapi/v1.0/subscription'),
  createSubscription: (api, { subscription }) =>
    api('POST', '/restapi/v1.0/subscription', subscription),
  readSubscription: (api, { ids }) => api('GET', `/restapi/v1.0/subscription/${ids.subscription}`),
  updateSubscription: (api, { ids, subscription: { eventFilters } }) =>
    api('PUT', `/restapi/v1.0/subscription/${ids.subscription}`, { eventFilters }),
  renewSubscription: (api, { ids }) =>
    api('POST', `/restapi/v1.0/subscription/${ids.subscription}/renew`),
  deleteSubscription: (api, { ids }) =>
    api('DELETE', `/restapi/v1.0/subscription/${ids.doomedSubscription}`),
  readCompanyCallLog: get(`${account}/call-log?view=Detailed&type=Voice`),
  readCompanyCallRecord: (api, { ids }) =>
    api('GET', `${account}/call-log/${ids.call}?view=Detailed`),
  syncAccountCallLog: get(`${account}/call-log-sync?syncType=FSync&recordCount=10`),
  listCompanyActiveCalls: get(`${account}/active-calls?direction=Inbound`),
  readUserCallLog: get('call-log?direction=Outbound&transport=VoIP&showBlocked=true'),
  readUserCallRecord: (api, { ids }) => api('GET', `call-log/${ids.call}`),
  syncUserCallLog: get('call-log-sync?syncType=FSync&statusGroup=All'),
  listExtensionActiveCalls: get('active-calls?view=Simple'),
  createRingOutCall: (api) =>
    api('POST', 'ring-out', { from: text.from, to: text.to[0] as object }),
  readRingOutCallStatus: (api, { ids }) => api('GET', `ring-out/${ids.ringOut}`),
  deleteRingOutCall: (api, { ids }) => api('DELETE', `ring-out/${ids.ringOut}`),
  readUserPresenceStatus: get('presence?detailedTelephonyState=true&sipData=false'),
  updateUserPresenceStatus: (api) => api('PUT', 'presence', { userStatus: 'Busy' }),
  readAccountPresence: get(`${account}/presence?detailedTelephonyState=true`),
  listContacts: get('address-book/contact?startsWith=M&sortBy=LastName'),
  createContact: (api) => api('POST', 'address-book/contact', { firstName: 'Eli' }),
  readContact: (api, { ids }) => api('GET', `address-book/contact/${ids.contact}`),
  updateContact: (api, { ids }) =>
    api('PUT', `address-book/contact/${ids.contact}`, { notes: 'x' }),
  patchContact: (api, { ids }) =>
    api('PATCH', `address-book/contact/${ids.contact}`, { notes: 'y' }),
  deleteContact: (api, { ids }) => api('DELETE', `address-book/contact/${ids.doomedContact}`),
  syncAddressBook: get('address-book-sync?syncType=FSync&perPage=100'),
  listDirectoryEntries: get(`${account}/directory/entries?type=User&showFederated=false`),
  readDirectoryEntry: get(`${account}/directory/entries/${ava}`),
  searchDirectoryEntries: (api) =>
    api('POST', `${account}/directory/entries/search`, { searchString: 'Ava' }),
  readCallSessionStatus: (api, { ids }) =>
    api('GET', `${account}/telephony/sessions/${ids.session}`),
  updateCallParty: (api, { ids }) =>
    api('PATCH', `${sessions}/${ids.party}`, { party: { muted: true } }),
  holdCallParty: (api, { ids }) => api('POST', `${sessions}/${ids.party}/hold`, { proto: 'Auto' }),
  unholdCallParty: (api, { ids }) => api('POST', `${sessions}/${ids.party}/unhold`),
  transferCallParty: (api, { ids }) =>
    api('POST', `${sessions}/${ids.party}/transfer`, { extensionNumber: '102' }),
  deleteCallSession: (api, { ids }) => api('DELETE', `${sessions}/${ids.doomedSession}`),
  readCallRecording: (api, { ids }) => api('GET', `${account}/recording/${ids.recording}`),
  readCallRecordingContent: (api, { ids }) =>
    api('GET', `${account}/recording/${ids.recording}/content?contentDisposition=Attachment`),
  updateExtension: (api) => api('PUT', extension, { contact: { jobTitle: 'Founder' } }),
  // Last: it empties the call log.
  deleteUserCallLog: (api) => api('DELETE', 'call-log'),
  revokeToken: async (_api, { simulator }) => {
    const { refresh_token: token } = (await login(simulator, ben)).body
    const credentials = `${simulator.clientId}:${simulator.clientSecret}`
    const authorization = `Basic ${Buffer.from(credentials).toString('base64')}`
    const body = new URLSearchParams({ token })
    return call(`${simulator.url}/restapi/oauth/revoke`, {
      method: 'POST',
      headers: { authorization },
      body,
    })
  },
}

test('every one of the operations answers, as the document describes', async () => {
  expect(Object.keys(calls).sort()).toEqual(contractOperations.map(({ id }) => id).sort())
  const given = await prepare()
  const statuses: Record<string, number> = {}
  for (const [id, make] of Object.entries(calls)) {
    statuses[id] = (await make(given.api, given)).status
  }
  const usual = Object.fromEntries(Object.keys(calls).map((id) => [id, 200]))
  const deletes = Object.keys(calls).filter((id) => id.startsWith('delete'))
  expect(statuses).toEqual({
    ...usual,
    ...Object.fromEntries(deletes.map((id) => [id, 204])),
    authorize: 302,
    createA2PSMS: 201,
  })
  expect((await requestToken(given.simulator, { grant_type: 'password' })).status).toBe(400)
})
