import { BusinessError } from '../lib/errors.ts'

export class NotConnectedError extends BusinessError {
  override name = 'NotConnectedError'
  readonly code = 'NOT_CONNECTED'
  constructor() {
    super('RingCentral not connected')
  }
}

export class ExtensionNotFoundError extends BusinessError {
  override name = 'ExtensionNotFoundError'
  readonly code = 'EXTENSION_NOT_FOUND'
  constructor(id: string) {
    super(`There is no extension ${JSON.stringify(id)}. The query \`extensions\` lists them.`)
  }
}

export class ExtensionRevokedError extends BusinessError {
  override name = 'ExtensionRevokedError'
  readonly code = 'EXTENSION_REVOKED'
  /** RingCentral's id of the extension. */
  readonly extensionId: string
  constructor(extensionId: string, name: string | null) {
    super(
      `The grant of extension ${name ?? extensionId} has ended. Its user connects again with a link from \`createInviteToken\`.`,
    )
    this.extensionId = extensionId
  }
}
