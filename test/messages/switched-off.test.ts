import { expect, it } from 'vitest'
import { ava, ben, startGateway } from '../support/gateway.ts'
import { createJobRunner } from '../support/jobs.ts'
import { messagesOf, received, waitForMessage, write } from '../support/mailbox.ts'
import { change } from '../support/settings.ts'
import { stranger } from '../support/texts.ts'

it('what a tenant has switched off of its mailboxes is not heard of, not asked for and not sent; texts are', async () => {
  const gateway = await startGateway()
  const jobs = await createJobRunner(gateway)
  const acme = await gateway.createTenant()
  const extension = await acme.connect(ava)
  await acme.connect(ben)
  await jobs.idle()
  const filters = () =>
    gateway.simulator
      .subscriptions()
      .map((one) => one.filters.filter(({ kind }) => kind === 'mailbox').length)
  expect(filters()).toEqual([4, 4])

  await change(acme, { disable: ['VOICEMAIL', 'FAX', 'INTERNAL_MESSAGES'] })
  await expect.poll(filters).toEqual([1, 1])
  await jobs.idle()
  const leave = (words: string) =>
    gateway.simulator.leaveVoicemail({
      from: stranger,
      to: ava.number,
      seconds: 3,
      transcription: words,
    })
  leave('While it was off')
  const hears = await acme.subscribe(received)
  gateway.simulator.inbound({ from: stranger, to: ava.number, text: 'A text' })
  await hears.waitFor((data) => data.messageReceived.message.text === 'A text')
  await acme.query(
    `mutation { syncMessages(input: { extensionId: "${extension.id}" }) { __typename } }`,
  )
  await jobs.idle()
  await expect
    .poll(() =>
      gateway.db.extension.count({
        where: { id: extension.id, messageSyncToken: { startsWith: 'SMS ' } },
      }),
    )
    .toBe(1)
  expect((await messagesOf(acme)).map(({ type }: any) => type)).toEqual(['SMS'])
  const input = { from: ava.extensionId, to: [ben.extensionId], text: 'Hello' }
  expect(await write(acme, input)).toMatchObject({ code: 'FEATURE_DISABLED' })

  await change(acme, { enable: ['VOICEMAIL', 'INTERNAL_MESSAGES'] })
  await expect.poll(filters).toEqual([3, 3])
  // What came in shortly before is caught up with, since a full sync begins a little before the last one.
  await waitForMessage(acme, ({ text }) => text === 'While it was off')
  leave('Now it is on')
  await waitForMessage(acme, ({ text }) => text === 'Now it is on')
  expect((await write(acme, input)).__typename).toBe('Message')
})
