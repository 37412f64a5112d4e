import type { ObjectRef } from '@pothos/core'
import { builder } from '../graphql/builder.ts'
import { cursorDescription, type Delivery, occurredAtDescription } from './subscription.ts'

type Types = (typeof builder)['$inferSchemaTypes']

/** The type of what a subscription delivers: a place in the log, and what it is about under its own name. */
export function eventType<Row>(
  name: string,
  {
    description,
    subject,
    type,
  }: { description: string; subject: string; type: ObjectRef<Types, Row> },
) {
  return builder.objectRef<Delivery<Row>>(name).implement({
    description,
    fields: (t) => ({
      cursor: t.exposeString('cursor', { description: cursorDescription }),
      occurredAt: t.expose('occurredAt', { type: 'DateTime', description: occurredAtDescription }),
      [subject]: t.field({
        type,
        description: `The ${subject} as it was right after the event.`,
        resolve: (delivery) => delivery.row as never,
      }),
    }),
  })
}
