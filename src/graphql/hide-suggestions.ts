import { validate } from 'graphql'
import type { Plugin } from 'graphql-yoga'

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
    // In the values of variables.
    onExecute: ({ args }) => void Object.assign(args, { hideSuggestions: true }),
    onSubscribe: ({ args }) => void Object.assign(args, { hideSuggestions: true }),
  }
}
