import { builder } from '../graphql/builder.ts'
import { Message } from './schema.ts'

/** A number, and in whose mailbox it stands: their contacts tell the name. */
type Party = { number: string; extensionRowId: string }

const MessageParty = builder.objectRef<Party>('MessageParty').implement({
  description: 'One side of a message.',
  fields: (t) => ({
    number: t.exposeString('number', {
      description: 'The number, as in `from` and `to`; `unknown` if a caller withheld it.',
    }),
    name: t.string({
      nullable: true,
      description:
        'The name in the contacts of the extension, else in the company’s directory; null when it is in neither. Scope `people:read`.',
      authScopes: { scope: 'people:read' },
      resolve: (party, _args, context) => context.services.nameOf(context, party),
    }),
  }),
})

builder.objectFields(Message, (t) => ({
  sender: t.field({
    type: MessageParty,
    description: 'Who sent it: `from`, with the name.',
    resolve: ({ from, extensionRowId }) => ({ number: from, extensionRowId }),
  }),
  recipients: t.field({
    type: [MessageParty],
    description: 'Whom it went to: `to`, with the names.',
    resolve: ({ to, extensionRowId }) => to.map((number) => ({ number, extensionRowId })),
  }),
}))
