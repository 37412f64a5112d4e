import { type BusinessError, InvalidInputError, RateLimitedError } from '../lib/errors.ts'
import { builder } from './builder.ts'

/** What every typed error has. */
export const ErrorInterface = builder.interfaceRef<BusinessError>('Error').implement({
  description:
    'A refusal that a client is meant to handle. Decide on `code`; show `message` to a person.',
  fields: (t) => ({
    message: t.exposeString('message', {
      description: 'What went wrong and what to do, for a person. Its wording may change.',
    }),
    code: t.exposeString('code', {
      description: 'What went wrong, for a program: stable, in upper snake case.',
    }),
  }),
})

builder.objectType(InvalidInputError, {
  name: 'InvalidInputError',
  description: 'Input that cannot be; the message says what to do. Code INVALID_INPUT.',
  interfaces: [ErrorInterface],
  fields: (t) => ({
    field: t.exposeString('field', {
      description: 'The faulty field inside `input`, for example `name`.',
    }),
  }),
})

builder.objectType(RateLimitedError, {
  name: 'RateLimitedError',
  description: 'Too much in a time window. Code RATE_LIMITED.',
  interfaces: [ErrorInterface],
  fields: (t) => ({
    retryAfter: t.exposeInt('retryAfter', {
      description: 'Whole seconds until it is worth trying again.',
    }),
  }),
})
