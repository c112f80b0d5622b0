import * as client from 'openid-client'
import type { Clock } from '../base/clock.ts'
import { hour, second } from '../base/clock.ts'

/**
 * Sign-in at an OpenID provider (OpenID Connect Core 1.0) by authorization code with PKCE (RFC 7636), state and nonce; the answer's
 * `iss` (RFC 9207), the ID token's signature, issuer, audience and times are checked. The operator names the issuer, so it may be a
 * machine inside; else the way out is guarded as others are: https (http to the loopback for tests), no redirect, no proxy, 256 KiB,
 * five seconds.
 */
export interface OidcClient {
  /** The address to send the browser to, and what must be kept until it comes back. */
  begin(): Promise<OidcBegun>
  /** `query`: what the browser came back with. Throws whatever is wrong with it. */
  finish(query: string, begun: Omit<OidcBegun, 'url'>): Promise<OidcClaims>
}

export interface OidcBegun {
  readonly url: string
  readonly state: string
  readonly nonce: string
  readonly verifier: string
}

/** The claims of a good ID token. */
export interface OidcClaims {
  readonly issuer: string
  readonly subject: string
  readonly claims: Readonly<Record<string, unknown>>
}

export interface OidcClientOptions {
  readonly issuer: string
  readonly clientId: string
  readonly secret?: string | undefined
  /** Exactly as the provider knows it. */
  readonly redirectUri: string
  readonly clock: Clock
}

/** The provider's configuration and keys are read again after this. */
const keepMs = hour
/** A provider that is away is not asked again at once: anybody can press the button on the public site. */
const awayMs = 10 * second
const longestSeconds = 5
const mostBytes = 256 * 1024

export function oidcClient(options: OidcClientOptions): OidcClient {
  let asked: { readonly until: number; readonly provider: Promise<client.Configuration> } | undefined
  /** Whoever comes while it is being read waits for the same answer. */
  const provider = async (): Promise<client.Configuration> => {
    const now = options.clock.now()
    if (asked !== undefined && now < asked.until) return await asked.provider
    const found = discover(options)
    const mine = { until: now + keepMs, provider: found }
    asked = mine
    try {
      return await found
    } catch (error) {
      if (asked === mine) asked = { until: options.clock.now() + awayMs, provider: found }
      throw error
    }
  }
  return {
    async begin() {
      const config = await provider()
      const [state, nonce, verifier] = [
        client.randomState(),
        client.randomNonce(),
        client.randomPKCECodeVerifier(),
      ]
      const url = client.buildAuthorizationUrl(config, {
        redirect_uri: options.redirectUri,
        scope: 'openid profile email',
        code_challenge: await client.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
        state,
        nonce,
      })
      return { url: url.href, state, nonce, verifier }
    },
    async finish(query, { state, nonce, verifier }) {
      const answer = new URL(options.redirectUri)
      answer.search = query
      const tokens = await client.authorizationCodeGrant(await provider(), answer, {
        pkceCodeVerifier: verifier,
        expectedState: state,
        expectedNonce: nonce,
        idTokenExpected: true,
      })
      const claims = tokens.claims()
      if (claims === undefined) throw new Error('the provider gave no ID token')
      return { issuer: claims.iss, subject: claims.sub, claims }
    },
  }
}

async function discover({ issuer, clientId, secret }: OidcClientOptions): Promise<client.Configuration> {
  const server = new URL(issuer)
  const isLoopback = server.protocol === 'http:'
  return await client.discovery(server, clientId, secret, secret === undefined ? client.None() : undefined, {
    [client.customFetch]: guardedFetch(isLoopback),
    timeout: longestSeconds,
    // The signature counts although the token comes by TLS: a provider behind a proxy is not its proxy.
    execute: [client.enableNonRepudiationChecks, ...(isLoopback ? [client.allowInsecureRequests] : [])],
  })
}

/** `isLoopback`: the issuer itself is http, which the configuration allows for a loopback host alone. */
function guardedFetch(isLoopback: boolean): client.CustomFetch {
  return async (address, options) => {
    const url = new URL(address)
    if (url.protocol !== 'https:' && !(isLoopback && isLoopbackHost(url.hostname)))
      throw new Error(`the provider leads to ${url.origin}, which is not https`)
    const answer = await fetch(url, { ...(options as RequestInit), redirect: 'manual' })
    const bytes = await readLimited(answer)
    return new Response(bytes.length === 0 ? null : bytes, { status: answer.status, headers: answer.headers })
  }
}

function isLoopbackHost(name: string): boolean {
  return /^(localhost|127(\.\d+){3}|\[::1\])$/.test(name)
}

async function readLimited(answer: Response): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of answer.body ?? []) {
    const bytes = chunk as Uint8Array
    length += bytes.length
    if (length > mostBytes) throw new Error('the provider answered with more than 256 KiB')
    chunks.push(bytes)
  }
  return Uint8Array.from(Buffer.concat(chunks))
}
