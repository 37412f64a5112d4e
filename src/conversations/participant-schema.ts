import { idsByIndex } from '../db/by-index.ts'
import { createBatch } from '../graphql/batch.ts'
import { builder, tenantOf } from '../graphql/builder.ts'

/** A number, and in whose mailbox it stands: their contacts tell the name. */
type Participant = { number: string; extensionRowId: string }

export const ConversationParticipant = builder
  .objectRef<Participant>('ConversationParticipant')
  .implement({
    description: 'One of the others in a conversation.',
    fields: (t) => ({
      number: t.exposeString('number', {
        description: 'The number in E.164, or a short code; of a colleague the extension number.',
      }),
      name: t.string({
        nullable: true,
        description:
          'The name in the contacts of the extension, else in the company’s directory; null when it is in neither. Scope `people:read`.',
        authScopes: { scope: 'people:read' },
        resolve: (participant, _args, context) => context.services.nameOf(context, participant),
      }),
      extensionId: t.string({
        nullable: true,
        description:
          'RingCentral’s id of the extension, when it is a colleague: the one in the directory who has this number. Scope `people:read`.',
        authScopes: { scope: 'people:read' },
        resolve: ({ number }, _args, context) => colleagueOf(context, number),
      }),
    }),
  })

/** One question to the database for a whole page. A number that several share is nobody’s. */
const colleagueOf = createBatch<string, string | null>(async (context, numbers) => {
  const wanted = [...new Set(numbers)]
  const { directoryEntry } = context.db
  const where = {
    tenantId: tenantOf(context),
    OR: [
      { phoneNumbers: { hasSome: wanted } },
      { extensionNumber: { in: wanted.filter((number) => !number.startsWith('+')) } },
    ],
  }
  const ids = await idsByIndex(() => directoryEntry.findMany({ where, select: { id: true } }))
  const entries = await directoryEntry.findMany({
    where: { id: { in: ids } },
    select: { extensionId: true, extensionNumber: true, phoneNumbers: true },
  })
  const owners = new Map<string, Set<string>>()
  for (const { extensionId, extensionNumber, phoneNumbers } of entries) {
    for (const number of [...phoneNumbers, extensionNumber ?? '']) {
      owners.set(number, (owners.get(number) ?? new Set()).add(extensionId))
    }
  }
  return numbers.map((number) => {
    const [extensionId = null, ...others] = owners.get(number) ?? []
    return others.length === 0 ? extensionId : null
  })
})
