/**
 * An answer that RingCentral gives instead of the one hoped for. Two bodies coexist there: REST errors
 * carry `errors[]` with a mirror of the first on top, OAuth errors carry `error` as well.
 */
export class ApiError extends Error {
  readonly status: number
  readonly body: unknown
  readonly headers: Record<string, string>

  constructor(status: number, body: unknown, headers: Record<string, string> = {}) {
    super(`${status} ${JSON.stringify(body)}`)
    this.status = status
    this.body = body
    this.headers = headers
  }
}

interface Extra {
  /** The symbolic name on top, where RingCentral does not repeat the code. */
  family?: string
  parameterName?: string
  permissionName?: string
  headers?: Record<string, string>
}

export function apiError(
  status: number,
  code: string,
  message: string,
  extra: Extra = {},
): ApiError {
  const { family, headers, ...facts } = extra
  const body = {
    errorCode: family ?? code,
    message,
    errors: [{ errorCode: code, message, ...facts }],
    ...facts,
  }
  return new ApiError(status, body, headers)
}

/** A refusal that stands in a table, such as those of the numbers with a fate. */
export function tabled(refusal: {
  status: number
  code: string
  message: string
  family?: string
  parameterName?: string
  permissionName?: string
  retryAfterSeconds?: number
}): ApiError {
  const { status, code, message, retryAfterSeconds, ...extra } = refusal
  return apiError(status, code, message, {
    ...extra,
    ...(retryAfterSeconds !== undefined && {
      headers: { 'retry-after': String(retryAfterSeconds) },
    }),
  })
}

export function invalidParameter(
  name: string,
  message = `Parameter [${name}] value is invalid`,
): ApiError {
  return apiError(400, 'CMN-101', message, { family: 'InvalidParameter', parameterName: name })
}

export function notFound(name: string): ApiError {
  const message = `Resource for parameter [${name}] is not found`
  return apiError(404, 'CMN-102', message, { family: 'InvalidParameter', parameterName: name })
}

export function missingScopeMessage(scope: string): string {
  return `In order to call this API endpoint, application needs to have [${scope}] permission`
}

export function missingScope(scope: string): ApiError {
  return apiError(403, 'CMN-401', missingScopeMessage(scope), {
    family: 'InsufficientPermissions',
    permissionName: scope,
  })
}

export function missingUserPermission(permission: string): ApiError {
  const message = `In order to call this API endpoint, user needs to have [${permission}] permission for requested resource`
  return apiError(403, 'CMN-408', message, {
    family: 'InsufficientPermissions',
    permissionName: permission,
  })
}

export function foreignResource(): ApiError {
  return apiError(
    403,
    'CMN-419',
    'Access to the requested resource is forbidden for current user',
    {
      family: 'InsufficientPermissions',
    },
  )
}

export function badToken(code: string, message: string): ApiError {
  return apiError(401, code, message, {
    family: 'TokenInvalid',
    headers: {
      'www-authenticate': `Bearer realm="RingCentral REST API", error="${code}", error_description="${message}"`,
    },
  })
}

export function rateExceeded(retryAfterSeconds: number): ApiError {
  const message = 'Request rate exceeded'
  return apiError(429, 'CMN-301', message, {
    headers: {
      'retry-after': String(retryAfterSeconds),
      'www-authenticate': `Bearer realm="RingCentral REST API", error="CMN-301", error_description="${message}"`,
    },
  })
}

interface OAuthExtra {
  status?: number
  parameters?: { parameterName: string; parameterValue: string }[]
}

export function oauthError(
  error: string,
  code: string,
  message: string,
  extra: OAuthExtra = {},
): ApiError {
  const { status = 400, ...facts } = extra
  const body = {
    error,
    error_description: message,
    errors: [{ errorCode: code, message, ...facts }],
  }
  return new ApiError(status, body, {
    'www-authenticate': `Bearer realm="RingCentral REST API", error="${code}", error_description="${message}"`,
  })
}
