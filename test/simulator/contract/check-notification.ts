import type { ObservedNotification } from '../../../simulator/http/observe.ts'
import { openapi } from './document.ts'
import { schemas } from './schemas.ts'

/** Which schema describes which event. The document has none for the others. */
const eventSchemas: [RegExp, string][] = [
  [/\/message-store\/instant\?/, 'InstantMessageEvent'],
  [/\/message-store(\?|$)/, 'MessageEvent'],
  [/\/voicemail$/, 'VoicemailMessageEvent'],
  [/\/extension\/\d+\/telephony\/sessions(\?|$)/, 'ExtensionTelephonySessionsEvent'],
  [/\/account\/\d+\/telephony\/sessions(\?|$)/, 'AccountTelephonySessionsEvent'],
  [
    /\/extension\/\d+\/presence\?(.*&)?detailedTelephonyState=true/,
    'DetailedExtensionPresenceEvent',
  ],
  [/\/extension\/\d+\/presence(\?|$)/, 'ExtensionPresenceEvent'],
  [/\/account\/\d+\/presence(\?|$)/, 'AccountPresenceEvent'],
  [/\/account\/\d+\/extension$/, 'ExtensionListEvent'],
  [/\/account\/\d+\/extension\/\d+$/, 'ExtensionInfoEvent'],
]

export function checkNotification({ event, body }: ObservedNotification): string[] {
  const name = eventSchemas.find(([pattern]) => pattern.test(event))?.[1]
  if (name === undefined || !openapi.components.schemas[name]) return []
  const wrong = schemas.closed(`/components/schemas/${name}`, JSON.parse(body))
  return wrong.map((what) => `${event} as ${name}: ${what}`)
}
