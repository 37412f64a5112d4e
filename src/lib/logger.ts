import { type DestinationStream, type Logger, pino, stdSerializers } from 'pino'

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
    serializers: { err: withoutSecretName },
    redact: secretPaths.flatMap((path) => [path, `*.${path}`]),
  }
  return destination ? pino(options, destination) : pino(options)
}

/** The code of an error is ours or RingCentral's, and no secret; only its name is that of one. */
function withoutSecretName(error: Error) {
  const { code: errorCode, ...rest } = stdSerializers.err(error)
  return errorCode === undefined ? rest : { ...rest, errorCode }
}
