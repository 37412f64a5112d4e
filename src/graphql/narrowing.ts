import SchemaBuilder, {
  BasePlugin,
  type PothosOutputFieldConfig,
  type SchemaTypes,
} from '@pothos/core'
import { defaultFieldResolver, type GraphQLFieldResolver } from 'graphql'
import type { Context, Only } from './context.ts'
import { topLevelError } from './errors.ts'

declare global {
  namespace PothosSchemaTypes {
    interface Plugins<Types extends SchemaTypes> {
      narrowing: NarrowingPlugin<Types>
    }
  }
}

/** Whether a row is within a limit. */
export type IsWithin = ((row: unknown, only: Only) => boolean) | undefined

/** `extensions` of a root field that answers a limited client token with what is within its limit, as if there were no more. */
export const narrowed = { narrowed: true } as const

/** `extensions` of a type of rows: which of them are within a limit. */
export const rowsWithin = <Row>(isWithin: (row: Row, only: Only) => boolean) => ({ isWithin })

/** What the viewer is limited to; undefined if to nothing less than its tenant. */
export function onlyOf({ viewer }: Pick<Context, 'viewer'>): Only | undefined {
  return viewer.kind === 'tenant' ? viewer.only : undefined
}

/** All that a limit names, as what is within it names them; undefined without one. */
export function namesOf(only: Only | undefined): readonly string[] | undefined {
  return only && [...only.extensionIds, ...only.numbers]
}

/** For a `where`: the condition of a limit, or none. */
export function within<Where extends object>(
  context: Pick<Context, 'viewer'>,
  where: (only: Only) => Where,
): Where | Record<string, never> {
  const only = onlyOf(context)
  return only ? where(only) : {}
}

type Resolve<Types extends SchemaTypes> = GraphQLFieldResolver<unknown, Types['Context'], object>

/**
 * Holds limited client tokens to their limit. Deny by default: a root field that has not said that it is `narrowed` is
 * refused. And wherever a query wanders, a row outside the limit shows nothing.
 */
class NarrowingPlugin<Types extends SchemaTypes> extends BasePlugin<Types> {
  override wrapResolve(
    resolve: Resolve<Types>,
    field: PothosOutputFieldConfig<Types>,
  ): Resolve<Types> {
    if (isRefused(field)) return refusing(resolve, field.name)
    const { extensions } = this.builder.configStore.getTypeConfig(field.parentType)
    const isWithin = extensions?.isWithin as IsWithin
    if (!isWithin) return resolve
    const check = (row: unknown, context: Types['Context']) => {
      const only = onlyOf(context as Context)
      if (only && !isWithin(row, only)) throw beyond(only, `This ${field.parentType}`)
    }
    // A column is read by its name: nobody has to make the `info` of it that graphql-js' own resolver looks into.
    if (resolve === defaultFieldResolver) {
      return (row, _args, context) => {
        check(row, context)
        return (row as Record<string, unknown>)[field.name]
      }
    }
    return (row, args, context, info) => {
      check(row, context)
      return resolve(row, args, context, info)
    }
  }

  override wrapSubscribe(
    subscribe: Resolve<Types> | undefined,
    field: PothosOutputFieldConfig<Types>,
  ): Resolve<Types> | undefined {
    return subscribe && isRefused(field) ? refusing(subscribe, field.name) : subscribe
  }
}

function isRefused<Types extends SchemaTypes>(field: PothosOutputFieldConfig<Types>): boolean {
  const isRoot = ['Query', 'Mutation', 'Subscription'].includes(field.kind)
  return isRoot && field.extensions?.narrowed !== true
}

const refusing =
  <Types extends SchemaTypes>(resolve: Resolve<Types>, name: string): Resolve<Types> =>
  (parent, args, context, info) => {
    const only = onlyOf(context as Context)
    if (only) throw beyond(only, `\`${name}\``)
    return resolve(parent, args, context, info)
  }

function beyond({ extensionIds, numbers }: Only, what: string) {
  const limit = [...extensionIds, ...numbers].join(', ')
  return topLevelError(
    'FORBIDDEN',
    `This client token is limited to ${limit}; ${what} cannot be asked with it.`,
  )
}

SchemaBuilder.registerPlugin('narrowing', NarrowingPlugin)
