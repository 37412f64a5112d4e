import type { Gateway, TestTenant } from './gateway.ts'

const consent =
  'id number other status source changedAt keyword messageId note mirrored mirrorError'

export const consentChanges = `subscription ($after: String) { consentChanged(after: $after) { cursor consent { ${consent} } } }`

type Pair = { number: string; other: string }

/** What is known of a pair of numbers; null if nothing is. */
export async function consentOf(tenant: Pick<TestTenant, 'query'>, pair: Pair) {
  const document = `query ($number: String!, $other: String!) { consent(number: $number, other: $other) { ${consent} } }`
  return (await tenant.query(document, pair)).consent
}

/** A consent once it is as `is` says. */
export function waitForConsent(
  tenant: Pick<TestTenant, 'waitFor'>,
  { number, other }: Pair,
  is: (consent: any) => boolean,
): Promise<any> {
  return tenant.waitFor(
    `{ consent(number: "${number}", other: "${other}") { ${consent} } }`,
    (data: any) => data.consent && is(data.consent) && data.consent,
  )
}

/** What setConsent answers: the consent, or the typed error. */
export async function setConsent(tenant: Pick<TestTenant, 'query'>, input: object) {
  const { result } = await tenant.query(
    `mutation ($input: SetConsentInput!) { result: setConsent(input: $input) {
      ... on Consent { ${consent} } ... on Error { code message } } }`,
    { input },
  )
  return result
}

/** Keeps what an extension sends in its lane until it is let go. */
export async function holdLane({ db }: Pick<Gateway, 'db'>, extensionId: string) {
  const { id: extensionRowId } = await db.extension.findFirstOrThrow({ where: { extensionId } })
  const rest = { pausedUntil: new Date('2100-01-01') }
  await db.sendLane.upsert({
    where: { extensionRowId },
    create: { extensionRowId, ...rest },
    update: rest,
  })
  /** Has it send again; the job is that of the next text. */
  return () =>
    db.sendLane.updateMany({
      where: { extensionRowId },
      data: { pausedUntil: null, wokenAt: null },
    })
}
