import type { Extension, Prisma } from '../db/generated/client/client.ts'
import type { Only } from '../graphql/context.ts'

/** The extensions that a client token names: whoever may see a number alone does not see whose it is. */
export const whereExtensionWithin = ({ extensionIds }: Only): Prisma.ExtensionWhereInput => ({
  id: { in: [...extensionIds] },
})

export const isExtensionWithin = ({ id }: Pick<Extension, 'id'>, { extensionIds }: Only): boolean =>
  extensionIds.includes(id)
