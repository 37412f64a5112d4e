import type { Feature } from '../db/generated/client/client.ts'
import { BusinessError } from '../lib/errors.ts'

export class TenantNotFoundError extends BusinessError {
  override name = 'TenantNotFoundError'
  readonly code = 'TENANT_NOT_FOUND'
  constructor(tenantId: string) {
    super(`There is no tenant ${JSON.stringify(tenantId)}. The query \`tenants\` lists them.`)
  }
}

export class ApiKeyNotFoundError extends BusinessError {
  override name = 'ApiKeyNotFoundError'
  readonly code = 'API_KEY_NOT_FOUND'
  constructor(apiKeyId: string) {
    super(`There is no API key ${JSON.stringify(apiKeyId)}. \`Tenant.apiKeys\` lists them.`)
  }
}

export class FeatureDisabledError extends BusinessError {
  override name = 'FeatureDisabledError'
  readonly code = 'FEATURE_DISABLED'
  readonly feature: Feature
  constructor(feature: Feature) {
    super(
      `${feature} is switched off for this tenant. A key with the scope settings:write switches it on: \`updateSettings(input: { enable: [${feature}] })\`.`,
    )
    this.feature = feature
  }
}
