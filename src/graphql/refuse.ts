import { type TopLevelCode, topLevelCodes, topLevelError } from './errors.ts'

/** An answer of ours to what no operation comes of; `status` where it is not that of the code. */
export function refuse(
  request: Request,
  code: TopLevelCode,
  message: string,
  status?: number,
  extensions: Record<string, unknown> = {},
): Response {
  return new Response(JSON.stringify({ errors: [topLevelError(code, message, extensions)] }), {
    status: status ?? topLevelCodes[code],
    headers: {
      'Content-Type': answerType(request),
      'Cache-Control': 'no-store',
      ...(code === 'UNAUTHENTICATED' && { 'WWW-Authenticate': 'Bearer' }),
      // The rest of it is not read: whoever sent it needs another connection for what comes next.
      ...(status === 413 && { Connection: 'close' }),
    },
  })
}

function answerType(request: Request): string {
  const accept = request.headers.get('accept') ?? ''
  const wantsOld =
    accept.includes('application/json') && !accept.includes('application/graphql-response+json')
  return `${wantsOld ? 'application/json' : 'application/graphql-response+json'}; charset=utf-8`
}
