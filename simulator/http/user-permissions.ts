/**
 * The permission of a user's role that stands behind each scope of an app: RingCentral wants both. As its
 * document names them; those of RingOut, EditPresence and CallControl it does not name.
 */
export const userPermissions: Readonly<Record<string, string>> = {
  SMS: 'OutboundSMS',
  InternalMessages: 'InternalSMS',
  ReadMessages: 'ReadMessages',
  EditMessages: 'EditMessages',
  ReadCallLog: 'ReadCallLog',
  EditCallLog: 'EditCallLog',
  ReadCallRecording: 'ReadCallRecording',
  RingOut: 'RingOut',
  CallControl: 'CallControl',
  ReadPresence: 'ReadPresenceStatus',
  EditPresence: 'EditPresenceStatus',
  ReadContacts: 'ReadPersonalContacts',
  Contacts: 'EditPersonalContacts',
  EditExtensions: 'EditUserInfo',
}

export const allPermissions = Object.values(userPermissions)
