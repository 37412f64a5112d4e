import type { Tx } from '../db/client.ts'
import type { Message } from '../db/generated/client/client.ts'

/** A message as it stands, which stays so until the commit. Taken before what is known of consents. */
export async function holdMessage(tx: Tx, id: string): Promise<Message | null> {
  await tx.$queryRaw`SELECT 1 FROM "Message" WHERE "id" = ${id} FOR NO KEY UPDATE`
  return tx.message.findUnique({ where: { id } })
}
