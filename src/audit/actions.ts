/**
 * What the audit log tells of. An entry is kept for ever, so a name that was once written stays in this list; a new one
 * is added beside its words.
 */
export const auditActions = {
  TENANT_CREATED: 'A tenant was created.',
  TENANT_SUSPENDED: 'A tenant was suspended.',
  TENANT_RESUMED: 'A suspended tenant was resumed.',
  TENANT_DELETED: 'A tenant was deleted.',
  API_KEY_CREATED: 'An API key was made.',
  API_KEY_ROTATED: 'An API key got a successor, which `details` names.',
  API_KEY_REVOKED: 'An API key was revoked.',
  CLIENT_TOKEN_CREATED: 'A client token was made.',
  CLIENT_TOKEN_REVOKED: 'A client token was revoked.',
  CONNECT_LINK_CREATED: 'A connect or invite link was made.',
  EXTENSION_CONNECTED: 'A person connected an extension for the first time.',
  EXTENSION_RECONNECTED: 'A person connected an extension again.',
  EXTENSION_DISCONNECTED: 'An extension was disconnected.',
  GRANT_ENDED: 'The grant of an extension has ended by itself, mostly since RingCentral ended it.',
  GRANT_REFRESH_FAILED:
    'The grant of an extension could not be renewed; the gateway goes on trying. Told once, until it works again.',
  SETTINGS_CHANGED: 'Settings of a tenant were changed.',
  RINGCENTRAL_APP_SET: 'A tenant’s own RingCentral app was set.',
  RINGCENTRAL_APP_REMOVED: 'A tenant’s own RingCentral app was removed.',
  ENCRYPTION_KEY_ROTATED: 'What is stored sealed was sealed anew with another key.',
} as const

export type AuditAction = keyof typeof auditActions
