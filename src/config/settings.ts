import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Config } from './config.ts'
import { readWebhookSecret } from './webhook-secret.ts'

/** The part of the configuration that core works with, in the shape of `core/settings.ts`. Reads the webhooks' secrets. */
export function settingsOf(config: Config) {
  const { provider, codes, mail, addresses, delisting, listing, retention, highVolume } = config
  const limits = Object.entries(config.limits).map(
    ([name, { count, per }]) => [name, { count, windowMs: per }] as const,
  )
  return {
    provider: {
      name: provider.name,
      domains: provider.domains,
      site: provider.site,
      languages: provider.languages,
      networks: provider.networks,
      community: provider.community,
      messageSize: provider.messageSize,
    },
    codes,
    policy: { mode: config.policy.mode },
    messageDoor: config.lookup.messageDoor,
    highVolume: { ...highVolume, staysMs: highVolume.stays },
    reputation: {
      mode: config.reputation.mode,
      termsMs: config.reputation.terms,
      digest: config.reputation.digest,
      recipientsPerMessage: config.reputation.recipients,
      mostSenders: config.reputation.senders,
      tuning: config.reputation.tuning,
    },
    exemptPerHour: config.edge.exemptPerHour,
    protected: config.protected,
    mail,
    addresses,
    limits: Object.fromEntries(limits),
    delisting: {
      linkMs: delisting.link,
      reviewMs: delisting.review,
      mostReviews: delisting.reviews,
      watchMs: delisting.watch,
      challengeCost: delisting.challengeCost,
    },
    owners: {
      linkMs: config.owners.link,
      sessionMs: config.owners.session,
      openMs: config.owners.open,
      termMs: config.owners.term,
      contactTermMs: config.owners.contactTerm,
      contactReminderMs: config.owners.contactReminder,
      contactRecheckMs: config.owners.contactRecheck,
      contactGraceMs: config.owners.contactGrace,
      asksRegistries: config.owners.rdap === 'ask',
    },
    recipients: {
      linkMs: config.recipients.link,
      sessionMs: config.recipients.session,
      admins: config.recipients.admins,
      oidc: recipientOidcOf(config),
    },
    vouches: {
      mode: config.vouches.mode,
      usualMs: Math.min(config.vouches.usual, config.vouches.longest),
      longestMs: config.vouches.longest,
      most: config.vouches.most,
    },
    support: supportOf(config),
    probe: { validMs: config.probe.valid },
    listing: {
      termsMs: listing.terms,
      longestMs: listing.longest,
      recurrenceMs: listing.recurrence,
      impact: { share: listing.impactShare, senders: listing.impactSenders },
    },
    retention: {
      decisionsMs: retention.decisions,
      endedListingsMs: retention.endedListings,
      feedChangesMs: retention.feedChanges,
      requestsMs: retention.requests,
      eventsMs: retention.events,
      evidenceMs: retention.evidence,
      sendersMs: retention.senders,
      probesMs: retention.probes,
      abuseEvidenceMs: retention.abuseEvidence,
      abuseReportsMs: retention.abuseReports,
      casesMs: retention.cases,
      sentMs: retention.sent,
    },
    console: consoleOf(config),
    abuse: abuseOf(config),
    notify: noticeOf(config),
    check: {
      lists: config.check.lists.map(({ zone, name, url }) => ({ zone, name: name ?? zone, url })),
    },
    standing: {
      lists: config.standing.lists.map(({ zone, name, url }) => ({ zone, name: name ?? zone, url })),
      networks: config.standing.addresses.length > 0 ? config.standing.addresses : provider.networks,
      everyMs: config.standing.every,
    },
    webhooks: config.webhooks.map(({ url, secretFile }) => ({ url, secret: readWebhookSecret(secretFile) })),
  }
}

/** An issuer without an address of ours to come back to is no use. */
function consoleOf({ console: { origin, oidc } }: Config) {
  const { issuer, secretFile, ...rest } = oidc
  if (origin === undefined) return {}
  if (issuer === undefined) return { origin }
  return { origin, oidc: { ...rest, issuer, secret: clientSecret(secretFile) } }
}

function recipientOidcOf({ recipients: { oidc } }: Config) {
  const { issuer, secretFile, ...rest } = oidc
  return issuer === undefined ? undefined : { ...rest, issuer, secret: clientSecret(secretFile) }
}

function clientSecret(file: string | undefined): string | undefined {
  return file === undefined ? undefined : readFileSync(file, 'utf8').trim()
}

const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']

function supportOf({ support, delisting }: Config) {
  const { zone, days, hours, holidays } = support.calendar
  return {
    calendar: { zone, days: days.map((day) => weekdays.indexOf(day) + 1), ...hours, holidays },
    external: support.external,
    reasons: support.reasons,
    formAddresses: support.formAddresses,
    warmUp: support.warmUp,
    firstMs: support.firstAnswer,
    effectMs: delisting.review,
    askedMs: support.asked,
    codeMs: support.code,
    conditionsMs: support.conditions,
    survey: support.survey,
  }
}

function abuseOf({ abuse, provider }: Config) {
  const { window, newReporter, ownerLetters, ...same } = abuse
  return {
    ...same,
    windowMs: window,
    newReporterMs: newReporter,
    ownerLetters: ownerLetters === 'account',
    protected: abuse.protected.map((login) => login.trim().toLowerCase()),
    signers: [...provider.domains, ...abuse.signers],
  }
}

/** A webhook of notices is signed with the secret that webhooks have by default. */
function noticeOf({ notify, data, webhooks }: Config) {
  if (notify.startsWith('mailto:')) return { kind: 'mail', mailbox: notify.slice('mailto:'.length) } as const
  const file = webhooks.find(({ url }) => url === notify)?.secretFile ?? join(data, 'webhook.secret')
  return { kind: 'webhook', url: notify, secret: readWebhookSecret(file) } as const
}
