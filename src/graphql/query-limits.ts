import { type ComplexityErrorFn, ComplexityErrorKind } from '@pothos/plugin-complexity'
import { type GraphQLField, getNullableType, isListType } from 'graphql'
import { topLevelError } from './errors.ts'
import { type PageArgs, pageSize } from './pagination.ts'

/** How many values an answer may have, counted before anything is read: one query must not hold up everybody else's. */
const maxValues = 100_000
/** Deeper than any answer that somebody shows; things that lead to each other could be asked for without end. */
const maxDepth = 20
/** What lists without pages have: attachments, participants, a timeline. */
const fewEntries = 5

type Field = Pick<GraphQLField<unknown, unknown>, 'name' | 'args' | 'type'>

const tooMuch: ComplexityErrorFn = (kind, { complexity, depth }) =>
  topLevelError(
    'BAD_USER_INPUT',
    kind === ComplexityErrorKind.Depth
      ? `This asks ${depth} fields deep, and at most ${maxDepth} are answered: ask for what lies deeper by its id.`
      : `This asks for up to ${complexity} values, and at most ${maxValues} are answered at once: take smaller pages, or ask in several queries.`,
  )

/** How large an answer a query may ask for. */
export const queryLimits = {
  limit: { complexity: maxValues, depth: maxDepth },
  fieldComplexity: (args: PageArgs, _context: unknown, field: Field) => ({
    field: 1,
    multiplier: entriesOf(field, args),
  }),
  complexityError: tooMuch,
}

/** How many things a field has at most, or usually. */
function entriesOf({ name, args, type }: Field, page: PageArgs): number {
  if (args.some((arg) => arg.name === 'first'))
    return page.first ?? page.last ?? pageSize.defaultSize
  // Counted with their page.
  if (name === 'edges' || name === 'nodes') return 1
  return isListType(getNullableType(type)) ? fewEntries : 1
}
