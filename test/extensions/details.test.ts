import { expect, test } from 'vitest'
import { rediscoverNumbersJob } from '../../src/extensions/jobs.ts'
import { ava, type Gateway, startGateway } from '../support/gateway.ts'
import { createJobRunner } from '../support/jobs.ts'

const details =
  'name firstName lastName email company department jobTitle businessPhone mobilePhone extensionNumber'
const list = `{ extensions { nodes { extensionId ${details} } } }`
const live = `subscription { extensionChanged { extension { extensionId ${details} } } }`

test('an extension says who its user is, and tells when that changes at RingCentral', async () => {
  const gateway = await startGateway()
  const jobs = await createJobRunner(gateway)
  const acme = await gateway.createTenant()
  await acme.connect(ava)
  await jobs.idle()
  const { extensions } = await acme.query(list)
  expect(extensions.nodes).toEqual([
    {
      extensionId: ava.extensionId,
      name: 'Ava Hart',
      firstName: 'Ava',
      lastName: 'Hart',
      email: 'ava@example.com',
      company: expect.any(String),
      department: null,
      jobTitle: expect.any(String),
      businessPhone: ava.number,
      mobilePhone: null,
      extensionNumber: '101',
    },
  ])
  const heard = await acme.subscribe(live)
  changeAtRingCentral(gateway, { department: 'Design', mobilePhone: '+12025550177' })
  const { extensionChanged } = await heard.waitFor(
    ({ extensionChanged: { extension } }) => extension.department,
  )
  expect(extensionChanged.extension).toMatchObject({
    extensionId: ava.extensionId,
    department: 'Design',
    mobilePhone: '+12025550177',
    firstName: 'Ava',
  })
  expect((await acme.query(list)).extensions.nodes).toEqual([extensionChanged.extension])
})

test('a change of which RingCentral told nobody is found daily, and told once', async () => {
  const gateway = await startGateway()
  const jobs = await createJobRunner(gateway)
  const acme = await gateway.createTenant()
  await acme.connect(ava)
  await jobs.idle()
  const heard = await acme.subscribe(live)
  gateway.simulator.planFault({ kind: 'webhook-drop' })
  changeAtRingCentral(gateway, { jobTitle: 'Chief of cushions' })
  await jobs.run(rediscoverNumbersJob, {})
  await jobs.idle()
  await jobs.run(rediscoverNumbersJob, {})
  await jobs.idle()
  await heard.waitFor(
    ({ extensionChanged: { extension } }) => extension.jobTitle === 'Chief of cushions',
  )
  expect(heard.received).toHaveLength(1)
})

test('who is made an administrator, or is one no more, is told with what works by that', async () => {
  const gateway = await startGateway()
  const jobs = await createJobRunner(gateway)
  const acme = await gateway.createTenant()
  await acme.connect(ava)
  await jobs.idle()
  const heard = await acme.subscribe(
    'subscription { extensionChanged { extension { capabilities { ability works } } } }',
  )
  const readsCompanyLog = () =>
    heard.received.map(
      ({ extensionChanged: { extension } }) =>
        extension.capabilities.find(({ ability }: any) => ability === 'READ_COMPANY_CALL_LOG')
          .works,
    )
  changeAtRingCentral(gateway, { admin: false })
  await expect.poll(readsCompanyLog).toEqual([false])
  changeAtRingCentral(gateway, { admin: true })
  await expect.poll(readsCompanyLog).toEqual([false, true])
})

/** What an administrator does there, or the user. */
function changeAtRingCentral({ simulator }: Gateway, change: object) {
  const user = simulator.extensions().find(({ id }) => id === ava.extensionId)
  Object.assign(user ?? {}, change)
  simulator.setExtensionStatus(ava.extensionId, 'Enabled')
}
