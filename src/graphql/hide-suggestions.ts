import { type ExecutionResult, validate } from 'graphql'
import { isAsyncIterable, type Plugin } from 'graphql-yoga'

/**
 * graphql-js answers a mistyped name with those that are like it, and so tells a schema word by word. Who may
 * look at the schema finds the names there.
 */
export function hideSuggestions(): Plugin {
  return {
    onValidate({ setValidationFn }) {
      setValidationFn((schema, document, rules) =>
        validate(schema, document, rules, { hideSuggestions: true }),
      )
    },
    onExecute: () => ({ onExecuteDone: ({ result }) => hideIn(result) }),
    onSubscribe: () => ({ onSubscribeResult: ({ result }) => hideIn(result) }),
  }
}

/** Of the values of variables, which are looked at when the operation begins; graphql-js hides nothing there. */
function hideIn(result: ExecutionResult | AsyncIterable<unknown>): void {
  if (isAsyncIterable(result)) return
  for (const error of result?.errors ?? []) {
    if (!error.path) error.message = error.message.replace(/ Did you mean [^?]*\?$/, '')
  }
}
