import { measureAccept } from './parts/accept.ts'
import { measureBatches } from './parts/batch.ts'
import { measureCallLog } from './parts/calls.ts'
import { measureConversations } from './parts/conversations.ts'
import { measureDirectory } from './parts/directory.ts'
import { measureFanout } from './parts/fanout.ts'
import { measureIdle } from './parts/idle.ts'
import { measureIngest } from './parts/ingest.ts'
import { measureJob } from './parts/job.ts'
import { measureMedia } from './parts/media.ts'
import { measurePace } from './parts/pace.ts'
import { measurePage } from './parts/page.ts'
import type { Outcome, Part } from './parts/part.ts'
import { measurePath } from './parts/path.ts'
import { measureSimulator } from './parts/simulator.ts'
import { measureStart } from './parts/start.ts'
import { measureCallSync } from './parts/sync.ts'
import { measureTexts } from './parts/texts.ts'
import { measureWall } from './parts/wall.ts'
import type { Figure, Measured } from './report.ts'
import { withDemo } from './rig/demo.ts'

const measured = async (work: Promise<Measured[]>): Promise<Outcome> => ({ measured: await work })
const figures = async (work: Promise<Figure[]>): Promise<Outcome> => ({ figures: await work })

/** Everything that can be measured, in the order in which it is. */
export const parts: Part[] = [
  {
    name: 'fanout',
    what: 'one text to a thousand screens, against ws, yoga, Apollo and Mercurius',
    when: 'asked',
    measure: measureFanout,
  },
  {
    name: 'page',
    what: 'a page of 50 messages, against PostGraphile and a handler by hand; --rows 5000000 for the whole',
    when: 'asked',
    measure: measurePage,
  },
  {
    name: 'ingest',
    what: 'notifications stored a second, against a hand-written insert',
    when: 'asked',
    measure: measureIngest,
  },
  {
    name: 'accept',
    what: 'sendSms accepted a second, against a hand-written insert',
    when: 'asked',
    measure: measureAccept,
  },
  {
    name: 'idle',
    what: 'the memory of ten thousand subscribers, against ws and yoga',
    when: 'asked',
    measure: measureIdle,
  },
  {
    name: 'path',
    what: 'a notification’s whole way to a thousand screens',
    when: 'asked',
    measure: measurePath,
  },
  {
    name: 'job',
    what: 'from accepted to RingCentral called, on an idle gateway',
    when: 'asked',
    measure: measureJob,
  },
  {
    name: 'start',
    what: 'from the start of the process to ready, and its memory',
    when: 'all',
    measure: measureStart,
  },
  {
    name: 'texts',
    what: 'a text on its way out and on its way in',
    when: 'all',
    measure: measureTexts,
  },
  {
    name: 'calls',
    what: 'pages of the call log',
    when: 'all',
    measure: (bench) => measured(withDemo(bench, 'calls', measureCallLog)),
  },
  {
    name: 'directory',
    what: 'search among people',
    when: 'all',
    measure: (bench) => measured(withDemo(bench, 'directory', measureDirectory)),
  },
  {
    name: 'conversations',
    what: 'pages of the inbox, and its search',
    when: 'all',
    measure: (bench) => measured(withDemo(bench, 'conversations', measureConversations)),
  },
  {
    name: 'media',
    what: 'files in and out, with either store',
    when: 'all',
    measure: async (bench) => ({
      measured: [
        ...(await measureMedia(bench, 'disk')),
        ...(await measureMedia(bench, 'postgres')),
      ],
    }),
  },
  {
    name: 'sync',
    what: 'the first read of a call log',
    when: 'all',
    measure: ({ home }) => measured(measureCallSync(home)),
  },
  {
    name: 'wall',
    what: 'what row-level security costs',
    when: 'all',
    measure: ({ home }) => measured(measureWall(home)),
  },
  {
    name: 'batch',
    what: 'batches of ten thousand, accepted',
    when: 'all',
    measure: (bench) => figures(withDemo(bench, 'batch', measureBatches)),
  },
  {
    name: 'simulator',
    what: 'the simulator, in a process of its own',
    when: 'all',
    measure: () => figures(measureSimulator()),
  },
  {
    name: 'pace',
    what: '1,000 texts over 5 numbers at RingCentral’s own pace: six minutes and more',
    when: 'named',
    measure: (bench) =>
      figures(withDemo(bench, 'pace', (gateway) => measurePace(gateway, bench.say))),
  },
]
