/** Who wants texts from which number, as RingCentral keeps it. It blocks what is sent to who opted out. */
import { z } from 'zod'
import type { CallApi } from './call-api.ts'
import { listOf, maybe, time } from './values.ts'

export const consentRecord = z.object({
  /** The company's number. */
  from: z.string(),
  /** The person's. */
  to: z.string(),
  optStatus: z.enum(['OptOut', 'OptIn']),
  /** `Recipient`, `Api`, `Upstream`, `Carrier`. */
  source: maybe(z.string()),
  lastModifiedTime: time,
})

export type ConsentRecord = z.output<typeof consentRecord>

const consentPage = z.object({
  records: z.array(consentRecord),
  // Nothing lenient here: a next page that we cannot read must not pass for the last one.
  paging: z.object({ nextPageToken: z.string().nullish() }).nullish(),
})

const modification = z.object({
  failedRecords: listOf(
    z.object({
      from: maybe(z.string()),
      to: maybe(z.string()),
      error: maybe(z.object({ errorCode: maybe(z.string()) })),
    }),
  ),
})

export type ConsentChange = Pick<ConsentRecord, 'from' | 'to' | 'optStatus'>

export interface ConsentsApi {
  /** One page of what is known of these numbers of the company. */
  search(query: {
    from: readonly string[]
    pageToken?: string
  }): Promise<{ records: ConsentRecord[]; nextPageToken: string | undefined }>
  /** Sets one. Answers the code of why not, if RingCentral does not take it. Twice does no harm. */
  set(change: ConsentChange): Promise<{ refusedWith?: string }>
}

const path = '/restapi/v2/accounts/~/sms/consents'

export function createConsentsApi(call: CallApi): ConsentsApi {
  return {
    async search(query) {
      const { records, paging } = await call({
        operation: 'consents.search',
        method: 'POST',
        path: `${path}/search`,
        body: { ...query, perPage: 1000 },
        answer: consentPage,
      })
      return { records, nextPageToken: paging?.nextPageToken ?? undefined }
    },

    async set(change) {
      const { failedRecords } = await call({
        operation: 'consents.set',
        method: 'PATCH',
        path,
        body: { records: [{ ...change, source: 'Api' }] },
        answer: modification,
      })
      const [failed] = failedRecords
      return failed ? { refusedWith: failed.error?.errorCode ?? 'UNKNOWN' } : {}
    },
  }
}
