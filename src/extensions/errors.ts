import { BusinessError } from '../lib/errors.ts'

export class NotConnectedError extends BusinessError {
  override name = 'NotConnectedError'
  readonly code = 'NOT_CONNECTED'
  constructor(
    message = 'RingCentral not connected: somebody has to connect an extension, with a link from `createConnectToken` or `createInviteToken`.',
  ) {
    super(message)
  }
}

export class ExtensionNotFoundError extends BusinessError {
  override name = 'ExtensionNotFoundError'
  readonly code = 'EXTENSION_NOT_FOUND'
  constructor(
    id: string,
    advice = 'The query `extensions` lists them: take an `id` or an `extensionId`, not the extension number.',
  ) {
    super(`There is no extension ${JSON.stringify(id.slice(0, 40))}. ${advice}`)
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

type Mapped = { userId: string; extensionId: string }

export class UserAlreadyMappedError extends BusinessError {
  override name = 'UserAlreadyMappedError'
  readonly code = 'USER_ALREADY_MAPPED'
  readonly userId: string
  /** RingCentral's id of the extension that the user is mapped to. */
  readonly extensionId: string
  constructor({ userId, extensionId }: Mapped) {
    super(
      `User ${userId} is mapped to extension ${extensionId} already. Take that back with \`unmapUser\` first.`,
    )
    this.userId = userId
    this.extensionId = extensionId
  }
}

export class ExtensionAlreadyMappedError extends BusinessError {
  override name = 'ExtensionAlreadyMappedError'
  readonly code = 'EXTENSION_ALREADY_MAPPED'
  /** The user that the extension is mapped to. */
  readonly userId: string
  readonly extensionId: string
  constructor({ userId, extensionId }: Mapped) {
    super(
      `Extension ${extensionId} is mapped to user ${userId} already. Take that back with \`unmapUser\` first.`,
    )
    this.userId = userId
    this.extensionId = extensionId
  }
}

export class UserNotMappedError extends BusinessError {
  override name = 'UserNotMappedError'
  readonly code = 'USER_NOT_MAPPED'
  readonly userId: string
  constructor(userId: string) {
    super(
      `User ${userId} is mapped to no extension: \`mapUser\` does it, or an invite link with \`userId\`.`,
    )
    this.userId = userId
  }
}
