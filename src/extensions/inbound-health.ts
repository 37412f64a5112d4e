import { builder } from '../graphql/builder.ts'
import { Extension } from './schema.ts'

const WebhookStatus = builder.enumType('WebhookStatus', {
  description: 'How the subscription stands by which RingCentral notifies us.',
  values: {
    CREATING: { description: 'Being created at RingCentral.' },
    ACTIVE: { description: 'Working, as far as we know; compared with RingCentral regularly.' },
    BROKEN: { description: 'Switched off by RingCentral; another one takes its place.' },
    ENDED: { description: 'Given up, since the extension was disconnected.' },
  } as const,
})

const latestWebhook = {
  webhookSubscriptions: { orderBy: { createdAt: 'desc' }, take: 1 },
} as const

const InboundHealth = builder.prismaObject('Extension', {
  variant: 'InboundHealth',
  description:
    'Whether inbound texts arrive. Notifications bring them within seconds; what these miss, comparing with RingCentral’s store finds.',
  fields: (t) => ({
    lastNotificationAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When RingCentral last notified us of anything; null if never.',
      select: {
        webhookSubscriptions: {
          where: { lastNotificationAt: { not: null } },
          orderBy: { lastNotificationAt: 'desc' },
          take: 1,
        },
      },
      resolve: ({ webhookSubscriptions }) => webhookSubscriptions[0]?.lastNotificationAt ?? null,
    }),
    lastReconciledAt: t.expose('messagesSyncedAt', {
      type: 'DateTime',
      nullable: true,
      description:
        'When the messages were last compared with RingCentral’s store: everything up to then is here. Null if not yet.',
    }),
    recoveredMessages: t.exposeInt('recoveredMessages', {
      description:
        'How many texts were found by comparing since it was first connected, because their notifications were lost or late.',
    }),
    subscriptionStatus: t.field({
      type: WebhookStatus,
      nullable: true,
      description: 'How the newest subscription stands; null before the first.',
      select: latestWebhook,
      resolve: ({ webhookSubscriptions }) => webhookSubscriptions[0]?.status ?? null,
    }),
    subscriptionExpiresAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When it would end; it is renewed at half its life.',
      select: latestWebhook,
      resolve: ({ webhookSubscriptions }) => webhookSubscriptions[0]?.expiresAt ?? null,
    }),
  }),
})

builder.prismaObjectField(Extension, 'inboundHealth', (t) =>
  t.variant(InboundHealth, { description: 'Whether inbound texts arrive, and how that is known.' }),
)
