import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import Provider from 'oidc-provider'

/** A real OpenID provider on the loopback, with people of ours, and beside its token endpoint one that forges. */
export interface TestProvider {
  readonly issuer: string
  /** Goes to `url` as this person, signs in there, and gives the query that the browser is sent back with. */
  visit(url: string, login: string): Promise<string>
  /** What the token endpoint gives for codes that begin with `forged-`; signed with the provider's own key unless said otherwise. */
  forge: (code: string) => Forgery
  /** A good ID token's claims, for a forgery to change. */
  goodClaims(nonce: string): Record<string, unknown>
  close(): Promise<void>
}

export interface Forgery {
  readonly claims: Readonly<Record<string, unknown>>
  readonly signedBy?: 'another' | 'nobody'
}

export const testClient = { id: 'postern', secret: 'secret-of-the-tests' } as const
export const redirectUri = 'https://console.provider.example/sign-in/provider/answer'
/** Where recipients come back to, on the public site. */
const siteRedirectUri = 'https://postmaster.provider.example/recipients/provider/answer'

interface Person {
  readonly groups: readonly string[]
  /** As the directory spells it. */
  readonly email?: string
}

/** By login. Of all but rosa the mail address is verified. */
const people: Readonly<Record<string, Person>> = {
  ada: { groups: ['mail-desk'] },
  alan: { groups: ['mail-desk', 'mail-admins'] },
  rosa: { groups: [] },
  grace: { groups: [], email: 'Grace.H@Provider.example' },
  eve: { groups: ['mail-admins'], email: 'eve@example.org' },
}

const keys = generateKeyPairSync('rsa', { modulusLength: 2048 })
const otherKeys = generateKeyPairSync('rsa', { modulusLength: 2048 })

/** `further`: addresses that browsers may be sent back to besides those of the tests without sockets. */
export async function openProvider(further: readonly string[] = []): Promise<TestProvider> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const provider = providerAt(issuer, further).callback()
  const self: TestProvider = {
    issuer,
    visit: async (url, login) => await visit(url, login),
    forge: () => ({ claims: {} }),
    goodClaims: (nonce) => {
      const now = Math.floor(Date.now() / 1000)
      return { iss: issuer, sub: 'ada', aud: testClient.id, nonce, iat: now, exp: now + 600, auth_time: now }
    },
    close: async () => {
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
  server.on('request', (request, response) => {
    if (request.url === '/token') void takeToken(self, provider, request, response)
    else void provider(request, response)
  })
  return self
}

function providerAt(issuer: string, further: readonly string[]): Provider {
  return new Provider(issuer, {
    clients: [
      {
        client_id: testClient.id,
        client_secret: testClient.secret,
        redirect_uris: [redirectUri, siteRedirectUri, ...further],
        token_endpoint_auth_method: 'client_secret_post',
      },
    ],
    jwks: { keys: [{ ...keys.privateKey.export({ format: 'jwk' }), kid: 'test', use: 'sig', alg: 'RS256' }] },
    cookies: { keys: ['of-the-tests'] },
    // As Keycloak, Entra and Google do: what a scope asks for stands in the ID token.
    conformIdTokenClaims: false,
    claims: {
      openid: ['sub', 'auth_time'],
      profile: ['preferred_username', 'groups'],
      email: ['email', 'email_verified'],
    },
    findAccount: (_ctx, id) => ({
      accountId: id,
      claims: () => ({
        sub: id,
        preferred_username: id,
        groups: [...(people[id]?.groups ?? [])],
        email: people[id]?.email ?? `${id}@provider.example`,
        email_verified: id !== 'rosa',
      }),
    }),
    async loadExistingGrant(ctx) {
      const grant = new ctx.oidc.provider.Grant({
        clientId: testClient.id,
        accountId: ctx.oidc.session?.accountId ?? '',
      })
      grant.addOIDCScope('openid profile email')
      await grant.save()
      return grant
    },
  })
}

/** A browser of its own: keeps cookies, follows redirects, fills in the provider's own form. */
async function visit(start: string, login: string): Promise<string> {
  const jar = new Map<string, string>()
  let [url, form] = [start, undefined as string | undefined]
  for (let hop = 0; hop < 10; hop++) {
    const answer = await fetch(url, {
      method: form === undefined ? 'GET' : 'POST',
      redirect: 'manual',
      headers: {
        cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; '),
        ...(form === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
      },
      ...(form === undefined ? {} : { body: form }),
    })
    for (const line of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      jar.set(name, value)
    }
    await answer.text()
    const location = answer.headers.get('location')
    form = undefined
    if (location === null) form = new URLSearchParams({ prompt: 'login', login, password: 'x' }).toString()
    else url = new URL(location, url).href
    if (url.startsWith(redirectUri) || url.startsWith(siteRedirectUri)) return new URL(url).search.slice(1)
  }
  throw new Error(`the provider led nowhere: ${url}`)
}

async function takeToken(
  self: TestProvider,
  provider: (request: IncomingMessage, response: ServerResponse) => unknown,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const body = Buffer.concat(chunks)
  const code = new URLSearchParams(body.toString()).get('code') ?? ''
  if (!code.startsWith('forged-')) {
    // The body was read already: the provider takes it from here.
    Object.assign(request, { body: Object.fromEntries(new URLSearchParams(body.toString())) })
    provider(request, response)
    return
  }
  const { claims, signedBy } = self.forge(code)
  response.setHeader('content-type', 'application/json')
  response.end(
    JSON.stringify({
      access_token: randomBytes(16).toString('hex'),
      token_type: 'Bearer',
      expires_in: 600,
      id_token: idToken(claims, signedBy),
    }),
  )
}

function idToken(claims: object, signedBy: Forgery['signedBy']): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  const open = `${part({ alg: signedBy === 'nobody' ? 'none' : 'RS256', kid: 'test' })}.${part(claims)}`
  if (signedBy === 'nobody') return `${open}.`
  const { privateKey } = signedBy === 'another' ? otherKeys : keys
  return `${open}.${sign('sha256', Buffer.from(open), privateKey).toString('base64url')}`
}

/** 0 … 2³²-1 of a seed and a number, the same in every run. */
export function drawn(seed: number, nth: number): number {
  return createHash('sha256').update(`${seed}/${nth}`).digest().readUInt32BE()
}
