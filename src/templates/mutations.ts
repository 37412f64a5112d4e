import { builder, tenantOf } from '../graphql/builder.ts'
import { ErrorInterface } from '../graphql/error-types.ts'
import {
  TemplateNameTakenError,
  TemplateNotFoundError,
  TemplateReadOnlyError,
  TemplateValuesError,
} from './errors.ts'
import type { TemplateValue } from './render.ts'
import { renderStored } from './render-stored.ts'
import { MessageTemplate } from './schema.ts'

const mayWrite = { scope: 'templates:write' }

builder.objectType(TemplateNotFoundError, {
  name: 'TemplateNotFoundError',
  description: 'There is no such template. Code TEMPLATE_NOT_FOUND.',
  interfaces: [ErrorInterface],
})
builder.objectType(TemplateReadOnlyError, {
  name: 'TemplateReadOnlyError',
  description: 'The template is RingCentral’s, and changed there. Code TEMPLATE_READ_ONLY.',
  interfaces: [ErrorInterface],
})
builder.objectType(TemplateNameTakenError, {
  name: 'TemplateNameTakenError',
  description: 'Another template has this name. Code TEMPLATE_NAME_TAKEN.',
  interfaces: [ErrorInterface],
  fields: (t) => ({
    templateId: t.exposeID('templateId', { description: 'The template that has it.' }),
  }),
})
builder.objectType(TemplateValuesError, {
  name: 'TemplateValuesError',
  description:
    'What is given does not fit the placeholders of the template; nothing was filled in. Code TEMPLATE_VALUES_MISMATCH.',
  interfaces: [ErrorInterface],
  fields: (t) => ({
    missing: t.exposeStringList('missing', {
      description: 'Placeholders with neither a value (blanks are none) nor a fallback.',
    }),
    unknown: t.exposeStringList('unknown', {
      description: 'Values that the template has no placeholder for.',
    }),
  }),
})

const text =
  'Up to 4000 characters, with placeholders `{{name}}` or `{{name|fallback}}`. A name has letters, digits, `_`, `.` and `-`, and begins with a letter.'
const name = 'What people know it by, 1 to 100 characters; no other of yours has it.'

const CreateMessageTemplateInput = builder.inputType('CreateMessageTemplateInput', {
  description: 'A new template.',
  fields: (t) => ({
    name: t.string({ required: true, description: name }),
    text: t.string({ required: true, description: text }),
  }),
})

builder.mutationField('createMessageTemplate', (t) =>
  t.field({
    type: MessageTemplate,
    description: 'Makes a template. Scope `templates:write`.',
    authScopes: mayWrite,
    errors: { types: [TemplateNameTakenError] },
    args: {
      input: t.arg({ type: CreateMessageTemplateInput, required: true, description: 'What.' }),
    },
    resolve: (_parent, { input }, context) =>
      context.services.templates.create(tenantOf(context), input),
  }),
)

const UpdateMessageTemplateInput = builder.inputType('UpdateMessageTemplateInput', {
  description: 'What to change. What is null or left out stays as it is.',
  fields: (t) => ({
    id: t.id({ required: true, description: 'The template, `tpl_…`.' }),
    name: t.string({ description: name }),
    text: t.string({ description: text }),
  }),
})

builder.mutationField('updateMessageTemplate', (t) =>
  t.field({
    type: MessageTemplate,
    description:
      'Changes a template. Messages that were made of it stay as they are. Scope `templates:write`.',
    authScopes: mayWrite,
    errors: { types: [TemplateNotFoundError, TemplateReadOnlyError, TemplateNameTakenError] },
    args: {
      input: t.arg({ type: UpdateMessageTemplateInput, required: true, description: 'What.' }),
    },
    resolve: (_parent, { input }, context) =>
      context.services.templates.update(tenantOf(context), input),
  }),
)

const DeleteMessageTemplateInput = builder.inputType('DeleteMessageTemplateInput', {
  description: 'Which template.',
  fields: (t) => ({ id: t.id({ required: true, description: 'The template, `tpl_…`.' }) }),
})

builder.mutationField('deleteMessageTemplate', (t) =>
  t.field({
    type: MessageTemplate,
    description: 'Deletes a template; answers what it was. Scope `templates:write`.',
    authScopes: mayWrite,
    errors: { types: [TemplateNotFoundError, TemplateReadOnlyError] },
    args: {
      input: t.arg({ type: DeleteMessageTemplateInput, required: true, description: 'Which.' }),
    },
    resolve: (_parent, { input }, context) =>
      context.services.templates.remove(tenantOf(context), input.id),
  }),
)

/** What stands where a placeholder is. */
export const TemplateValueInput = builder.inputType('TemplateValueInput', {
  description: 'What to fill in for a placeholder, `{{name}}`.',
  fields: (t) => ({
    name: t.string({ required: true, description: 'The placeholder’s name, without braces.' }),
    value: t.string({ required: true, description: 'What stands there.' }),
  }),
})

const RenderMessageTemplateInput = builder.inputType('RenderMessageTemplateInput', {
  description: 'A template, and what to fill in.',
  fields: (t) => ({
    templateId: t.id({ required: true, description: 'The template, `tpl_…`.' }),
    values: t.field({
      type: [TemplateValueInput],
      required: true,
      description: 'What to fill in, each placeholder once.',
    }),
  }),
})

type Rendered = { text: string; templateId: string; values: readonly TemplateValue[] }

const RenderedMessageTemplate = builder.objectRef<Rendered>('RenderedMessageTemplate').implement({
  description: 'A template that was filled in.',
  fields: (t) => ({
    text: t.exposeString('text', {
      description: 'The text. `messagePreflight` tells how it would travel.',
    }),
  }),
})

builder.queryField('renderMessageTemplate', (t) =>
  t.field({
    type: RenderedMessageTemplate,
    description:
      'Fills in a template without sending it; `sendSms` with `templateId` does both. Scope `messages:read`.',
    authScopes: { scope: 'messages:read' },
    errors: { types: [TemplateNotFoundError, TemplateValuesError] },
    args: {
      input: t.arg({
        type: RenderMessageTemplateInput,
        required: true,
        description: 'Which template, and what to fill in.',
      }),
    },
    resolve: async (_parent, { input }, context) => ({
      ...input,
      text: await renderStored(context.db, tenantOf(context), input),
    }),
  }),
)
