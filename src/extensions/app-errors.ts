import { BusinessError } from '../lib/errors.ts'

export class RingCentralAppRefusedError extends BusinessError {
  override name = 'RingCentralAppRefusedError'
  readonly code = 'RINGCENTRAL_APP_REFUSED'
  /** OAuth's word for it, for example `invalid_client`. */
  readonly rcError: string | null
  constructor(rcError: string | undefined) {
    super(
      'RingCentral does not take these credentials, and nothing was changed. Compare id and secret with the app’s page in the developer console (a public app has no secret), its server with `serverUrl`, and look that its authorization is by code, for 3-legged OAuth.',
    )
    this.rcError = rcError ?? null
  }
}

export class NoRingCentralAppError extends BusinessError {
  override name = 'NoRingCentralAppError'
  readonly code = 'NO_RINGCENTRAL_APP'
  constructor() {
    super('The tenant has no RingCentral app of its own: its people connect through the gateway’s.')
  }
}
