import SchemaBuilder, {
  BasePlugin,
  type PothosOutputFieldConfig,
  type SchemaTypes,
} from '@pothos/core'
import {
  type GraphQLFieldResolver,
  type GraphQLOutputType,
  getNamedType,
  isObjectType,
} from 'graphql'
import { checkCursor } from './check-cursor.ts'
import type { Context } from './context.ts'
import type { IsWithin } from './narrowing.ts'
import { checkPage, type PageArgs } from './pagination.ts'

declare global {
  namespace PothosSchemaTypes {
    interface Plugins<Types extends SchemaTypes> {
      pages: PagesPlugin<Types>
    }
  }
}

/** Looks at what every list is asked for, before the list does, so that no list can forget it. */
class PagesPlugin<Types extends SchemaTypes> extends BasePlugin<Types> {
  override wrapResolve(
    resolve: GraphQLFieldResolver<unknown, Types['Context'], object>,
    { args }: PothosOutputFieldConfig<Types>,
  ): GraphQLFieldResolver<unknown, Types['Context'], object> {
    if (!('first' in args && 'last' in args)) return resolve
    return async (parent, page: PageArgs, context, info) => {
      checkPage(page)
      const kind = kindListed(info.returnType)
      const { isWithin } = info.schema.getType(kind)?.extensions ?? {}
      for (const name of ['after', 'before'] as const) {
        const cursor = page[name]
        if (cursor != null)
          await checkCursor(context as Context, kind, { name, cursor }, isWithin as IsWithin)
      }
      return resolve(parent, page, context, info)
    }
  }
}

/** Of a connection: what its edges lead to. */
function kindListed(connection: GraphQLOutputType): string {
  const edge = memberOf(connection, 'edges')
  return edge ? (memberOf(edge, 'node')?.name ?? '') : ''
}

function memberOf(type: GraphQLOutputType, field: string) {
  const named = getNamedType(type)
  const member = isObjectType(named) ? named.getFields()[field] : undefined
  return member && getNamedType(member.type)
}

SchemaBuilder.registerPlugin('pages', PagesPlugin)
