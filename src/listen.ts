import { type AskingLimits, createHttpServer } from './http/server.ts'
import type { Logger } from './lib/logger.ts'

/** A worker listens for health checks only; beside a web process on the same machine, on another port. */
export async function listen({
  port,
  role,
  askingLimits,
  logger,
}: {
  port: number
  role: 'all' | 'web' | 'worker'
  askingLimits?: AskingLimits
  logger: Logger
}) {
  try {
    return await createHttpServer({ port, askingLimits })
  } catch (error) {
    if (role !== 'worker' || (error as { code?: string }).code !== 'EADDRINUSE') throw error
    const http = await createHttpServer({ port: 0, askingLimits })
    logger.warn(`Port ${port} is taken: health checks are answered on port ${http.port}`)
    return http
  }
}
