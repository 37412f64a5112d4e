import { implementTogether } from '../jobs/define-job.ts'
import { expireMessage } from './expire.ts'
import { failQueued } from './fail-queued.ts'
import { fetchMedia } from './inbound-media.ts'
import { readTranscription } from './read-transcription.ts'
import { reconcileSending } from './reconcile-sending.ts'
import { releaseMessage } from './release.ts'
import { sendSms } from './send-sms.ts'
import { sweepMessages } from './sweep.ts'
import { syncHighVolume } from './sync-high-volume.ts'
import { syncMessages } from './sync-messages.ts'
import { tellReadState } from './tell-read-state.ts'
import { lookAtDeliveries } from './watch-deliveries.ts'

/** What is done for messages in the background. */
export const messageWorkers = implementTogether(
  sendSms,
  reconcileSending,
  expireMessage,
  releaseMessage,
  failQueued,
  lookAtDeliveries,
  syncMessages,
  syncHighVolume,
  readTranscription,
  tellReadState,
  fetchMedia,
  sweepMessages,
)
