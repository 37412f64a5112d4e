import { BusinessError } from '../lib/errors.ts'

export class ContactNotFoundError extends BusinessError {
  override name = 'ContactNotFoundError'
  readonly code = 'CONTACT_NOT_FOUND'
  constructor(id: string) {
    super(`There is no contact ${JSON.stringify(id)}. The query \`contacts\` lists them.`)
  }
}

export class ContactUnconfirmedError extends BusinessError {
  override name = 'ContactUnconfirmedError'
  readonly code = 'CONTACT_UNCONFIRMED'
  constructor() {
    super(
      'RingCentral did not answer, and it could not be seen in time whether the address book has changed. Look with `contacts` before doing it again.',
    )
  }
}
