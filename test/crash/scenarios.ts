import type { Scenario } from './scenario.ts'
import { noisy } from './scenarios/noisy.ts'
import { outage } from './scenarios/outage.ts'
import { refresh } from './scenarios/refresh.ts'
import { sending } from './scenarios/sending.ts'
import { streams } from './scenarios/streams.ts'
import { webhook } from './scenarios/webhook.ts'

/** Everything that `npm run test:crash` can do: a file in scenarios/, and a line here. */
export const scenarios: Scenario[] = [sending, refresh, webhook, outage, noisy, streams]
