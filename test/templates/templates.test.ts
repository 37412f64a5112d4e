import { beforeAll, describe, expect, it } from 'vitest'
import { resyncTemplatesJob } from '../../src/templates/jobs.ts'
import { sendBatch } from '../batches/batches.ts'
import { ava, type Gateway, startGateway, type TestTenant } from '../support/gateway.ts'
import { createJobRunner } from '../support/jobs.ts'
import { elsewhere } from '../support/mailbox.ts'
import { stranger } from '../support/texts.ts'

let gateway: Gateway
let acme: TestTenant

beforeAll(async () => {
  gateway = await startGateway({ shared: true })
  acme = await gateway.createTenant()
  return gateway.stop
})

const template = 'id source name text isPersonal placeholders { name fallback } updatedAt'
const error = '... on Error { code message }'
const valuesError = `${error} ... on TemplateValuesError { missing unknown }`

async function change(mutation: string, input: object, tenant = acme) {
  const type = `${mutation[0]?.toUpperCase()}${mutation.slice(1)}Input`
  const document = `mutation ($input: ${type}!) { result: ${mutation}(input: $input) { ... on MessageTemplate { ${template} } ${error} } }`
  return (await tenant.query(document, { input })).result
}

async function list(filter: object = {}, tenant = acme) {
  const document = `query ($filter: MessageTemplateFilter) { messageTemplates(filter: $filter) { totalCount nodes { ${template} } } }`
  return (await tenant.query(document, { filter })).messageTemplates
}

const values = (given: Record<string, string>) =>
  Object.entries(given).map(([name, value]) => ({ name, value }))

async function render(templateId: string, given: Record<string, string>) {
  const document = `query ($input: RenderMessageTemplateInput!) { result: renderMessageTemplate(input: $input) { ... on RenderedMessageTemplate { text } ${valuesError} } }`
  return (await acme.query(document, { input: { templateId, values: values(given) } })).result
}

async function sendWith(input: object) {
  const document = `mutation ($input: SendSmsInput!) { result: sendSms(input: $input) { ... on Message { id text } ${valuesError} } }`
  const whole = { from: ava.number, to: [stranger], ...input }
  return (await acme.query(document, { input: whole })).result
}

describe('a template of a tenant', () => {
  it('is made, found, changed and deleted', async () => {
    const made = await change('createMessageTemplate', {
      name: ' Reminder ',
      text: 'Hi {{name|there}}, see you at {{time}}. 100% sure',
    })
    expect(made).toMatchObject({
      source: 'GATEWAY',
      name: 'Reminder',
      isPersonal: false,
      placeholders: [
        { name: 'name', fallback: 'there' },
        { name: 'time', fallback: null },
      ],
    })
    await change('createMessageTemplate', { name: 'Thanks', text: 'Thank you, {{name}}!' })
    const names = async (search: string) =>
      (await list({ search })).nodes.map(({ name }: any) => name)
    expect(await names('REMIND')).toEqual(['Reminder'])
    expect(await names('{{name')).toEqual(['Reminder', 'Thanks'])
    expect(await names('100%')).toEqual(['Reminder'])
    expect(await names('%')).toEqual(['Reminder'])
    expect(await list({ source: 'RINGCENTRAL' })).toEqual({ totalCount: 0, nodes: [] })

    const changed = await change('updateMessageTemplate', { id: made.id, text: 'At {{time}}' })
    expect(changed).toMatchObject({ id: made.id, name: 'Reminder', text: 'At {{time}}' })
    // The same request again is told which template it has made.
    expect(
      await change('createMessageTemplate', { name: 'Reminder', text: 'Other' }),
    ).toMatchObject({
      code: 'TEMPLATE_NAME_TAKEN',
      message: expect.stringContaining(made.id),
    })
    expect(await change('updateMessageTemplate', { id: made.id, name: 'Thanks' })).toMatchObject({
      code: 'TEMPLATE_NAME_TAKEN',
    })
    expect(await change('deleteMessageTemplate', { id: made.id })).toMatchObject({ id: made.id })
    for (const mutation of ['updateMessageTemplate', 'deleteMessageTemplate']) {
      expect(await change(mutation, { id: made.id })).toMatchObject({ code: 'TEMPLATE_NOT_FOUND' })
    }
  })

  it.each([
    ['a name of blanks', { name: ' ', text: 'Hi' }],
    ['a name that is too long', { name: 'n'.repeat(101), text: 'Hi' }],
    ['no words', { name: 'Empty', text: ' ' }],
    ['a text that is too long', { name: 'Long', text: 'a'.repeat(4001) }],
    ['a placeholder that is none', { name: 'Odd', text: 'Hi {{first name}}' }],
    ['U+0000', { name: 'Nul', text: 'a\u0000b' }],
  ])('with %s is refused', async (_what, input) => {
    expect(await change('createMessageTemplate', input)).toMatchObject({ code: 'INVALID_INPUT' })
  })

  it('needs the scope', async () => {
    const reader = await gateway.createTenant({ name: 'Reader', scopes: ['messages:read'] })
    const [refused] = await reader.errors(
      'mutation { createMessageTemplate(input: { name: "a", text: "b" }) { __typename } }',
    )
    expect(refused.extensions).toMatchObject({ code: 'FORBIDDEN', scope: 'templates:write' })
  })

  it('is filled in, and sent as it was then', async () => {
    await acme.connect(ava)
    const { id } = await change('createMessageTemplate', {
      name: 'Booking',
      text: 'Hi {{name|there}}, {{what}} is booked.',
    })
    expect(await render(id, { what: 'a cut' })).toEqual({ text: 'Hi there, a cut is booked.' })
    expect(await render(id, { waht: 'a cut' })).toMatchObject({
      code: 'TEMPLATE_VALUES_MISMATCH',
      missing: ['what'],
      unknown: ['waht'],
    })
    expect(await render('tpl_0', {})).toMatchObject({ code: 'TEMPLATE_NOT_FOUND' })

    const input = { templateId: id, values: values({ what: 'a cut' }), idempotencyKey: 'booking' }
    const sent = await sendWith(input)
    expect(sent).toMatchObject({ text: 'Hi there, a cut is booked.' })
    expect(await sendWith({ templateId: id, values: [] })).toMatchObject({ missing: ['what'] })
    const twice = [...values({ what: 'a' }), ...values({ what: 'b' })]
    expect(await sendWith({ templateId: id, values: twice })).toMatchObject({
      code: 'INVALID_INPUT',
    })
    const huge = values({ what: 'a'.repeat(1000) })
    expect(await sendWith({ templateId: id, values: huge })).toMatchObject({
      code: 'TEXT_TOO_LONG',
    })
    const batch = {
      from: [ava.number],
      templateId: id,
      recipients: [
        { to: '+13035550101', values: values({ name: 'Mia', what: 'a shave', city: 'Bern' }) },
        { to: '+13035550102', text: '{{what}}?', values: values({ what: 'Colour' }) },
        { to: '+13035550103' },
      ],
      idempotencyKey: 'bookings',
    }
    expect(await sendBatch(acme, batch)).toMatchObject({
      rows: [{ line: 3, code: 'VALUE_MISSING' }],
    })
    expect(await sendBatch(acme, { ...batch, text: 'Or this' })).toMatchObject({
      code: 'INVALID_INPUT',
    })
    expect(await sendBatch(acme, { ...batch, templateId: 'tpl_0' })).toMatchObject({
      code: 'TEMPLATE_NOT_FOUND',
    })
    const goesOn = { ...batch, skipInvalid: true }
    const { id: batchId } = await sendBatch(acme, goesOn)
    // The same request answers the same, whatever has become of the template.
    await change('deleteMessageTemplate', { id })
    expect(await sendWith(input)).toEqual(sent)
    expect(await sendBatch(acme, goesOn)).toMatchObject({ id: batchId })
    expect(await sendBatch(acme, { ...goesOn, ignoreQuietHours: true })).toMatchObject({
      code: 'IDEMPOTENCY_KEY_MISMATCH',
    })
    expect(await sendWith({ ...input, values: [] })).toMatchObject({
      code: 'IDEMPOTENCY_KEY_MISMATCH',
    })
    await expect
      .poll(() => gateway.simulator.outbox().map(({ text }) => text))
      .toEqual(['Hi there, a cut is booked.', 'Hi Mia, a shave is booked.', 'Colour?'])
  })
})

describe('RingCentral’s templates', () => {
  it('are read in, followed, used, and never changed here', async () => {
    const jobs = await createJobRunner(gateway)
    const other = await gateway.createTenant({ name: 'Other' })
    const api = await elsewhere(gateway, ava.extensionId)
    const account = '/restapi/v1.0/account/~/message-store-templates'
    const body = (displayName: string, text: string) => ({ displayName, body: { text } })
    const { body: own } = await api(
      'POST',
      'message-store-templates',
      body('Mine', 'Hi {{name}}, {{what?}}'),
    )
    const { body: company } = await api('POST', account, body('Everybody’s', 'We are open'))
    await other.connect(ava)
    const read = async (tenant: TestTenant) =>
      (await list({ source: 'RINGCENTRAL' }, tenant)).nodes.map(
        ({ name, text, isPersonal }: any) => [name, text, isPersonal],
      )
    await expect
      .poll(() => read(other))
      .toEqual([
        ['Everybody’s', 'We are open', false],
        ['Mine', 'Hi {{name}}, {{what?}}', true],
      ])
    const [, mine] = (await list({ source: 'RINGCENTRAL' }, other)).nodes
    for (const mutation of ['updateMessageTemplate', 'deleteMessageTemplate']) {
      const answer = await change(mutation, { id: mine.id }, other)
      expect(answer).toMatchObject({ code: 'TEMPLATE_READ_ONLY' })
    }

    await api('PUT', `message-store-templates/${own.id}`, body('Mine', 'Hello {{name}}'))
    await api('DELETE', `${account}/${company.id}`)
    await jobs.run(resyncTemplatesJob, {})
    await expect.poll(() => read(other)).toEqual([['Mine', 'Hello {{name}}', true]])
    expect((await list({ source: 'RINGCENTRAL' }, other)).nodes[0].id).toBe(mine.id)

    await change('createMessageTemplate', { name: 'Own', text: 'Stays' }, other)
    await other.query('mutation { disconnect { __typename } }')
    expect((await list({}, other)).nodes).toMatchObject([{ name: 'Own', source: 'GATEWAY' }])
  })
})
