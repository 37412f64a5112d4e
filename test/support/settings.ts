import type { TestTenant } from './gateway.ts'

const updateSettings = `mutation ($input: UpdateSettingsInput!) { result: updateSettings(input: $input) {
  ... on TenantSettings { features { feature enabled } } ... on Error { code message } ... on InvalidInputError { field } } }`

type Change = { enable?: string[]; disable?: string[]; historyDays?: number }

/** What updateSettings answers: the settings, or the typed error. */
export async function change(tenant: Pick<TestTenant, 'query'>, input: Change) {
  return (await tenant.query(updateSettings, { input })).result
}

/** What is switched off, by an answer. */
export const offIn = ({ features }: { features: { feature: string; enabled: boolean }[] }) =>
  features.filter(({ enabled }) => !enabled).map(({ feature }) => feature)

const list = `{ extensions(first: 100) { nodes { extensionId capabilities {
  ability works missingScope disabledFeature disabledFilter { filter reason } reason } } } }`

/** What works for an extension and what does not, by ability. */
export async function capabilitiesOf(
  tenant: Pick<TestTenant, 'query'>,
  { extensionId }: { extensionId: string },
) {
  const { extensions } = await tenant.query(list)
  const { capabilities } = extensions.nodes.find((one: any) => one.extensionId === extensionId)
  return Object.fromEntries(capabilities.map(({ ability, ...rest }: any) => [ability, rest]))
}
