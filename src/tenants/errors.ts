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
