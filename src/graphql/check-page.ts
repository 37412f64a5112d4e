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
import { checkCursor, idOfCursor, type Place, readCursor } from './check-cursor.ts'
import type { Context } from './context.ts'
import { type IsWithin, onlyOf } from './narrowing.ts'
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
    { args, extensions }: PothosOutputFieldConfig<Types>,
  ): GraphQLFieldResolver<unknown, Types['Context'], object> {
    if (!('first' in args && 'last' in args)) return resolve
    return (parent, page: PageArgs, context, info) => {
      checkPage(page)
      const place = placeOf(page)
      if (!place) return resolve(parent, page, context, info)
      const kind = kindListed(info.returnType)
      if (extensions?.missesCursors && !onlyOf(context as Context)) {
        readCursor(kind, place)
        return resolve(parent, page, context, info)
      }
      const { isWithin } = info.schema.getType(kind)?.extensions ?? {}
      const checked = checkCursor(context as Context, kind, place, isWithin as IsWithin)
      return checked.then(() => resolve(parent, page, context, info))
    }
  }
}

/** `extensions` of a list that notices by itself when the row of a cursor is not there: see `missedCursor`. */
export const missesCursors = { missesCursors: true } as const

/** The id that the cursor of such a list names, which has been looked at before. */
export function cursorIn({ after, before }: PageArgs): string | undefined {
  const cursor = after ?? before
  return cursor == null ? undefined : idOfCursor(cursor)
}

/** Tells an empty page from one whose cursor names nothing any more, which such a list has to look at last. */
export async function missedCursor(context: Context, kind: string, page: PageArgs): Promise<void> {
  const place = placeOf(page)
  if (place) await checkCursor(context, kind, place)
}

/** `checkPage` lets only one of them in. */
function placeOf({ after, before }: PageArgs): Place | undefined {
  if (after != null) return { name: 'after', cursor: after }
  return before == null ? undefined : { name: 'before', cursor: before }
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
