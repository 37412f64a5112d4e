import type { Gateway } from './gateway.ts'

/** What RingCentral was asked on a path, oldest first, with the answers. */
export function asked({ simulator }: Pick<Gateway, 'simulator'>, path: string, method = 'POST') {
  return simulator
    .ledger()
    .filter((entry) => entry.direction === 'in' && entry.method === method)
    .filter((entry) => entry.path.split('?', 1)[0] === path)
}

export const tokenCalls = (gateway: Pick<Gateway, 'simulator'>) =>
  asked(gateway, '/restapi/oauth/token')
