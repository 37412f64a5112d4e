import type { ApiKey, Feature } from '../db/generated/client/client.ts'
import { BusinessError } from '../lib/errors.ts'

export class TenantNotFoundError extends BusinessError {
  override name = 'TenantNotFoundError'
  readonly code = 'TENANT_NOT_FOUND'
  constructor(tenantId: string) {
    super(
      `There is no tenant ${JSON.stringify(tenantId)}. The operator finds them with \`tenants\`; a tenant’s own key leaves the id out.`,
    )
  }
}

export class ApiKeyNotFoundError extends BusinessError {
  override name = 'ApiKeyNotFoundError'
  readonly code = 'API_KEY_NOT_FOUND'
  constructor(apiKeyId: string) {
    super(`There is no API key ${JSON.stringify(apiKeyId)}. \`apiKeys\` lists yours.`)
  }
}

export class ApiKeyEndedError extends BusinessError {
  override name = 'ApiKeyEndedError'
  readonly code = 'API_KEY_ENDED'
  constructor({ id, revokedAt, replacedById }: ApiKey) {
    const why = revokedAt
      ? 'was revoked: make another one'
      : replacedById
        ? `was rotated already: its successor is ${replacedById}`
        : 'has expired: make another one'
    super(`The API key ${id} ${why}.`)
  }
}

export class ClientTokenNotFoundError extends BusinessError {
  override name = 'ClientTokenNotFoundError'
  readonly code = 'CLIENT_TOKEN_NOT_FOUND'
  constructor(id: string) {
    super(
      `There is no client token ${JSON.stringify(id.slice(0, 40))} of this key. \`createClientToken\` told its id.`,
    )
  }
}

export class ScopesNotGrantedError extends BusinessError {
  override name = 'ScopesNotGrantedError'
  readonly code = 'SCOPES_NOT_GRANTED'
  readonly scopes: string[]
  constructor(scopes: string[]) {
    super(`This key cannot give what it does not have: ${scopes.join(', ')}.`)
    this.scopes = scopes
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
