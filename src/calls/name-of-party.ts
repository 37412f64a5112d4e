import type { Context } from '../graphql/context.ts'

/** Whoever stands in a call, as RingCentral told of them. */
export type ToldParty = { number: string | null; name: string | null; extensionId: string | null }

/** In whose log it stands: their contacts may know the name. */
export type InLogOf = { extensionRowId: string | null }

export const nameDescription =
  'The name in the contacts of the extension whose call it is, else in the company’s directory, else as RingCentral’s record has it. A key without the scope `people:read` sees the last.'

/** The best name that the viewer may see. RingCentral's own is part of the call, and needs no other scope. */
export async function nameOfParty(
  { number, name, extensionId, extensionRowId }: ToldParty & InLogOf,
  context: Context,
): Promise<string | null> {
  const { viewer, services } = context
  if (viewer.kind !== 'tenant' || !viewer.scopes.includes('people:read')) return name
  return (await services.nameOf(context, { number, extensionId, extensionRowId })) ?? name
}
