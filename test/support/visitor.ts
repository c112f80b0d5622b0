import { solved } from './challenge.ts'
import { sql } from 'kysely'
import { recipientProviderOf } from '../../src/core-sign-in-actions.ts'
import { Clockwork } from '../../src/core/public-clock/actions.ts'
import { Transparency } from '../../src/core/abuse/transparency-actions.ts'
import { Checks } from '../../src/core/checks/actions.ts'
import { as, type Context } from '../../src/core/context.ts'
import { listLetters } from '../../src/core/outbox/reading-actions.ts'
import { contentOf } from '../../src/core/outbox/sealed-letter.ts'
import { letterById } from '../../src/core/outbox/store.ts'
import type { RecipientProvider } from '../../src/core/recipients/oidc-actions.ts'
import type { Database } from '../../src/db/open.ts'
import { orThrow, Refusal } from '../../src/base/refusal.ts'
import { parsePrefix } from '../../src/standards/prefix.ts'
import { abuseRoutes } from '../../src/web/abuse/abuse-routes.ts'
import { personRoutes } from '../../src/web/person/person-routes.ts'
import { clockRoutes } from '../../src/web/clock/clock-routes.ts'
import { caseRoutes } from '../../src/web/case/case-routes.ts'
import { codeRoutes } from '../../src/web/case/code-routes.ts'
import { abuseReportsRoute } from '../../src/web/api/abuse-reports.ts'
import { analyseRoute } from '../../src/web/api/analyse.ts'
import { apiRoutes } from '../../src/web/api/api.ts'
import { eventsRoute } from '../../src/web/api/events.ts'
import { checkRoutes } from '../../src/web/check/check-routes.ts'
import { checkXarf } from '../../src/intake/xarf-evidence.ts'
import { visitorOf } from '../../src/web/client.ts'
import type { Web, WebContext } from '../../src/web/env.ts'
import { formRoutes } from '../../src/web/forms/form-routes.ts'
import { portalRoutes } from '../../src/web/portal/portal.ts'
import { analyseRoutes } from '../../src/web/analyse/analyse-routes.ts'
import { headersRoutes } from '../../src/web/headers/headers-routes.ts'
import { ownerRoutes } from '../../src/web/owners/owner-routes.ts'
import { probeRoutes } from '../../src/web/probe/probe-routes.ts'
import { recipientRoutes } from '../../src/web/recipients/recipient-routes.ts'
import { routes } from '../../src/web/routes.ts'
import { siteActions } from '../../src/web/site/actions.ts'
import { testContext, type TestContext } from './context.ts'
import { directReader, type TestReader } from './direct-reader.ts'
import { testShelf, testSite } from './site.ts'

/** The public site's origin in tests. */
export const origin = 'https://postmaster.provider.example'

/** Letters whose link has the other half of something. */
type LinkLetter =
  | 'confirm-delisting'
  | 'confirm-form'
  | 'person-link'
  | 'owner-link'
  | 'owner-contact'
  | 'recipient-link'

/** The portal and the API over a database, without sockets. */
export interface Doors {
  /** The site itself, to be put behind a socket. */
  readonly web: Web
  readonly ctx: TestContext
  /** Somebody with a browser or a program, at this address. */
  visitor(address?: string): Visitor
  /** Answer to a fresh proof-of-work challenge. */
  solved(): Promise<string>
  /** Path of the link in the newest confirmation letter; undefined when none was written. */
  letter(kind?: LinkLetter): Promise<string | undefined>
  /** Every row of every table, as text. */
  dump(): Promise<string>
}

/** `provider`: in place of the one that the settings name. */
export function openDoors(
  db: Database,
  {
    reader = directReader,
    provider,
    ...overrides
  }: Parameters<typeof testContext>[0] & {
    readonly reader?: TestReader
    readonly provider?: RecipientProvider
  } = {},
): Doors {
  const ctx = testContext({ db, ...overrides })
  const contextFor = (c: WebContext): Context => as(ctx, visitorOf(c.var.client))
  const checks = new Checks()
  const transparency = new Transparency()
  const clockwork = new Clockwork()
  const shelf = testShelf(ctx.settings)
  const web = testSite({
    settings: ctx.settings,
    shelf,
    clock: ctx.clock,
    largeBodies: [
      routes.apiEvents.pattern,
      routes.apiAbuseReports.pattern,
      routes.report.start.pattern,
      routes.apiAnalyse.pattern,
      routes.headers.pattern,
      routes.analyse.pattern,
    ],
    site: siteActions(contextFor, async () => await Promise.resolve(undefined), reader),
    trustedProxies: [orThrow(parsePrefix('127.0.0.0/8'))],
    parts: [
      (app) => analyseRoutes(app, { contextFor, reader, shelf }),
      (app) => headersRoutes(app, { contextFor, reader }),
      (app) => probeRoutes(app, { contextFor }),
      (app) => ownerRoutes(app, { contextFor, https: true }),
      (app) =>
        recipientRoutes(app, { contextFor, https: true, provider: provider ?? recipientProviderOf(ctx) }),
      (app) => portalRoutes(app, { contextFor, https: true }),
      (app) => formRoutes(app, { contextFor, https: true }),
      (app) => eventsRoute(app, contextFor),
      (app) => analyseRoute(app, { contextFor, reader }),
      (app) => checkRoutes(app, { contextFor, checks, guide: shelf.guide }),
      (app) =>
        apiRoutes(app, {
          contextFor,
          checks,
          transparency,
          clockwork,
          reader,
          site: origin,
          version: '0.0.0',
        }),
      (app) => abuseRoutes(app, { contextFor, transparency, https: true }),
      (app) => clockRoutes(app, { contextFor, clockwork }),
      (app) => personRoutes(app, { contextFor, https: true }),
      (app) => caseRoutes(app, { contextFor }),
      (app) => codeRoutes(app, { contextFor }),
      (app) => abuseReportsRoute(app, { contextFor, checker: { checkXarf: async (raw) => checkXarf(raw) } }),
    ],
  })
  return {
    web,
    ctx,
    visitor: (address = '198.51.100.7') => new Visitor(web, address),
    solved: async () => await solved(ctx),
    letter: async (kind = 'confirm-delisting') => await newestLink(ctx, kind),
    dump: async () => await dump(db),
  }
}

/** An OpenID provider that sends everybody back with nothing. */
export const emptyProvider: RecipientProvider = {
  label: 'Example ID',
  begin: async () =>
    await Promise.resolve({ url: 'https://id.provider.example/authorize', errand: 'errand' }),
  enter: async () => await Promise.reject(new Refusal('recipients.provider-failed')),
}

/** Keeps cookies, as a browser does, and says where its requests come from. */
export class Visitor {
  readonly cookies = new Map<string, string>()
  readonly #web: Web
  readonly #address: string

  constructor(web: Web, address: string) {
    this.#web = web
    this.#address = address
  }

  async get(path: string, headers: Readonly<Record<string, string>> = {}, method = 'GET'): Promise<Response> {
    return await this.#send(path, { method, headers })
  }

  /** A form of the site itself. */
  async submit(
    path: string,
    fields: Readonly<Record<string, string>>,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Response> {
    const form = {
      'content-type': 'application/x-www-form-urlencoded',
      'sec-fetch-site': 'same-origin',
      ...headers,
    }
    return await this.#send(path, {
      method: 'POST',
      headers: form,
      body: new URLSearchParams(fields).toString(),
    })
  }

  /** JSON of a program. */
  async call(path: string, body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
    const text = typeof body === 'string' ? body : JSON.stringify(body)
    return await this.#send(`/api/v1${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: text,
    })
  }

  /** Bytes as they are. */
  async send(
    path: string,
    body: Uint8Array<ArrayBuffer> | string,
    headers: Readonly<Record<string, string>>,
  ): Promise<Response> {
    return await this.#send(path, { method: 'POST', headers, body })
  }

  async #send(
    path: string,
    init: {
      readonly method: string
      readonly headers: Readonly<Record<string, string>>
      readonly body?: string | Uint8Array<ArrayBuffer>
    },
  ): Promise<Response> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const headers = {
      'x-forwarded-for': this.#address,
      ...(cookie === '' ? {} : { cookie }),
      ...init.headers,
    }
    const answer = await this.#web.request(path.startsWith('https:') ? path : `${origin}${path}`, {
      ...init,
      headers,
    })
    for (const line of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      if (/max-age=0/i.test(line)) this.cookies.delete(name)
      else this.cookies.set(name, value)
    }
    return answer
  }
}

async function newestLink(ctx: TestContext, wanted: LinkLetter): Promise<string | undefined> {
  const { letters } = await listLetters(ctx, { limit: 50 })
  const newest = letters.find(({ kind }) => kind === wanted)
  const row = newest && (await letterById(ctx.db.queries, newest.id))
  const content = row && contentOf(ctx, row)
  return content?.kind === 'confirm-delisting' ||
    content?.kind === 'confirm-form' ||
    content?.kind === 'owner-link' ||
    content?.kind === 'person-link' ||
    content?.kind === 'recipient-link' ||
    content?.kind === 'owner-contact'
    ? new URL(content.slots.link).pathname
    : undefined
}

async function dump({ queries }: Database): Promise<string> {
  const tables = await sql<{ name: string }>`
    select name from sqlite_schema where type = 'table' and name not like 'sqlite_%' order by name`.execute(
    queries,
  )
  const texts = await Promise.all(
    tables.rows.map(async ({ name }) => {
      const { rows } = await sql`select * from ${sql.table(name)}`.execute(queries)
      return `${name}\n${rows
        .map((row) => JSON.stringify(row))
        .toSorted()
        .join('\n')}`
    }),
  )
  return texts.join('\n')
}
