import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import type { Core } from './app.ts'
import { operations } from './control/operations.ts'
import { startControl } from './control/server.ts'
import { consoleActions, forwarding, intakeActions } from './core-actions.ts'
import { recipientProviderOf } from './core-sign-in-actions.ts'
import type { XarfChecker } from './core/abuse/examination.ts'
import type { EvidenceViewer } from './core/abuse/evidence-view.ts'
import type { Reader } from './core/analysis/actions.ts'
import type { HeaderReader } from './core/headers/actions.ts'
import { feedHead } from './core/edges/actions.ts'
import { Transparency } from './core/abuse/transparency-actions.ts'
import { Clockwork } from './core/public-clock/actions.ts'
import { Checks } from './core/checks/actions.ts'
import { as, type Context } from './core/context.ts'
import { forgetUnanswered } from './core/idempotency/actions.ts'
import { settleEngineMode } from './core/listings/mode-actions.ts'
import { forgetClaims } from './core/outbox/deliver-actions.ts'
import { edgeKeys } from './edge-keys.ts'
import { showEndpoint } from './endpoint.ts'
import { startFeed } from './feed/server.ts'
import { openIntake } from './intake/intake.ts'
import { openParsePool } from './intake/parse-pool.ts'
import { routesOf } from './intake/route.ts'
import { deliverLetters } from './jobs/deliver-letters.ts'
import { deliverWebhooks } from './jobs/deliver-webhooks.ts'
import { endExpiredListings, endOldVouches } from './jobs/end-expired.ts'
import { examineReports } from './jobs/examine-reports.ts'
import { judgeMail, type Judge } from './jobs/judge-mail.ts'
import { purgeOld } from './jobs/purge.ts'
import { startJobs } from './jobs/scheduler.ts'
import { settleOldImports } from './jobs/settle-imports.ts'
import { tellHighVolumeDomains } from './jobs/tell-high-volume.ts'
import { tellObservedDaily } from './jobs/tell-observed.ts'
import { recheckOwners } from './jobs/recheck-owners.ts'
import { watchOwnListings } from './jobs/watch-own-listings.ts'
import { tendCases } from './jobs/tend-cases.ts'
import { erasePersons } from './jobs/erase-persons.ts'
import { watchPolicies } from './jobs/watch-policies.ts'
import { writeAccessMaps } from './jobs/write-access-maps.ts'
import { judgeThread } from './judge-thread.ts'
import { dnsResolver } from './net/resolver.ts'
import { openSmtp } from './net/smtp-client.ts'
import { abuseReportsRoute } from './web/api/abuse-reports.ts'
import { analyseRoute } from './web/api/analyse.ts'
import { apiRoutes } from './web/api/api.ts'
import { eventsRoute } from './web/api/events.ts'
import { companion } from './companion.ts'
import { readGuide } from './core/guide/actions.ts'
import { openShelf } from './web/guide/shelf.ts'
import { abuseRoutes } from './web/abuse/abuse-routes.ts'
import { caseRoutes } from './web/case/case-routes.ts'
import { personRoutes } from './web/person/person-routes.ts'
import { codeRoutes } from './web/case/code-routes.ts'
import { clockRoutes } from './web/clock/clock-routes.ts'
import { readTheme } from './web/theme.ts'
import { loadAssets } from './web/assets.ts'
import { checkRoutes } from './web/check/check-routes.ts'
import { visitorOf } from './web/client.ts'
import { consoleApp } from './web/console/app.ts'
import type { Web, WebContext } from './web/env.ts'
import { serveHttp } from './web/listen.ts'
import { coreMetrics, countedSeldom } from './web/metrics.ts'
import { formRoutes } from './web/forms/form-routes.ts'
import { portalRoutes } from './web/portal/portal.ts'
import { analyseRoutes } from './web/analyse/analyse-routes.ts'
import { headersRoutes } from './web/headers/headers-routes.ts'
import { ownerRoutes } from './web/owners/owner-routes.ts'
import { probeRoutes } from './web/probe/probe-routes.ts'
import { recipientRoutes } from './web/recipients/recipient-routes.ts'
import { routes } from './web/routes.ts'
import { publicApp } from './web/server.ts'
import { siteActions } from './web/site/actions.ts'
import { version } from './version.ts'

export interface OpenDoors {
  /** Where each door is: `site` → `http://127.0.0.1:8080`. */
  readonly addresses: Readonly<Record<string, string>>
  close(): Promise<void>
}

type Closing = () => Promise<void>

/** Opens every door of core, in the order in which they are needed, and closes them in the reverse. */
export async function startCore(core: Core): Promise<OpenDoors> {
  const { ctx, config } = core
  const closings: Closing[] = []
  const addresses: Record<string, string> = {}
  const opened = (name: string, address: string, close: Closing): void => {
    addresses[name] = address
    closings.unshift(close)
  }
  try {
    // Whoever holds the folder's lock is its only core: what one that died had in hand is ours at once, its job leases as well.
    await forgetClaims(ctx)
    await forgetUnanswered(ctx)
    await settleEngineMode(ctx)
    const feed = await openFeed(ctx, config)
    Object.assign(addresses, feed.addresses)
    closings.unshift(feed.close)
    // What visitors paste is read apart from incoming mail, so that neither keeps the other waiting.
    const reader = openParsePool({ lookup: noLookup, log: ctx.log, clock: ctx.clock, waiting: 16 })
    closings.unshift(async () => reader.close())
    const checks = new Checks()
    const sites = webApps(ctx, config, reader, checks)
    opened('site', ...(await listenHttp(sites.site, config.listen.site)))
    opened('console', ...(await listenHttp(sites.console, config.listen.console)))
    const dns = dnsResolver({ servers: config.dns.servers })
    const intake = await openIntake({
      smtp: config.listen.intake,
      lmtp: config.listen.lmtp,
      name: config.mail.replyDomain,
      site: config.provider.site,
      routes: routesOf(ctx.settings),
      trust: config.intake.trust,
      networks: config.provider.networks,
      desk: { domains: config.provider.domains, abuse: config.addresses.abuse },
      actions: intakeActions(ctx, config.notify, join(config.data, 'postmaster')),
      lookup: dns.lookup,
      mx: dns.mx,
      clock: ctx.clock,
      log: ctx.log,
    })
    opened('intake', intake.smtp ? showEndpoint(intake.smtp) : '', intake.close)
    if (intake.lmtp) addresses['lmtp'] = showEndpoint(intake.lmtp)
    const judge = judgeThread(core)
    closings.unshift(judge.close)
    // Reports are read apart as well: they may be large, and nobody waits for them.
    const examiner = openParsePool({
      lookup: dns.lookup,
      log: ctx.log,
      clock: ctx.clock,
      size: examiners(availableParallelism()),
    })
    closings.unshift(async () => examiner.close())
    const forward = forwarding(ctx, config.notify, join(config.data, 'postmaster'))
    const abuse = [examineReports({ examiner, forward }), writeAccessMaps()]
    const jobs = startJobs(
      ctx,
      [...jobsOf(config.mail.smarthost, judge), ...abuse, tendCases(checks), erasePersons()],
      ctx.core,
    )
    closings.unshift(async () => await jobs.stop())
    const control = await startControl(ctx, join(config.data, 'core.sock'), operations)
    closings.unshift(control.close)
  } catch (error) {
    for (const close of closings) await close()
    throw error
  }
  return {
    addresses,
    close: async () => {
      for (const close of closings) await close()
    },
  }
}

/** The socket for this machine's edge and, where one is configured, the TLS door for edges elsewhere. */
async function openFeed(ctx: Context, { data, listen }: Core['config']): Promise<OpenDoors> {
  const path = join(data, 'feed.sock')
  if ('path' in listen.feed) {
    const { close } = await startFeed(ctx, { path })
    return { addresses: { feed: path }, close }
  }
  const keys = await edgeKeys(ctx)
  const feed = await startFeed(ctx, { path, tls: { ...listen.feed, edgeKey: keys.keyOf } })
  return {
    addresses: { feed: path, 'feed (TLS)': feed.tls ?? '' },
    close: async () => {
      keys.close()
      await feed.close()
    },
  }
}

function jobsOf(smarthost: string, judge: Judge) {
  const send = smarthost === 'outbox' ? 'outbox' : openSmtp(smarthost).send
  return [
    deliverLetters(send),
    deliverWebhooks(),
    endExpiredListings(),
    endOldVouches(),
    judgeMail(judge),
    settleOldImports(),
    purgeOld(),
    watchPolicies(),
    recheckOwners(),
    watchOwnListings(),
    tellObservedDaily(),
    tellHighVolumeDomains(),
  ]
}

/** Processes that examine reports: core itself writes down what two of them read, and on two processors it needs one of its own. */
function examiners(processors: number): number {
  return processors > 2 ? 2 : 1
}

/** Reading a bounce asks nothing of DNS. */
async function noLookup(): Promise<never> {
  throw Object.assign(new Error('no DNS'), { code: 'EREFUSED' })
}

function webApps(
  ctx: Context,
  config: Core['config'],
  reader: Reader & HeaderReader & XarfChecker & EvidenceViewer,
  checks: Checks,
): { readonly site: Web; readonly console: Web } {
  const { clock, log, settings } = ctx
  const theme = readTheme(config.guide.folder)
  const assets = loadAssets(companion('assets'), theme)
  const shelf = openShelf(
    readGuide({ ours: companion('content'), own: config.guide.folder }, settings),
    settings,
  )
  for (const mistake of [...theme.mistakes, ...shelf.mistakes]) log.warn('guide.mistake', { ...mistake })
  const contextFor = (c: WebContext): Context => as(ctx, visitorOf(c.var.client))
  const https = settings.provider.site.startsWith('https:')
  const provider = recipientProviderOf(ctx)
  const transparency = new Transparency()
  const clockwork = new Clockwork()
  const site = publicApp({
    settings,
    clock,
    log,
    assets,
    shelf,
    trustedProxies: config.trustedProxies,
    site: siteActions(contextFor, async () => await notReady(ctx), reader),
    parts: [
      (app) => analyseRoutes(app, { contextFor, reader, shelf }),
      (app) => headersRoutes(app, { contextFor, reader }),
      (app) => probeRoutes(app, { contextFor }),
      (app) => ownerRoutes(app, { contextFor, https }),
      (app) => recipientRoutes(app, { contextFor, https, provider }),
      (app) => portalRoutes(app, { contextFor, https }),
      (app) => formRoutes(app, { contextFor, https }),
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
          site: settings.provider.site,
          version,
        }),
      (app) => abuseRoutes(app, { contextFor, transparency, https }),
      (app) => clockRoutes(app, { contextFor, clockwork }),
      (app) => personRoutes(app, { contextFor, https }),
      (app) => caseRoutes(app, { contextFor }),
      (app) => codeRoutes(app, { contextFor }),
      (app) => abuseReportsRoute(app, { contextFor, checker: reader }),
    ],
    largeBodies: [
      routes.apiEvents.pattern,
      routes.apiAbuseReports.pattern,
      routes.report.start.pattern,
      routes.apiAnalyse.pattern,
      routes.headers.pattern,
      routes.analyse.pattern,
    ],
  })
  const console = consoleApp({
    actions: consoleActions(ctx, reader, checks),
    settings,
    assets,
    clock,
    log,
    version,
    trustedProxies: config.trustedProxies,
    metrics: countedSeldom(
      clock,
      async () => await coreMetrics(as(ctx, { kind: 'system', name: 'metrics' })),
    ),
  })
  return { site, console }
}

async function notReady(ctx: Context): Promise<string | undefined> {
  try {
    await feedHead(ctx)
    return undefined
  } catch {
    return 'the database does not answer'
  }
}

async function listenHttp(
  app: Web,
  endpoint: Core['config']['listen']['site'],
): Promise<[address: string, close: Closing]> {
  const { port, close } = await serveHttp(app, endpoint)
  return ['path' in endpoint ? endpoint.path : `http://${showEndpoint({ ...endpoint, port })}`, close]
}
