/** The people, numbers and accounts that the simulator pretends to serve. */
export interface Account {
  id: string
  name: string
  mainNumber: string
  /** Federated accounts see one another's people in the directory. */
  federated?: boolean
}

export type ExtensionStatus = 'Enabled' | 'Disabled' | 'Frozen' | 'NotActivated' | 'Unassigned'

export interface Extension {
  id: string
  accountId: string
  extensionNumber: string
  firstName: string
  lastName: string
  email: string
  jobTitle: string
  department?: string
  /** What the person says of it; else the account's name, and the number of one's own. */
  company?: string
  businessPhone?: string
  mobilePhone?: string
  admin: boolean
  type: string
  status: ExtensionStatus
  createdAt: number
  /** Permissions that the user's role does not carry, such as `RingOut`. */
  lacks?: readonly string[]
}

export type NumberFeature =
  | 'CallerId'
  | 'SmsSender'
  | 'MmsSender'
  | 'InternationalSmsSender'
  | 'A2PSmsSender'
  | 'Delegated'

export const campaignStatuses = [
  ...(['Confirmed', 'Unregistered', 'Created', 'Submitted', 'SubmitFailed'] as const),
  ...(['UpdateRequested', 'DeleteRequested', 'CampaignSuspended', 'CampaignExpired'] as const),
  ...(['Draft', 'PreVetFailed', 'Unconfirmed'] as const),
]

export type CampaignStatus = (typeof campaignStatuses)[number]

export interface PhoneNumber {
  id: string
  accountId: string
  phoneNumber: string
  /** Missing: a company number, which every extension sees and may only show as caller id. */
  extensionId?: string
  usageType: string
  type: 'VoiceFax' | 'VoiceOnly' | 'FaxOnly'
  paymentType: string
  status: 'Normal' | 'Pending' | 'PortedIn' | 'Temporary' | 'Unknown'
  primary: boolean
  label?: string
  features: NumberFeature[]
  /** How far its registration with the carriers has come; local numbers begin `Confirmed`. */
  campaign?: CampaignStatus
}

export interface World {
  accounts: Map<string, Account>
  extensions: Map<string, Extension>
  /** By E.164. */
  numbers: Map<string, PhoneNumber>
  extensionsOf(accountId: string): Extension[]
  /** Its own numbers, and the company's. */
  numbersShownTo(extension: Extension): PhoneNumber[]
  /** Everybody's own numbers at once, for lists of many people. */
  numbersByExtension(): Map<string, PhoneNumber[]>
  ownerOf(phoneNumber: string): Extension | undefined
  /** The extension that a text to this number reaches: its owner, if both are in working order. */
  reachedAt(phoneNumber: string): Extension | undefined
}

export function createWorld(): World {
  const accounts = new Map<string, Account>()
  const extensions = new Map<string, Extension>()
  const numbers = new Map<string, PhoneNumber>()

  const ownerOf = (phoneNumber: string) => {
    const extensionId = numbers.get(phoneNumber)?.extensionId
    return extensionId === undefined ? undefined : extensions.get(extensionId)
  }

  return {
    accounts,
    extensions,
    numbers,
    extensionsOf: (accountId) =>
      [...extensions.values()].filter((extension) => extension.accountId === accountId),
    numbersShownTo: (extension) =>
      [...numbers.values()].filter(
        (number) =>
          number.accountId === extension.accountId &&
          (number.extensionId === undefined || number.extensionId === extension.id),
      ),
    numbersByExtension: () =>
      Map.groupBy(
        [...numbers.values()].filter((number) => number.extensionId !== undefined),
        (number) => number.extensionId as string,
      ),
    ownerOf,
    reachedAt(phoneNumber) {
      const owner = ownerOf(phoneNumber)
      const number = numbers.get(phoneNumber)
      // High-volume numbers have a store of their own, and no mailbox.
      const mailbox = number?.status === 'Normal' && !number.features.includes('A2PSmsSender')
      const ready = mailbox && owner?.status === 'Enabled'
      return ready ? owner : undefined
    },
  }
}

export function fullName(extension: Extension): string {
  return `${extension.firstName} ${extension.lastName}`
}

export function canText(number: PhoneNumber): boolean {
  return number.status === 'Normal' && number.features.includes('SmsSender')
}
