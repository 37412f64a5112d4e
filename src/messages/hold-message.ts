import type { Tx } from '../db/client.ts'
import type { Message } from '../db/generated/client/client.ts'

/** A message as it stands, which stays so until the commit. Taken before what is known of consents. */
export async function holdMessage(tx: Tx, id: string): Promise<Message | null> {
  await tx.$queryRaw`SELECT 1 FROM "Message" WHERE "id" = ${id} FOR NO KEY UPDATE`
  return tx.message.findUnique({ where: { id } })
}

/** The same of several, in one order, so that two who hold some never wait for each other. */
export async function holdMessages(
  tx: Tx,
  messages: readonly Pick<Message, 'id'>[],
): Promise<Message[]> {
  const ids = messages.map(({ id }) => id)
  await tx.$queryRaw`
    SELECT 1 FROM "Message" WHERE "id" = ANY(${ids}) ORDER BY "id" FOR NO KEY UPDATE`
  return tx.message.findMany({ where: { id: { in: ids } }, orderBy: { id: 'asc' } })
}
