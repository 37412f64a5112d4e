import type { MessageStatus } from './message.ts'

/** An error that RingCentral answers to the POST itself. */
export interface RefusalCode {
  code: string
  status: number
  message: string
  /** The symbolic name on top of the body, where it is not the code. */
  family?: string
  parameterName?: string
  permissionName?: string
  retryAfterSeconds?: number
}

/** An error that comes to light after the text was accepted. */
export interface DeliveryCode {
  code: string
  status: Extract<MessageStatus, 'Sent' | 'DeliveryFailed' | 'SendingFailed'>
  meaning: string
}

const invalid = { status: 400, family: 'InvalidParameter' } as const
const feature = { status: 403, family: 'FeatureNotAvailable' } as const
const abroad = { status: 403, family: 'InternationalProhibited' } as const
const permission = { status: 403, family: 'InsufficientPermissions' } as const
const token = { status: 401, family: 'TokenInvalid' } as const

export const refusalCodes: RefusalCode[] = [
  {
    code: 'CMN-101',
    ...invalid,
    message: 'Parameter [to.phoneNumber] value is invalid',
    parameterName: 'to.phoneNumber',
  },
  {
    code: 'CMN-102',
    ...invalid,
    message: 'Resource for parameter [to] is not found',
    parameterName: 'to',
  },
  { code: 'CMN-103', status: 400, message: 'Cannot parse the request body' },
  { code: 'CMN-104', status: 400, message: 'The request body must be a JSON object' },
  { code: 'CMN-106', status: 400, message: 'Too many resources in one request' },
  { code: 'CMN-107', status: 416, message: 'Range is not satisfiable' },
  { code: 'CMN-109', ...feature, message: 'Feature [SMS] is not available for current extension' },
  { code: 'CMN-112', ...feature, message: 'Feature [SMS] is not available for current account' },
  { code: 'CMN-113', ...feature, message: 'Feature [SMS] is switched off' },
  { code: 'CMN-120', status: 404, message: 'Invalid URI' },
  { code: 'CMN-201', status: 500, message: 'Service Temporary Unavailable' },
  { code: 'CMN-202', status: 501, message: 'Not implemented' },
  { code: 'CMN-203', status: 500, message: 'Internal error' },
  { code: 'CMN-211', status: 503, message: 'Service is in limited mode', retryAfterSeconds: 30 },
  { code: 'CMN-301', status: 429, message: 'Request rate exceeded', retryAfterSeconds: 60 },
  { code: 'CMN-302', status: 429, message: 'Request rate exceeded', retryAfterSeconds: 60 },
  { code: 'CMN-303', status: 429, message: 'Usage plan is not resolved', retryAfterSeconds: 60 },
  {
    code: 'CMN-304',
    status: 429,
    message: 'Duplicate concurrent request, try again later',
    retryAfterSeconds: 5,
  },
  { code: 'CMN-310', status: 429, message: 'Global request rate exceeded', retryAfterSeconds: 60 },
  {
    code: 'CMN-401',
    ...permission,
    message: 'In order to call this API endpoint, application needs to have [SMS] permission',
    permissionName: 'SMS',
  },
  { code: 'CMN-404', ...permission, message: 'Access to the extension is forbidden' },
  { code: 'CMN-405', status: 401, message: 'Login to account required' },
  {
    code: 'CMN-406',
    ...invalid,
    message: 'Duplicate value for parameter [to] found in request',
    parameterName: 'to',
  },
  {
    code: 'CMN-408',
    ...permission,
    message:
      'In order to call this API endpoint, user needs to have [OutboundSMS] permission for requested resource',
    permissionName: 'OutboundSMS',
  },
  { code: 'CMN-414', ...invalid, message: 'Recipient is not found', parameterName: 'to' },
  {
    code: 'CMN-419',
    ...permission,
    message: 'Access to the requested resource is forbidden for current user',
  },
  { code: 'BIL-103', ...feature, message: 'Feature [SMS] is not available for current account' },
  { code: 'OAU-128', ...token, message: 'Access token expired' },
  { code: 'OAU-129', ...token, message: 'Access token corrupted' },
  { code: 'OAU-149', ...token, message: 'Unparsable access token' },
  { code: 'OAU-151', ...token, message: 'Authorization method not supported' },
  { code: 'OAU-213', ...token, message: 'Token not found' },
  { code: 'AGW-401', ...token, message: 'Authorization header is not specified' },
  { code: 'AGW-402', ...token, message: 'Invalid Authorization header' },
  { code: 'AGW-404', status: 404, message: 'Resource not found' },
  { code: 'MSG-240', ...abroad, message: 'International SMS is not available' },
  { code: 'MSG-241', ...feature, message: 'Sending SMS from a fax number is not available' },
  { code: 'MSG-242', ...feature, message: 'Sending SMS is not available from this number' },
  { code: 'MSG-243', status: 400, message: 'Recipient phone number is blocked' },
  {
    code: 'MSG-245',
    ...invalid,
    message: 'Parameter [from] is not a number of this user',
    parameterName: 'from',
  },
  {
    code: 'MSG-246',
    ...invalid,
    message: 'Sending SMS to extension numbers is not available',
    parameterName: 'to',
  },
  {
    code: 'MSG-247',
    ...invalid,
    message: 'Sending SMS to short numbers is not available',
    parameterName: 'to',
  },
  { code: 'MSG-290', status: 503, message: 'The message could not be sent, try again later' },
  { code: 'MSG-304', ...feature, message: "Phone number doesn't belong to extension" },
  {
    code: 'MSG-305',
    status: 429,
    message: 'Message sending rate is exceeded',
    retryAfterSeconds: 60,
  },
  { code: 'MSG-314', ...feature, message: 'Extensions of this type cannot send messages' },
  { code: 'MSG-337', status: 400, message: 'Attachment is too large' },
  { code: 'MSG-338', status: 400, message: 'Message is too large' },
  { code: 'MSG-347', status: 400, message: 'Attachment is empty' },
  { code: 'MSG-348', status: 415, message: 'Attachment type is not supported' },
  { code: 'MSG-350', status: 400, message: 'Attachment has no disposition' },
  { code: 'MSG-351', status: 400, message: 'Attachment has no file name' },
  { code: 'MSG-365', status: 400, message: 'Both country id and isoCode are given' },
  { code: 'MSG-367', ...feature, message: 'The number does not support SMS' },
  { code: 'MSG-376', status: 400, message: 'Attachments are too large' },
  { code: 'MSG-379', status: 400, message: 'The number of attachments is exceeded' },
  {
    code: 'MSG-381',
    status: 400,
    message: 'The number of recipients is exceeded',
    parameterName: 'to',
  },
  { code: 'MSG-383', ...abroad, message: 'International MMS is not available' },
  { code: 'MSG-384', status: 403, message: 'Account limits are exceeded' },
  { code: 'MSG-388', ...feature, message: 'Destination number is prohibited' },
  {
    code: 'MSG-403',
    ...abroad,
    message: 'International SMS from a toll-free number is not available',
  },
]

const failed = (status: DeliveryCode['status'], family: string, meanings: Record<number, string>) =>
  Object.entries(meanings).map(
    ([number, meaning]): DeliveryCode => ({
      code: `SMS-${family}-${number}`,
      status,
      meaning,
    }),
  )

export const deliveryCodes: DeliveryCode[] = [
  ...failed('SendingFailed', 'RC', {
    403: 'over RingCentral’s volume',
    410: 'the number is bad',
    413: 'opted out',
    430: 'taken for spam',
    500: 'an error inside RingCentral',
    503: 'the sender is not provisioned',
    504: 'the sender is not registered',
  }),
  ...failed('SendingFailed', 'UP', {
    410: 'the number is bad',
    413: 'opted out',
    414: 'the sender is not provisioned',
    430: 'taken for spam',
    431: 'the sender is flagged: stop sending',
    432: 'too long',
    500: 'an error upstream',
  }),
  ...failed('DeliveryFailed', 'CAR', {
    400: 'the number is bad',
    410: 'the carrier has trouble for the moment',
    411: 'no such number',
    412: 'a landline',
    413: 'opted out',
    414: 'the sender is not provisioned',
    430: 'taken for spam',
    431: 'the carrier is busy for the moment',
    432: 'too long',
    434: 'attachments too large',
    435: 'a shortened link',
    450: 'over the carrier’s volume for the number',
    451: 'over the carrier’s volume for the campaign',
    452: 'over the carrier’s volume for the brand',
    461: 'the toll-free sender is not verified',
    500: 'an error at the carrier',
  }),
  ...failed('Sent', 'CAR', {
    104: 'no failure: the carrier has not reported',
    199: 'no failure: the status is not known',
  }),
]
