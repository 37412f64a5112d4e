import { answer, type HttpContext } from './exchange.ts'

export interface BulkItem {
  resourceId: string
  status: number
  body?: unknown
}

const boundary = 'Boundary_RingCentral_207'
const asArray = 'application/vnd.ringcentral.multipart+json'

/** 207: what became of each of several resources, as an array for those who ask for it, else in parts. */
export function answerBulk(c: HttpContext, items: BulkItem[]): Response {
  if (c.req.header('accept')?.includes(asArray)) return answer(items, 207)
  const summary = {
    response: items.map(({ resourceId, status }) => ({
      href: c.req.path.replace(/[^/,]+(,[^/,]+)+/, resourceId),
      status,
      responseDescription: status < 400 ? 'OK' : 'Failed',
    })),
  }
  const parts = [summary, ...items.flatMap(({ body }) => (body === undefined ? [] : [body]))].map(
    (part) => `--${boundary}\r\nContent-Type: application/json\r\n\r\n${JSON.stringify(part)}\r\n`,
  )
  return c.body(`${parts.join('')}--${boundary}--\r\n`, 207, {
    'content-type': `multipart/mixed; boundary=${boundary}`,
  })
}
