import { apiError, invalidParameter } from '../http/errors.ts'
import { type Exchange, readJson } from '../http/exchange.ts'
import { type Part, parseMultipart } from '../http/multipart.ts'
import { summarizeBody } from '../ledger.ts'
import { isSupported } from '../messages/attachment-types.ts'
import type { Attachment } from '../messages/message.ts'
import type { Letter } from '../messages/postman.ts'

const longestText = 1000
const mostRecipients = 10
const mostAttachments = 10
const mostAttachmentBytes = 1_500_000

/** What a send asks for, JSON or multipart, checked in the order in which RingCentral would complain. */
export async function readSmsRequest(x: Exchange): Promise<Letter> {
  const { body, attachments } = await readBody(x)
  const from = numberIn(body.from)
  if (from === undefined) throw invalidParameter('from')
  if (!Array.isArray(body.to) || body.to.length === 0) throw invalidParameter('to')

  const to = body.to.map((one: unknown) => {
    const phoneNumber = numberIn(one)
    if (phoneNumber === undefined) throw invalidParameter('to.phoneNumber')
    return phoneNumber
  })
  if (to.length > mostRecipients) {
    throw apiError(400, 'MSG-381', 'The number of recipients is exceeded', { parameterName: 'to' })
  }
  if (new Set(to).size < to.length) {
    throw apiError(400, 'CMN-406', 'Duplicate value for parameter [to] found in request', {
      family: 'InvalidParameter',
      parameterName: 'to',
    })
  }

  const country = body.country as Record<string, unknown> | undefined
  if (country?.id !== undefined && country.isoCode !== undefined) {
    throw apiError(400, 'MSG-365', 'Both country id and isoCode are given')
  }

  const text = body.text ?? ''
  // Counted as JavaScript counts: most emoji are two.
  if (typeof text !== 'string' || text.length > longestText) throw invalidParameter('text')
  if (text === '' && attachments.length === 0) throw invalidParameter('text')
  return { from, to, text, attachments }
}

async function readBody(
  x: Exchange,
): Promise<{ body: Record<string, unknown>; attachments: Attachment[] }> {
  const type = x.c.req.header('content-type') ?? ''
  if (!type.toLowerCase().startsWith('multipart/'))
    return { body: await readJson(x.c), attachments: [] }

  const bytes = Buffer.from(await x.c.req.arrayBuffer())
  const [first, ...rest] = parseMultipart(type, bytes) ?? []
  const json = first?.content.toString('utf8') ?? ''
  x.c.get('entry').body = `${summarizeBody(json)} and ${rest.length} attachments`
  let body: unknown
  try {
    body = JSON.parse(json)
  } catch {
    throw apiError(400, 'CMN-103', 'The first part of the request must be JSON')
  }
  if (typeof body !== 'object' || body === null)
    throw apiError(400, 'CMN-104', 'The first part must be an object')
  return { body: body as Record<string, unknown>, attachments: readAttachments(x, rest) }
}

function readAttachments(x: Exchange, parts: Part[]): Attachment[] {
  if (parts.length > mostAttachments)
    throw apiError(400, 'MSG-379', 'The number of attachments is exceeded')
  let bytes = 0
  const attachments = parts.map((part) => {
    bytes += part.content.length
    if (part.content.length === 0) throw apiError(400, 'MSG-347', 'Attachment is empty')
    if (!part.headers['content-disposition'])
      throw apiError(400, 'MSG-350', 'Attachment has no disposition')
    if (!part.fileName) throw apiError(400, 'MSG-351', 'Attachment has no file name')
    if (part.content.length > mostAttachmentBytes) {
      throw apiError(400, 'MSG-337', 'Attachment is too large')
    }
    const contentType = part.headers['content-type'] ?? 'application/octet-stream'
    if (!isSupported(contentType)) {
      throw apiError(415, 'MSG-348', 'Attachment type is not supported')
    }
    return {
      id: x.sim.ids.numeric(),
      contentType,
      fileName: part.fileName,
      // A copy: the rest of the request shall not live as long as its attachment.
      content: new Uint8Array(part.content),
    }
  })
  if (bytes > mostAttachmentBytes) throw apiError(400, 'MSG-376', 'Attachments are too large')
  return attachments
}

/** E.164. Ten or eleven digits are taken for North American, as RingCentral does at home. */
function numberIn(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || !('phoneNumber' in value)) return undefined
  const given = value.phoneNumber
  // As it should be, and as nearly all are.
  if (typeof given === 'string' && /^\+\d{8,15}$/.test(given)) return given
  if (typeof given !== 'string' || !/^\+?[\d\s().-]+$/.test(given)) return undefined
  const bare = given.replace(/\D/g, '')
  if (given.startsWith('+') || bare.length < 10)
    return bare.length < 3 || bare.length > 15 ? undefined : withPlus(given, bare)
  return bare.length === 10 ? `+1${bare}` : `+${bare}`
}

function withPlus(given: string, bare: string): string {
  return given.startsWith('+') ? `+${bare}` : bare
}
