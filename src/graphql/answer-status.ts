import { isAsyncIterable, type Plugin } from 'graphql-yoga'
import { topLevelCodes } from './errors.ts'

/** Says over HTTP what other transports have no words for: 429, and when to come again. */
export function answerStatus(): Plugin {
  return {
    onExecutionResult({ result, setResult }) {
      if (!result || isAsyncIterable(result) || result.data != null) return
      const refused = result.errors?.find(({ extensions }) => extensions.code === 'RATE_LIMITED')
      if (!refused) return
      const headers = { 'Retry-After': String(refused.extensions.retryAfter) }
      setResult({
        ...result,
        extensions: { ...result.extensions, http: { status: topLevelCodes.RATE_LIMITED, headers } },
      })
    },
  }
}
