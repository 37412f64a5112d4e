import type { Db } from '../db/client.ts'
import type { Feature } from '../db/generated/client/client.ts'
import { featuresOf } from '../tenants/features.ts'
import { type Ability, coversAbility, needsOf } from './abilities.ts'
import type { Apps } from './apps.ts'

/** In a person's words what each ability means to them; of a line, the first that holds is said. */
const lines: readonly (readonly (readonly [Ability, string])[])[] = [
  [
    ['SEND_SMS', 'send texts from your numbers, and read your texts'],
    ['RECEIVE_SMS', 'read your texts'],
  ],
  [['SYNC_CONSENTS', 'see and set who wants no more texts from your numbers']],
  [
    ['SEND_INTERNAL_MESSAGE', 'send messages to your colleagues, and read theirs to you'],
    ['RECEIVE_INTERNAL_MESSAGES', 'read messages of your colleagues to you'],
  ],
  [['VOICEMAIL', 'listen to your voicemails']],
  [['FAX', 'read your faxes']],
  [['READ_CALL_LOG', 'read your call log; if you are an administrator, that of your company']],
  [['LIVE_CALLS', 'see your calls while they go on']],
  [['START_CALL', 'start calls from your phone']],
  [['CONTROL_CALLS', 'hang up, hold, mute and transfer your calls']],
  [['RECORDINGS', 'listen to recordings of your calls']],
  [
    ['SET_PRESENCE', 'see and change whether you are free'],
    ['READ_PRESENCE', 'see whether you are free'],
  ],
  [
    ['WRITE_CONTACTS', 'read and change your contacts'],
    ['READ_CONTACTS', 'read your contacts'],
  ],
  [['DIRECTORY', 'read the directory of your company']],
]
const always = 'see your name, mail address, extension and numbers'
const mayEdit = 'see and change your name, mail address and job; see your extension and numbers'

/** What somebody allows who connects. */
export const createConsent = ({ db, apps }: { db: Db; apps: Apps }) => ({
  /**
   * What a tenant asks for. The scopes are of the app, which nobody tells before the first has connected:
   * until then it is all that the tenant has switched on.
   */
  async asked(tenantId: string): Promise<string[]> {
    const own = await apps.ownOf(tenantId)
    const last = await db.extension.findFirst({
      where: { grant: { appId: own?.id ?? null } },
      orderBy: { connectedAt: 'desc' },
      select: { scopes: true },
    })
    return inWords(last, await featuresOf(db, tenantId))
  },

  /** What somebody who has connected did allow. */
  async allowed(extension: { tenantId: string; scopes: readonly string[] }): Promise<string[]> {
    return inWords(extension, await featuresOf(db, extension.tenantId))
  },

  /** What they did not, since the app's registration lacks scopes for what the tenant has switched on. */
  async lacking(extension: { tenantId: string; scopes: readonly string[] }): Promise<string[]> {
    const features = await featuresOf(db, extension.tenantId)
    const allowed = new Set(inWords(extension, features))
    return inWords(null, features).filter((line) => !allowed.has(line) && line !== mayEdit)
  },
})

export type Consent = ReturnType<typeof createConsent>

function inWords(
  granted: { scopes: readonly string[] } | null,
  features: ReadonlySet<Feature>,
): string[] {
  const may = (ability: Ability) => {
    const { features: needed = [] } = needsOf(ability)
    const isOn = needed.every((feature) => features.has(feature))
    return isOn && (!granted || coversAbility(granted, ability))
  }
  const said = lines.flatMap((line) => line.find(([ability]) => may(ability))?.[1] ?? [])
  return [...said, may('UPDATE_EXTENSION') ? mayEdit : always]
}
