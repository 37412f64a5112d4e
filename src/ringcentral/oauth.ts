/** Login with RingCentral: the authorization code flow with PKCE, over oauth4webapi. */
import * as protocol from 'oauth4webapi'
import { type Answer, oauthErrorOf } from './answer.ts'
import { readAnswer } from './call-api.ts'
import { InvalidGrantError, OAuthRefusedError } from './errors.ts'
import { exchange, type Transport } from './http.ts'
import type { Operation } from './rate-limits.ts'
import { type TokenSet, tokenAnswer } from './token-set.ts'

export interface RingCentralOAuth {
  /** Where to send the person's browser. */
  authorizationUrl(request: { redirectUri: string; state: string; codeChallenge: string }): URL
  /** A fresh verifier to keep, and its S256 challenge to send along. */
  pkce(): Promise<{ verifier: string; challenge: string }>
  /**
   * Trades a code, within its minute of life, for tokens. The caller has checked `state` already.
   * Throws OAuthRefusedError when the person or RingCentral said no, InvalidGrantError when the
   * code is spent or too old; after RingCentralInDoubtError the code is as good as spent.
   */
  exchangeCode(
    request: ({ callbackUrl: URL } | { code: string }) & { redirectUri: string; verifier: string },
  ): Promise<TokenSet>
  /**
   * Whether RingCentral takes the app's id and secret: asked with a code that cannot be, which it looks at only
   * when it has believed the app. Throws OAuthRefusedError when it has not.
   */
  proveApp(redirectUri: string): Promise<void>
  /**
   * New tokens for old. The previous access token dies at once; the previous refresh token lives on
   * until the new access token is used, and then for 10 s. So after RingCentralInDoubtError, repeat
   * with the same token: RingCentral answers with the same pair. Only InvalidGrantError (or an
   * OAuthRefusedError with `extensionDisabled`) is final.
   */
  refresh(refreshToken: string): Promise<TokenSet>
  /**
   * Ends the whole session of an access or refresh token. RingCentral's advice: ignore a failure,
   * do not repeat.
   */
  revoke(token: string): Promise<void>
}

export interface OAuthClient {
  clientId: string
  /** Absent for a public client. */
  clientSecret?: string
}

export function createOAuth(transport: Transport, { clientId, clientSecret }: OAuthClient) {
  const { serverUrl } = transport
  const server: protocol.AuthorizationServer = {
    issuer: serverUrl,
    authorization_endpoint: `${serverUrl}/restapi/oauth/authorize`,
    token_endpoint: `${serverUrl}/restapi/oauth/token`,
    revocation_endpoint: `${serverUrl}/restapi/oauth/revoke`,
  }
  const client: protocol.Client = { client_id: clientId }
  const authentication = clientSecret ? basic(clientId, clientSecret) : protocol.None()

  /** oauth4webapi composes the request; ours is the way out, and the reading of what comes back. */
  async function ask(
    operation: Operation,
    compose: (options: protocol.TokenEndpointRequestOptions) => Promise<Response>,
  ): Promise<Answer> {
    const answers: Answer[] = []
    await compose({
      [protocol.allowInsecureRequests]: serverUrl.startsWith('http:'),
      [protocol.customFetch]: async (url, { method, headers, body }) => {
        const path = url.slice(serverUrl.length)
        const request = { operation, path, method, headers, body, timeoutMs: 10_000 }
        const answer = await exchange(transport, request)
        answers.push(answer)
        return new Response(null, { status: 200 })
      },
    })
    const [answer] = answers
    if (!answer) throw new TypeError('oauth4webapi sent nothing')
    if (answer.status < 200 || answer.status > 299) throw oauthErrorOf(answer)
    return answer
  }

  const oauth: RingCentralOAuth = {
    authorizationUrl({ redirectUri, state, codeChallenge }) {
      const url = new URL(`${serverUrl}/restapi/oauth/authorize`)
      url.search = new URLSearchParams({
        response_type: 'code',
        client_id: clientId,
        redirect_uri: redirectUri,
        state,
        code_challenge: codeChallenge,
        // RingCentral takes the challenge for plain text when this is missing.
        code_challenge_method: 'S256',
      }).toString()
      return url
    },

    async pkce() {
      const verifier = protocol.generateRandomCodeVerifier()
      return { verifier, challenge: await protocol.calculatePKCECodeChallenge(verifier) }
    },

    async exchangeCode({ redirectUri, verifier, ...from }) {
      const operation = 'oauth.exchangeCode'
      const returned =
        'callbackUrl' in from ? from.callbackUrl.searchParams : new URLSearchParams(from)
      const code = acceptedCode(returned)
      const answer = await ask(operation, (options) =>
        protocol.authorizationCodeGrantRequest(
          server,
          client,
          authentication,
          code,
          redirectUri,
          verifier,
          options,
        ),
      )
      const { refreshToken, ...tokens } = readAnswer(answer, tokenAnswer)
      // Such a connection would be over within the hour, with nobody to tell why.
      if (!refreshToken) throw new OAuthRefusedError({ operation, error: 'no_refresh_token' })
      return { ...tokens, refreshToken }
    },

    async proveApp(redirectUri) {
      const { verifier } = await oauth.pkce()
      const code = 'a-code-that-was-never-given'
      try {
        await oauth.exchangeCode({ code, redirectUri, verifier })
      } catch (error) {
        if (!(error instanceof InvalidGrantError)) throw error
      }
    },

    async refresh(refreshToken) {
      const answer = await ask('oauth.refresh', (options) =>
        protocol.refreshTokenGrantRequest(server, client, authentication, refreshToken, options),
      )
      const tokens = readAnswer(answer, tokenAnswer)
      return { ...tokens, refreshToken: tokens.refreshToken ?? refreshToken }
    },

    async revoke(token) {
      await ask('oauth.revoke', (options) =>
        protocol.revocationRequest(server, client, authentication, token, options),
      )
    },
  }

  function acceptedCode(returned: URLSearchParams): URLSearchParams {
    try {
      return protocol.validateAuthResponse(server, client, returned, protocol.skipStateCheck)
    } catch (error) {
      // Not the error itself: it holds the callback's parameters.
      const said =
        error instanceof protocol.AuthorizationResponseError ? error.error : 'invalid_callback'
      const word = /^[a-z_]{1,60}$/.test(said) ? said : undefined
      throw new OAuthRefusedError({ operation: 'oauth.exchangeCode', error: word })
    }
  }

  return oauth
}

/**
 * The id and secret as they are. RFC 6749 would have them form-encoded first, which turns the `-`
 * and `_` of RingCentral's ids into escapes; RingCentral's own SDKs send them plain.
 */
function basic(clientId: string, clientSecret: string): protocol.ClientAuth {
  const credentials = Buffer.from(`${clientId}:${clientSecret}`).toString('base64')
  return (_server, _client, _body, headers) => {
    headers.set('authorization', `Basic ${credentials}`)
  }
}
