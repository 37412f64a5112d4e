import { createLogger } from '../../src/lib/logger.ts'

/** A logger that writes down everything, for looking at what it wrote. */
export function captureLogs() {
  const lines: string[] = []
  const logger = createLogger('trace', { write: (line: string) => void lines.push(line) })
  return { logger, text: () => lines.join('') }
}
