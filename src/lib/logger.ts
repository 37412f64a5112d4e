import { type DestinationStream, type Logger, pino } from 'pino'

export type { Logger } from 'pino'

/** Never logged, wherever they appear: what opens a phone line, and what people write to each other. */
const secretPaths = [
  'authorization',
  'token',
  'secret',
  'accessToken',
  'refreshToken',
  'code',
  'text',
]

export function createLogger(level: string, destination?: DestinationStream): Logger {
  const options = {
    level,
    base: null,
    redact: secretPaths.flatMap((path) => [path, `*.${path}`]),
  }
  return destination ? pino(options, destination) : pino(options)
}
