import { maxAliasesRule } from '@escape.tech/graphql-armor-max-aliases'
import { maxDepthRule } from '@escape.tech/graphql-armor-max-depth'
import { maxDirectivesRule } from '@escape.tech/graphql-armor-max-directives'
import { type DocumentNode, GraphQLError, type ValidationRule, validate } from 'graphql'
import type { Plugin } from 'graphql-yoga'
import { topLevelError } from './errors.ts'
import { repeatedFields } from './repeated-fields.ts'
import { repeatedMutations } from './repeated-mutations.ts'

/** What a document may have at most. Generous to what people write by hand, and to what tools generate. */
export const documentLimits = {
  /** Words and signs, as graphql-js counts them; comments and blanks count nothing. */
  tokens: 1_000,
  /** Levels of fields, through fragments too; what `__schema` is asked for has its own limit in graphql-js. */
  depth: 10,
  /** Aliases, of `__typename` too. */
  aliases: 15,
  /** Uses of directives. */
  directives: 8,
  /** How often one field may be asked for in one place. */
  sameField: 10,
  /** How often one mutation may be asked for. */
  sameMutation: 1,
} as const

/** Characters over HTTP, where variables may be longer; a WebSocket's message has a size of its own. */
const maxLength = 100 * 1024

export type LimitName = keyof typeof documentLimits | 'objects'

export function limitExceeded(limit: LimitName, max: number, message: string): GraphQLError {
  return topLevelError('LIMIT_EXCEEDED', message, { limit, max })
}

const { tokens, depth, aliases, directives, sameField, sameMutation } = documentLimits
const sentences = {
  tokens: `The document has more than ${tokens} tokens: ask in several requests.`,
  depth: `The document nests fields deeper than ${depth} levels: ask for what lies deeper by its id.`,
  aliases: `The document has more than ${aliases} aliases: ask in several requests.`,
  directives: `The document uses more than ${directives} directives: leave out fields that you do not want, or ask in several requests.`,
  sameField: `The document asks for one field more than ${sameField} times in one place: once is enough.`,
  sameMutation: 'The document asks for one mutation more than once: send a request for each.',
}

/**
 * Refuses documents that would cost more to look at than they are worth, before anything else looks at them:
 * the usual validation takes time that grows with the square of some of them. Runs wherever documents
 * are parsed and validated, so for HTTP, SSE and WebSockets alike.
 */
export function limitDocuments(): Plugin {
  const looked = new WeakMap<DocumentNode, readonly GraphQLError[]>()
  return {
    onParams({ params: { query } }) {
      if ((query?.length ?? 0) <= maxLength) return
      const message = `The query is longer than ${maxLength} characters: what is long belongs in variables.`
      throw topLevelError('BAD_USER_INPUT', message, {
        limit: 'queryLength',
        max: maxLength,
        http: { status: 413 },
      })
    },

    onParse({ parseFn, setParseFn }) {
      setParseFn((source, options) => {
        try {
          return parseFn(source, { ...options, maxTokens: tokens })
        } catch (error) {
          if (
            !(error instanceof GraphQLError) ||
            !/more (than|that) \d+ tokens/.test(error.message)
          ) {
            throw error
          }
          throw limitExceeded('tokens', tokens, sentences.tokens)
        }
      })
    },

    onValidate({ params: { schema, documentAST }, setResult }) {
      const errors = looked.get(documentAST) ?? validate(schema, documentAST, rules)
      looked.set(documentAST, errors)
      if (errors.length > 0) setResult(errors)
    },
  }
}

/** Armor's visitors throw, which would leave the rest unsaid; we say it as our own errors. */
const refusing = (limit: keyof typeof sentences) => ({
  propagateOnRejection: false,
  onReject: [
    (context: Parameters<ValidationRule>[0] | null) =>
      context?.reportError(limitExceeded(limit, documentLimits[limit], sentences[limit])),
  ],
})

const rules: ValidationRule[] = [
  maxDepthRule({ n: depth, flattenFragments: true, ...refusing('depth') }) as ValidationRule,
  maxAliasesRule({ n: aliases, allowList: [], ...refusing('aliases') }) as ValidationRule,
  maxDirectivesRule({ n: directives, ...refusing('directives') }) as ValidationRule,
  repeatedFields(sameField, (context) =>
    context.reportError(limitExceeded('sameField', sameField, sentences.sameField)),
  ),
  repeatedMutations((context) =>
    context.reportError(limitExceeded('sameMutation', sameMutation, sentences.sameMutation)),
  ),
]
