import { setTimeout as sleep } from 'node:timers/promises'
import { createDatabase } from '../../src/db/client.ts'
import { surviveLostConnections } from '../../src/db/stray-rejections.ts'
import { inTransaction } from '../../src/db/transaction.ts'
import { createLogger } from '../../src/lib/logger.ts'
import { startTcpProxy } from '../crash/tcp-proxy.ts'

// What stray-rejections.test.ts runs as a process of its own: a transaction that takes too long, and whose connection
// is gone when Prisma wants to roll it back.
const url = new URL(process.argv[2] ?? '')
const port = Number(url.port)
const proxy = await startTcpProxy(() => port)
url.port = String(proxy.port)
surviveLostConnections(createLogger('silent'))
const db = createDatabase({ url: url.href, applicationName: 'losing', poolSize: 2 })
await inTransaction(db, async (tx) => {
  await tx.$executeRaw`SELECT 1`
  await sleep(9_000)
  proxy.resetAll()
  await sleep(3_000)
  await tx.$executeRaw`SELECT 1`
}).catch(() => console.log('told'))
await sleep(500)
console.log('alive')
process.exit(0)
