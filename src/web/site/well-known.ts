import { reasonNames, reasons, whoActs } from '../../access/reasons.ts'
import { modeAt } from '../../access/high-volume.ts'
import { day } from '../../base/clock.ts'
import { externalRuleOf } from '../../core/cases/external.ts'
import { limitNames, limitOf, limits, type LimitName } from '../../core/limits/limits.ts'
import type { Settings } from '../../core/settings.ts'
import { formatPrefix } from '../../standards/prefix.ts'
import type { Web } from '../env.ts'
import { routes } from '../routes.ts'
import { sitemap } from './sitemap.ts'
import type { PublicDeps } from '../deps.ts'

/** What programs read: the policy (contracts 9), security.txt (RFC 9116), robots.txt (RFC 9309), the site map, health. */
export function programRoutes(app: Web, { settings, site, clock, shelf }: PublicDeps): void {
  app.get(routes.policy.pattern, (c) => {
    c.header('Cache-Control', 'public, max-age=3600')
    c.header('Access-Control-Allow-Origin', '*')
    c.header('Content-Type', 'application/json; charset=utf-8')
    return c.body(`${JSON.stringify(policyDocument(settings, clock.now()), null, 2)}\n`)
  })
  app.get(routes.security.pattern, (c) => {
    c.header('Cache-Control', 'public, max-age=3600')
    return c.text(securityText(settings, clock.now()))
  })
  app.get(routes.robots.pattern, (c) => {
    c.header('Cache-Control', 'public, max-age=86400')
    return c.text(
      [
        'User-agent: *',
        ...privatePaths.map((path) => `Disallow: ${path}`),
        // The same pages with a language in front.
        ...privatePaths.map((path) => `Disallow: /*${path}`),
        '',
        `Sitemap: ${settings.provider.site}${routes.sitemap.href()}`,
        '',
      ].join('\n'),
    )
  })
  app.get(routes.sitemap.pattern, (c) => {
    c.header('Cache-Control', 'public, max-age=86400')
    c.header('Content-Type', 'application/xml; charset=utf-8')
    return c.body(sitemap(settings, shelf))
  })
  app.get(routes.health.pattern, (c) => c.text('ok\n'))
  app.get(routes.ready.pattern, async (c) => {
    const why = await site.notReady()
    return why === undefined ? c.text('ready\n') : c.text(`not ready: ${why}\n`, 503)
  })
}

/** About one address, one person or one question: nothing for search engines. */
const privatePaths = [
  '/ip/',
  '/c/',
  '/find',
  '/search',
  '/confirm/',
  '/delist/',
  '/recipients/provider',
  '/api/',
]

/** The policy for machines, from the running configuration. Thresholds of the judgement are not in it. */
function policyDocument(settings: Settings, now: number): Readonly<Record<string, unknown>> {
  const { provider, addresses, codes } = settings
  return {
    version: 1,
    provider: provider.name,
    domains: provider.domains,
    site: provider.site,
    languages: provider.languages,
    codes,
    reasons: reasonNames.map((name) => {
      const { reference, code, status, stage, path, text, slug, words } = reasons[name]
      return {
        name,
        reference,
        code,
        status: status[codes],
        stage,
        path,
        who: whoActs[path],
        text,
        cases: externalRuleOf(settings.support, name),
        page: provider.site + routes.code.href({ code: slug }),
        meaning: Object.fromEntries(provider.languages.map((language) => [language, words[language].title])),
      }
    }),
    retry: {
      temporary:
        'Keep the message and try again with growing intervals for at least four days (RFC 5321 section 4.5.4.1).',
      permanent:
        'Do not send the same message to the same recipient again. Send it anew once the listing has ended.',
    },
    // What outsiders may open; a reason may have a rule of its own.
    support: { external: settings.support.external },
    // The judgement's own listings, those made by people, and how long mail flows before a second self-removal.
    terms: {
      engine: settings.reputation.termsMs.map(seconds),
      people: settings.listing.termsMs.map(seconds),
      longest: seconds(settings.listing.longestMs),
      recurrence: seconds(settings.listing.recurrenceMs),
    },
    answers: {
      review: seconds(settings.delisting.reviewMs),
      confirmation: seconds(settings.delisting.linkMs),
    },
    authentication: {
      highVolume: settings.highVolume.messages,
      mode: modeAt(settings.highVolume, now),
    },
    limits: Object.fromEntries(
      limitNames.filter(isPublished).map((name) => [name, publishedLimit(name, settings)]),
    ),
    addresses: {
      postmaster: `postmaster@${provider.domains[0] ?? ''}`,
      ...addresses,
    },
    outbound: provider.networks.map(formatPrefix),
    portal: provider.site + routes.delist.start.href(),
    guide: provider.site + routes.guide.href(),
    announcements: Object.fromEntries(
      provider.languages.map((language) => [language, provider.site + routes.feed.href({}, language)]),
    ),
    ...(provider.messageSize !== undefined && { messageBytes: provider.messageSize * 1_000_000 }),
    ...(provider.community !== undefined && { community: provider.community }),
    api: provider.site + routes.api.href(),
    reporting: { abuse: `mailto:${addresses.abuse}` },
  }
}

function seconds(ms: number): number {
  return Math.round(ms / 1000)
}

/** What an honest sender can run into. What only an attacker meets stays unsaid. */
function isPublished(name: LimitName): boolean {
  return /^(letters\.mailbox|delisting|delist\.unit|lookup|proof)\./.test(name)
}

function publishedLimit(
  name: LimitName,
  settings: Settings,
): { count: number; seconds: number; why: string } {
  const { count, windowMs } = limitOf(name, settings)
  return { count, seconds: windowMs / 1000, why: limits[name].why }
}

/** RFC 9116: whom to tell of a hole. Expires half a year from today, so it is never older than the program that serves it. */
function securityText(settings: Settings, now: number): string {
  const { provider } = settings
  const today = Math.floor(now / day) * day
  return [
    `Contact: mailto:postmaster@${provider.domains[0] ?? new URL(provider.site).hostname}`,
    `Expires: ${new Date(today + 180 * day).toISOString().replace('.000Z', 'Z')}`,
    `Preferred-Languages: ${provider.languages.map((language) => language.split('-')[0]).join(', ')}`,
    `Canonical: ${provider.site}${routes.security.href()}`,
    '',
  ].join('\n')
}
