import { ExtensionNotFoundError, NotConnectedError } from '../extensions/errors.ts'
import { GrantLacksScopeError } from '../extensions/ringcentral-refusals.ts'
import { Extension } from '../extensions/schema.ts'
import { extensionIdDescription } from '../extensions/which-extension.ts'
import { builder, tenantOf } from '../graphql/builder.ts'
import { longestHistoryDays } from '../tenants/settings.ts'

const HistoryImportStatus = builder.enumType('HistoryImportStatus', {
  description: 'How the import of older messages stands.',
  values: {
    RUNNING: { description: 'Going on, further and further back.' },
    DONE: { description: 'All that RingCentral still has, back to `since`, is here.' },
    FAILED: {
      description: 'It cannot go on: `reason`. `importHistory` goes on where it stopped.',
    },
  } as const,
})

const HistoryImport = builder.prismaObject('HistoryImport', {
  description: 'Reading an extension’s older messages from RingCentral, the newest first.',
  fields: (t) => ({
    status: t.expose('status', { type: HistoryImportStatus, description: 'How it stands.' }),
    since: t.expose('since', { type: 'DateTime' }),
    reachedAt: t.expose('reachedAt', {
      type: 'DateTime',
      description: 'How far back it has come: everything later is here.',
    }),
    importedCount: t.exposeInt('importedCount'),
    reason: t.exposeString('reason', { nullable: true }),
    startedAt: t.expose('startedAt', { type: 'DateTime', description: 'When it first began.' }),
    finishedAt: t.expose('finishedAt', { type: 'DateTime', nullable: true }),
  }),
})

builder.prismaObjectField(Extension, 'historyImport', (t) =>
  t.relation('historyImport', {
    type: HistoryImport,
    nullable: true,
    description: 'The import of its older messages; null when nobody asked for one.',
  }),
)

const ImportHistoryInput = builder.inputType('ImportHistoryInput', {
  description: 'Whose older messages, and how far back.',
  fields: (t) => ({
    extensionId: t.id({
      required: true,
      description: `The extension, ${extensionIdDescription}.`,
    }),
    since: t.field({
      type: 'DateTime',
      required: true,
      description: `From this moment on, at most ${longestHistoryDays} days ago.`,
    }),
  }),
})

builder.mutationField('importHistory', (t) =>
  t.prismaField({
    type: Extension,
    description:
      'Reads an extension’s older texts and messages of colleagues from RingCentral, both ways, in the background and within a part of its budget: some 3,000 messages a minute. They appear in `messages` (`importedAt`) and in `conversations`, read or unread as they are at RingCentral, by `conversationChanged` and not by `messageReceived`. Answers at once; `Extension.historyImport` tells how far it has come, `extensionChanged` when it ends. Again: goes on where it stopped, and farther if asked. `updateSettings` with `historyDays` does it on every connection. Scope `messages:read`.',
    authScopes: { scope: 'messages:read' },
    errors: { types: [ExtensionNotFoundError, NotConnectedError, GrantLacksScopeError] },
    args: {
      input: t.arg({
        type: ImportHistoryInput,
        required: true,
        description: 'Whose, and how far back.',
      }),
    },
    resolve: (_query, _parent, { input }, context) =>
      context.services.importHistory(tenantOf(context), input),
  }),
)
