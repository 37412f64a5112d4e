import { BusinessError } from '../lib/errors.ts'

export class ConversationNotFoundError extends BusinessError {
  override name = 'ConversationNotFoundError'
  readonly code = 'CONVERSATION_NOT_FOUND'
  constructor(id: string) {
    super(`There is no conversation ${JSON.stringify(id)}. The query \`conversations\` lists them.`)
  }
}
