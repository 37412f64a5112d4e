/**
 * The bytes of recordings, voicemails, faxes and pictures, passed on as they come: nothing of them
 * is kept in memory.
 */
import { errorOf, requestIdOf, unknownOutcome } from './answer.ts'
import { type Exchange, passHooks, send, type Transport, tellHooks, unreadAnswer } from './http.ts'
import { accountPath, extensionPath, segment } from './paths.ts'
import { operationGroups } from './rate-limits.ts'

export type MediaSource =
  | { recordingId: string }
  /** An attachment of a message; of a voicemail or fax as well. */
  | { messageId: string; attachmentId: string }

export interface MediaOptions {
  /** A `Range` header as a player sends it, such as `bytes=0-1023`. */
  range?: string
  /** Ends the transfer, as cancelling the body does. */
  signal?: AbortSignal
}

export interface MediaContent {
  /** 206 when `range` was honoured, else 200. */
  status: number
  contentType: string
  contentLength: number | undefined
  /** With 206: `bytes 0-1023/80044`. */
  contentRange: string | undefined
  requestId: string | undefined
  /** Read it or cancel it: until then a connection is held. */
  body: ReadableStream<Uint8Array>
}

export interface MediaApi {
  /**
   * The time limit of 15 s is for the head of the answer; the body takes as long as its reader. A
   * range that cannot be satisfied is RingCentralRefusedError with status 416.
   */
  content(source: MediaSource, options?: MediaOptions): Promise<MediaContent>
}

const timeoutMs = 15_000
const mostRedirects = 3

export function createMediaApi(transport: Transport, accessToken: string): MediaApi {
  return {
    async content(source, { range, signal } = {}) {
      const request: Exchange = {
        ...whereIs(source),
        serverUrl: mediaUrlOf(transport.serverUrl),
        method: 'GET',
        headers: {
          accept: '*/*',
          // A compressed answer would come out longer than its length says.
          'accept-encoding': 'identity',
          authorization: `Bearer ${accessToken}`,
          ...(range !== undefined && { range }),
        },
        timeoutMs,
      }
      const startedAt = await passHooks(transport, request)
      const late = new AbortController()
      const timer = setTimeout(() => late.abort(tooLate()), timeoutMs)
      const signals = signal ? [late.signal, signal] : [late.signal]
      let response: Response
      try {
        response = await sendAndFollow(transport, request, AbortSignal.any(signals))
        const answer = unreadAnswer(request, response)
        if (!response.ok) answer.text = await response.text().catch(() => '')
        tellHooks(transport, answer, startedAt)
        if (!response.ok) throw errorOf(answer)
      } finally {
        clearTimeout(timer)
      }
      const { status, headers, body } = response
      return {
        status,
        contentType: headers.get('content-type') ?? 'application/octet-stream',
        contentLength: lengthOf(headers),
        contentRange: headers.get('content-range') ?? undefined,
        requestId: requestIdOf(headers),
        body: body ?? new ReadableStream({ start: (stream) => stream.close() }),
      }
    },
  }
}

/** Follows redirects by hand: the token goes to no host but the one that it was meant for. */
async function sendAndFollow(
  transport: Transport,
  request: Exchange,
  signal: AbortSignal,
): Promise<Response> {
  const origin = new URL(request.serverUrl ?? transport.serverUrl).origin
  let next = request
  for (let hops = 0; hops <= mostRedirects; hops++) {
    const response = await send(transport, next, { redirect: 'manual', signal })
    const location = response.headers.get('location')
    if (response.status < 300 || response.status > 399 || location === null) return response
    await response.body?.cancel()
    const target = URL.parse(location, `${next.serverUrl}${next.path}`)
    if (!target || (target.protocol !== 'https:' && target.origin !== origin)) break
    const { authorization, ...others } = request.headers
    next = {
      ...request,
      serverUrl: target.origin,
      path: `${target.pathname}${target.search}`,
      headers: target.origin === origin ? request.headers : others,
    }
  }
  const { operation } = request
  const group = operationGroups[operation]
  throw unknownOutcome(false, { operation, group, reason: 'REDIRECTED' })
}

function whereIs(source: MediaSource): Pick<Exchange, 'operation' | 'path'> {
  if ('recordingId' in source) {
    const path = accountPath(`/recording/${segment(source.recordingId)}/content`)
    return { operation: 'media.recording', path }
  }
  const { messageId, attachmentId } = source
  const path = `/message-store/${segment(messageId)}/content/${segment(attachmentId)}`
  return { operation: 'media.attachment', path: extensionPath(path) }
}

/** RingCentral, and whoever sells it under its own name, keeps media on a host of their own. */
export function mediaUrlOf(serverUrl: string): string {
  return serverUrl.replace(/^https:\/\/platform\.(ringcentral\.\w+)$/, 'https://media.$1')
}

function lengthOf(headers: Headers): number | undefined {
  const length = headers.get('content-length')
  return length !== null && /^\d+$/.test(length) ? Number(length) : undefined
}

function tooLate(): DOMException {
  return new DOMException('No answer', 'TimeoutError')
}
