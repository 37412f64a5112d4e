import type { Db } from './db/client.ts'
import type { EventFeed } from './events/feed.ts'
import type { Gauge } from './http/health-routes.ts'

/** What an operator sees of how the gateway is doing. Each is counted when it is asked for, by an index. */
export function metrics({ db, feed }: { db: Db; feed: EventFeed }): Gauge[] {
  return [
    {
      name: 'ringql_subscribers',
      help: 'GraphQL subscriptions open on this instance',
      value: () => feed.readers,
    },
    {
      name: 'ringql_messages_waiting',
      help: 'Outbound messages not yet handed to RingCentral, over all instances',
      value: () => db.message.count({ where: { status: { in: ['QUEUED', 'SENDING'] } } }),
    },
    {
      name: 'ringql_messages_scheduled',
      help: 'Outbound messages whose time has not come, over all instances',
      value: () => db.message.count({ where: { status: 'SCHEDULED' } }),
    },
    {
      name: 'ringql_messages_unconfirmed',
      help: 'Outbound messages of which nobody knows whether they were sent, and nobody has decided, over all instances',
      value: () => db.message.count({ where: { status: 'UNCONFIRMED', resolution: null } }),
    },
    {
      name: 'ringql_messages_recovered',
      help: 'Inbound messages found by comparing with RingCentral, since their notifications were lost or late, over all instances',
      value: () => recoveredMessages(db),
    },
    {
      name: 'ringql_batches_running',
      help: 'Batches that are under way, over all instances',
      value: () => db.messageBatch.count({ where: { status: 'RUNNING' } }),
    },
    {
      name: 'ringql_media_waiting',
      help: 'Inbound pictures not yet fetched from RingCentral, over all instances',
      value: () => db.mediaUse.count({ where: { status: 'WAITING' } }),
    },
    {
      name: 'ringql_media_lost',
      help: 'Inbound pictures that RingCentral did not hand out, over all instances',
      value: () => db.mediaUse.count({ where: { status: 'LOST' } }),
    },
    {
      name: 'ringql_read_states_untold',
      help: 'Messages that were read or made unread here and RingCentral does not know, over all instances',
      value: () => db.message.count({ where: { readToTell: true } }),
    },
    {
      name: 'ringql_history_imports_running',
      help: 'Imports of older messages that are going on, over all instances',
      value: () => db.historyImport.count({ where: { status: 'RUNNING' } }),
    },
  ]
}

async function recoveredMessages(db: Db): Promise<number> {
  const { _sum } = await db.extension.aggregate({ _sum: { recoveredMessages: true } })
  return _sum.recoveredMessages ?? 0
}
