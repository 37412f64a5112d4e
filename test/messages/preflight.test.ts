import { beforeAll, describe, expect, it } from 'vitest'
import { people, sendBatch } from '../batches/batches.ts'
import { setConsent } from '../support/consents.ts'
import { ava, cleo, type Gateway, startGateway, type TestTenant } from '../support/gateway.ts'
import { createJobRunner } from '../support/jobs.ts'
import { send, stranger, waitForStatus } from '../support/texts.ts'

let gateway: Gateway
let acme: TestTenant
const unregistered = '+12025550151'
const abroad = '+4930901820'
const tollFree = '+18005550199'
const quiet = '+14155550188'
const alsoQuiet = '+14155550189'

beforeAll(async () => {
  gateway = await startGateway({ shared: true })
  acme = await gateway.createTenant()
  gateway.simulator.addNumber({ phoneNumber: unregistered, extensionId: ava.extensionId })
  gateway.simulator.setCampaign(unregistered, 'CampaignSuspended')
  await acme.connect(ava)
  await acme.connect(cleo)
  return gateway.stop
})

const document = `query ($input: SendSmsInput!) { messagePreflight(input: $input) {
  canSend problems { severity code field message } from text
  phoneNumber { phoneNumber extension { extensionId } canSendMms registration { status tier } } encoding segmentCount charactersLeft
  ucs2Characters { character position } wait { waitingMessages until reason } } }`

async function preflight(input: object, tenant = acme) {
  return (await tenant.query(document, { input })).messagePreflight
}

const numbers = `{ phoneNumbers(first: 100) { nodes { phoneNumber canSendSms canSendMms
  registration { status campaign campaignStatus tier useCases readAt } } } }`

/** The numbers, once it is known under which campaigns they text. */
async function readNumbers() {
  const nodes = await acme.waitFor(numbers, ({ phoneNumbers }) => {
    const read = phoneNumbers.nodes.filter(({ registration }: any) => registration.readAt)
    return read.length === 3 && phoneNumbers.nodes
  })
  return new Map<string, any>(nodes.map((number: any) => [number.phoneNumber, number]))
}

const from = ava.number
const to = [stranger]
const text = 'Hello'

/** What may be wrong with an input, alone and together. */
const inputs: [what: string, input: Record<string, unknown>][] = [
  ['nothing', { from, to, text }],
  ['no number to send from', { to, text }],
  ['a number and a user', { from, userId: 'crm-1', to, text }],
  ['a user that nobody has mapped', { userId: 'crm-1', to, text }],
  ['a number that is none', { from: 'Ava', to, text }],
  ['a number that nobody has', { from: '+12025550199', to, text }],
  ['a recipient that is none', { from, to: ['+1'], text }],
  ['nobody', { from, to: [], text }],
  ['somebody twice', { from, to: [stranger, stranger], text }],
  ['the sender', { from, to: [from], text }],
  ['somebody abroad', { from, to: [abroad], text }],
  ['a number without a campaign', { from: unregistered, to, text }],
  ['no words', { from, to }],
  ['an empty text', { from, to, text: ' ' }],
  ['a text that is too long', { from, to, text: 'a'.repeat(1001) }],
  ['a template that is not there', { from, to, templateId: 'tpl_1', values: [] }],
  ['a text and a template', { from, to, text, templateId: 'tpl_1' }],
  ['values without a template', { from, to, text, values: [] }],
  ['a wrong validFor', { from, to, text, validFor: 0 }],
  ['an empty idempotency key', { from, to, text, idempotencyKey: '' }],
  ['a key of another message', { from, to, text: 'Other words', idempotencyKey: 'taken' }],
  ['a key of the same message', { from, to, text, idempotencyKey: 'taken' }],
  ['several things', { from: unregistered, to: [unregistered, abroad], text: '', validFor: -1 }],
  ['somebody who has opted out', { from, to: [quiet], text }],
  ['recipients with several faults', { from, to: ['12', stranger, quiet, abroad, '13'], text }],
  ['too many attachments', { from, to, attachments: people(11) }],
  ['an attachment that is not there', { from, to, text, attachments: ['upl_1'] }],
  ['a picture from a number without MMS', { from: tollFree, to, attachments: ['upl_1'] }],
  ['a shortened link', { from, to, text: 'See https://bit.ly/3abc' }],
]

describe('messagePreflight', () => {
  it('says of every input what sendSms says of it, and asks RingCentral nothing', async () => {
    await readNumbers()
    await setConsent(acme, { number: from, other: quiet, status: 'OPTED_OUT' })
    const first = await send(acme, { from, to, text, idempotencyKey: 'taken' })
    await waitForStatus(acme, first.id, 'DELIVERED')
    const asked = () =>
      gateway.simulator
        .ledger()
        .filter(({ direction, path }) => direction === 'in' && /phone-number|\/sms/.test(path))
        .length
    const before = asked()
    const found = []
    for (const [, input] of inputs) found.push(await preflight(input))
    expect(asked()).toBe(before)

    for (const [index, [what, input]] of inputs.entries()) {
      const { canSend, problems } = found[index]
      const error = problems.find(({ severity }: any) => severity === 'ERROR')
      const answer = await send(acme, input as never)
      expect([what, canSend, error?.code, error?.message]).toEqual([
        what,
        answer.code === undefined,
        answer.code,
        answer.message,
      ])
    }
  })

  it('finds for a batch what it finds for a text', async () => {
    const batch = (sender: string, others: string[]) =>
      sendBatch(acme, { from: [sender], text, recipients: others.map((one) => ({ to: one })) })
    expect(await batch(unregistered, to)).toMatchObject({ code: 'SENDER_NOT_REGISTERED' })
    await setConsent(acme, { number: from, other: quiet, status: 'OPTED_OUT' })
    const refused = await batch(from, [abroad, stranger, quiet])
    expect(refused.rows).toMatchObject([
      { line: 1, to: abroad, code: 'INTERNATIONAL_NOT_ALLOWED' },
      { line: 3, to: quiet, code: 'RECIPIENT_OPTED_OUT' },
    ])
  })

  it('tells whose number it is, and what carriers have said of it since', async () => {
    await readNumbers()
    expect(await preflight({ from, to, text })).toMatchObject({
      phoneNumber: {
        phoneNumber: from,
        extension: { extensionId: ava.extensionId },
        canSendMms: true,
        registration: { status: 'REGISTERED', tier: 'LowVolumeMixed' },
      },
    })
    const warnings = async () =>
      (await preflight({ from: tollFree, to, text })).problems.map(({ code }: any) => code)
    const sent = async (ending: string, status: string) => {
      const { id } = await send(acme, { from: tollFree, to: [`+1415${ending}`], text })
      await waitForStatus(acme, id, status)
    }
    expect(await warnings()).toEqual([])
    await sent('5554461', 'DELIVERY_FAILED')
    expect(await warnings()).toEqual(['SENDER_NOT_VERIFIED'])
    await sent('5554451', 'DELIVERY_FAILED')
    expect(await warnings()).toEqual(['VOLUME_EXCEEDED'])
    await sent('5550123', 'DELIVERED')
    expect(await warnings()).toEqual([])
  })

  it('takes nothing', async () => {
    const before = await gateway.db.message.count()
    await preflight({ from, to, text, idempotencyKey: 'not yet' })
    expect(await gateway.db.message.count()).toBe(before)
  })

  it('tells all that is wrong, each with its field', async () => {
    const { canSend, problems } = await preflight({
      from: unregistered,
      to: [stranger, abroad],
      text: 'Grüße “today”: HTTPS://www.BIT.LY/abc '.repeat(5),
      validFor: 0,
    })
    expect(canSend).toBe(false)
    const found = problems.map(({ severity, code, field }: any) => [severity, code, field])
    expect(found).toEqual([
      ['ERROR', 'INVALID_INPUT', 'validFor'],
      ['ERROR', 'SENDER_NOT_REGISTERED', 'from'],
      ['ERROR', 'INTERNATIONAL_NOT_ALLOWED', 'to'],
      ['WARNING', 'SHORTENED_LINK', 'text'],
      ['WARNING', 'UCS2_NEEDED', 'text'],
    ])
    const asked = [alsoQuiet, quiet, alsoQuiet, '12', abroad, '12', '13']
    for (const other of [quiet, alsoQuiet]) {
      await setConsent(acme, { number: from, other, status: 'OPTED_OUT' })
    }
    const each = (await preflight({ from, to: asked, text })).problems
    expect(each.map(({ code, message }: any) => [code, message.match(/\+?\d+/)[0]])).toEqual([
      ['INVALID_RECIPIENTS', alsoQuiet],
      ['INVALID_PHONE_NUMBER', '12'],
      ['INVALID_PHONE_NUMBER', '13'],
      ['RECIPIENT_OPTED_OUT', quiet],
      ['RECIPIENT_OPTED_OUT', alsoQuiet],
      ['INTERNATIONAL_NOT_ALLOWED', from],
    ])
    const group = await preflight({ from: tollFree, to: [stranger, '+14155550124'], text })
    expect(group).toMatchObject({ canSend: true, problems: [{ code: 'GROUP_NEEDS_MMS' }] })
  })

  it.each<[string, string, number, number, [string, number][]]>([
    ['Hello', 'GSM_7', 1, 155, []],
    ['a'.repeat(161), 'GSM_7', 2, 145, []],
    // The extension of the alphabet counts two, and is not torn apart.
    ['€'.repeat(80), 'GSM_7', 1, 0, []],
    [`${'a'.repeat(152)}€${'a'.repeat(10)}`, 'GSM_7', 2, 141, []],
    [
      'Grüße, „Zoë“',
      'UCS_2',
      1,
      58,
      [
        ['„', 7],
        ['ë', 10],
        ['“', 11],
      ],
    ],
    [
      'Hi 👋🏽!',
      'UCS_2',
      1,
      62,
      [
        ['👋', 3],
        ['🏽', 5],
      ],
    ],
    // 33 pairs and one that would be torn apart.
    ['😀'.repeat(36), 'UCS_2', 2, 61, Array.from({ length: 36 }, (_, n) => ['😀', n * 2])],
  ])('counts %j', async (words, encoding, segmentCount, charactersLeft, characters) => {
    expect(await preflight({ from, to, text: words })).toMatchObject({
      encoding,
      segmentCount,
      charactersLeft,
      ucs2Characters: characters.map(([character, position]) => ({ character, position })),
    })
  })

  it('tells what it would wait for', async () => {
    gateway.simulator.planFault({ kind: 'rate-limit', path: '**/sms', retryAfter: 3600, count: 1 })
    await send(acme, { from: cleo.number, to, text: 'One' })
    await send(acme, { from: cleo.number, to, text: 'Two' })
    const paused = async () => (await preflight({ from: cleo.number, to, text })).wait
    await expect.poll(paused).toMatchObject({
      waitingMessages: 2,
      until: expect.any(String),
      reason: expect.stringContaining('RingCentral closed the Medium group'),
    })
    expect(await preflight({ from: '+12025550199', to, text })).toMatchObject({ wait: null })
  })

  it('is for a key that may send', async () => {
    const reader = await gateway.createTenant({ name: 'Reader', scopes: ['messages:read'] })
    const [error] = await reader.errors(document, { input: { from, to, text } })
    expect(error.extensions).toMatchObject({ code: 'FORBIDDEN', scope: 'messages:send' })
  })
})

describe('PhoneNumber', () => {
  it('tells what it may send and under which campaign', async () => {
    const read = await readNumbers()
    expect(read.get(ava.number)).toMatchObject({
      canSendSms: true,
      canSendMms: true,
      registration: {
        status: 'REGISTERED',
        campaign: 'C0FFEE1',
        campaignStatus: 'Confirmed',
        tier: 'LowVolumeMixed',
        useCases: ['CustomerCare', 'DeliveryNotification'],
      },
    })
    expect(read.get(unregistered)).toMatchObject({
      canSendSms: false,
      registration: { status: 'ENDED', campaignStatus: 'CampaignSuspended' },
    })
    // Verified by another way, of which RingCentral tells nothing.
    expect(read.get(tollFree)).toMatchObject({
      canSendSms: true,
      canSendMms: false,
      registration: { status: 'UNKNOWN', campaign: null, readAt: null },
    })
  })

  it('is read again with the next discovery', async () => {
    const jobs = await createJobRunner(gateway)
    gateway.simulator.setCampaign(unregistered, 'Confirmed')
    const { extensions } = await acme.query(
      `{ extensions(filter: { extensionId: "${ava.extensionId}" }) { nodes { id } } }`,
    )
    await acme.query(
      `mutation { discoverPhoneNumbers(input: { extensionId: "${extensions.nodes[0].id}" }) { __typename } }`,
    )
    await jobs.idle()
    expect((await readNumbers()).get(unregistered)).toMatchObject({ canSendSms: true })
    expect(await send(acme, { from: unregistered, to, text })).toMatchObject({ status: 'QUEUED' })
  })
})
