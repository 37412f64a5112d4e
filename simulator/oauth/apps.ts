import type { Settings } from '../options.ts'

/** An app's registration at RingCentral. An empty secret makes it a public one. */
export interface App {
  clientId: string
  clientSecret: string
  /** Exactly these are registered; any is when missing. */
  redirectUris?: string[] | undefined
  scope: string[]
  issueRefreshTokens: boolean
}

export type NewApp = Pick<App, 'clientId'> & Partial<App>

export interface Registry {
  find(clientId: string): App | undefined
  /** Registers one more, or changes the one of that id. */
  register(app: NewApp): void
}

/** The apps that RingCentral knows: the one of the options, and those registered later. */
export function createRegistry(settings: Settings): Registry {
  const others = new Map<string, App>()
  return {
    find: (clientId) => (clientId === settings.clientId ? settings : others.get(clientId)),
    register(app) {
      const before: App = others.get(app.clientId) ?? {
        clientId: app.clientId,
        clientSecret: '',
        scope: [...settings.scope],
        issueRefreshTokens: true,
      }
      others.set(app.clientId, { ...before, ...app })
    },
  }
}
