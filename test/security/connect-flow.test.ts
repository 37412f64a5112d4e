import { describe, expect, it } from 'vitest'
import { hours } from '../../src/lib/clock.ts'
import { ava, startGateway, type TestTenant } from '../support/gateway.ts'
import { createBrowser } from '../support/person.ts'
import { sharedTime } from '../support/time.ts'

const updateSettings = `mutation ($returnUrls: [String!]) { result: updateSettings(input: { returnUrls: $returnUrls }) {
  ... on TenantSettings { returnUrls } ... on InvalidInputError { code field } } }`
const createToken = `mutation ($returnUrl: String) { result: createInviteToken(input: { returnUrl: $returnUrl }) {
  ... on ConnectToken { connectUrl } ... on InvalidInputError { code field } } }`

const discover =
  'mutation ($input: DiscoverPhoneNumbersInput!) { discoverPhoneNumbers(input: $input) { __typename } }'

const set = async (tenant: TestTenant, returnUrls: string[] | null) =>
  (await tenant.query(updateSettings, { returnUrls })).result
const linkTo = async (tenant: TestTenant, returnUrl?: string) =>
  (await tenant.query(createToken, { returnUrl })).result

const good = 'https://crm.example.com/settings?tab=phone'

describe('a person whom two tenants know', () => {
  it('E13: stays connected to both, each with a login of its own', async () => {
    const time = sharedTime()
    const gateway = await startGateway(time)
    const [acme, other] = [await gateway.createTenant(), await gateway.createTenant()]
    const browser = createBrowser()
    const callbacks = []
    for (const tenant of [acme, other]) {
      const { location } = await browser.begin((await linkTo(tenant)).connectUrl)
      callbacks.push(await browser.consent(location, ava.extensionId, 'allow'))
    }
    // In the other order, in the same browser: the state tells whose it is.
    for (const callback of callbacks.reverse()) {
      expect((await browser.open(callback)).status).toBe(200)
    }
    const list = '{ extensions { nodes { id extensionId status } } }'
    const ids = []
    for (const tenant of [acme, other]) {
      const { nodes } = (await tenant.query(list)).extensions
      expect(nodes).toMatchObject([{ extensionId: ava.extensionId, status: 'ACTIVE' }])
      ids.push(nodes[0].id)
    }
    expect(new Set(ids).size).toBe(2)

    // Six refreshes: more than the five logins of a user that RingCentral keeps.
    const versions = async () => (await gateway.db.grant.findMany()).map(({ version }) => version)
    for (let round = 0; round < 3; round += 1) {
      const before = Math.min(...(await versions()))
      await time.pass(hours(2))
      for (const tenant of [acme, other]) {
        await tenant.query(discover, { input: { extensionId: ava.extensionId } })
      }
      await expect.poll(async () => Math.min(...(await versions()))).toBeGreaterThan(before)
    }
    for (const tenant of [acme, other]) {
      expect((await tenant.query(list)).extensions.nodes).toMatchObject([{ status: 'ACTIVE' }])
    }
    const grants = await gateway.db.grant.findMany()
    expect(grants.map(({ refreshFailures }) => refreshFailures)).toEqual([0, 0])
  })
})

describe('a page of somebody else’s', () => {
  it('E3: cannot press the button for its visitor, who is shown the link’s page instead', async () => {
    const gateway = await startGateway()
    const { connectUrl } = await linkTo(await gateway.createTenant())
    const { origin, pathname, search, searchParams } = new URL(connectUrl)
    const press = (headers: HeadersInit) =>
      fetch(`${origin}${pathname}`, {
        ...{ method: 'POST', redirect: 'manual', headers },
        body: new URLSearchParams({ token: searchParams.get('token') ?? '' }),
      })
    const elsewhere: HeadersInit[] = [
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { origin: 'https://evil.example' },
    ]
    for (const from of elsewhere) {
      const { status, headers } = await press(from)
      expect([status, headers.get('location')]).toEqual([303, `${pathname}${search}`])
      expect(headers.getSetCookie()).toEqual([])
    }
    expect(await gateway.db.connectAttempt.count()).toBe(0)
    const { headers } = await press({ 'sec-fetch-site': 'same-origin', origin })
    expect(headers.get('location')).toContain('/restapi/oauth/authorize')
  })
})

describe('where people are led back to', () => {
  it('B12: is an address that the tenant has allowed, character by character, and nothing that a request says', async () => {
    const gateway = await startGateway()
    const acme = await gateway.createTenant()
    const other = await gateway.createTenant({ name: 'Other' })
    expect(await set(other, ['https://other.example'])).toEqual({
      returnUrls: ['https://other.example'],
    })
    expect(await set(acme, [good, 'http://localhost:3000/', good])).toEqual({
      returnUrls: [good, 'http://localhost:3000/'],
    })
    for (const url of [
      'http://crm.example.com/',
      'https://user:pass@crm.example.com/',
      'https://good.example@evil.example/',
      '//evil.example',
      '/settings',
      'javascript:alert(1)',
      'https:/\\evil.example',
      'https:evil.example',
      'https://crm.example.com/\nset-cookie: x',
      ' https://crm.example.com/',
      `https://crm.example.com/${'x'.repeat(2000)}`,
    ]) {
      expect(await set(acme, [good, url]), url).toEqual({
        code: 'INVALID_INPUT',
        field: 'returnUrls',
      })
    }
    for (const url of [
      '//evil.example',
      'https://crm.example.com@evil.example/settings?tab=phone',
      'https://crm.example.com.evil.example/settings?tab=phone',
      `${good}#`,
      `${good}&next=x`,
      `${good}/../evil`,
      good.toUpperCase(),
      'https://other.example',
      '',
    ]) {
      expect(await linkTo(acme, url), url).toEqual({ code: 'INVALID_INPUT', field: 'returnUrl' })
    }

    const { connectUrl } = await linkTo(acme, good)
    // What is taken away afterwards stays good for the links that are made already.
    expect(await set(acme, null)).toEqual({ returnUrls: [] })
    expect(await linkTo(acme, good)).toMatchObject({ code: 'INVALID_INPUT' })
    const evil = '&returnUrl=https%3A%2F%2Fevil.example&redirect_uri=https%3A%2F%2Fevil.example'
    const browser = createBrowser()
    expect((await browser.open(`${connectUrl}${evil}`)).html).not.toContain('evil')
    const { location } = await browser.begin(`${connectUrl}${evil}`)
    expect(location).not.toContain('evil')
    const refused = await browser.open(
      `${await browser.consent(location, ava.extensionId, 'refuse')}${evil}`,
    )
    expect(refused.html).toContain('Nothing was connected')
    expect(refused.html).toContain(`href="${good}"`)
    const { location: again } = await browser.begin(connectUrl)
    const page = await browser.open(
      `${await browser.consent(again, ava.extensionId, 'allow')}${evil}`,
    )
    expect(page.html).toContain(`<a class="button" href="${good}">Back to Acme</a>`)
    for (const { html, location } of [refused, page]) expect(html + location).not.toContain('evil')
  })
})
