import { isAsyncIterable, type Plugin } from 'graphql-yoga'
import { type TopLevelCode, topLevelCodes } from './errors.ts'

/** Says over HTTP what other transports have no words for: 429 and when to come again, and 504. */
export function answerStatus(): Plugin {
  return {
    onExecutionResult({ result, setResult }) {
      if (!result || isAsyncIterable(result) || result.data != null) return
      const codes = result.errors?.map(({ extensions }) => extensions) ?? []
      const refused = codes.find(({ code }) => code === 'RATE_LIMITED' || code === 'TIMEOUT')
      if (!refused) return
      const { code, retryAfter } = refused as { code: TopLevelCode; retryAfter?: number }
      const headers = retryAfter === undefined ? {} : { 'Retry-After': String(retryAfter) }
      setResult({
        ...result,
        extensions: { ...result.extensions, http: { status: topLevelCodes[code], headers } },
      })
    },
  }
}
