import { orThrow, Refusal } from '../base/refusal.ts'
import { parseAddress } from '../standards/ip.ts'
import { covers, parsePrefix, type Prefix } from '../standards/prefix.ts'
import { specialPurpose } from '../standards/special-purpose.ts'
import type { Config } from './config.ts'
import type { Mistake } from './mistake.ts'
import { isLoopback, localNetworks, type Endpoint } from './values.ts'

/** What is wrong or doubtful only when keys are seen together. Each check passes over sections that could not be read. */

type Found = Omit<Mistake, 'where'>

/** Mistakes: with them nothing starts. */
export function checkTogether(config: Partial<Config>): Found[] {
  return [
    ...doorsInOnePlace(config),
    ...longSockets(config),
    ...exemptTooMuch(config),
    ...listTwice(config),
    ...termsTooLong(config),
    ...junkAfterReject(config),
    ...recipientsUnproven(config),
  ]
}

/** One thing that works and that an operator may not have meant. */
export interface Advice {
  readonly path: string
  readonly sentence: string
}

/** What `postern check-config` says beside mistakes. */
export function adviseOn(config: Config): Advice[] {
  const advice: Advice[] = []
  const say = (path: string, sentence: string): void => void advice.push({ path, sentence })
  if (config.provider.domains.includes('localhost')) {
    say(
      'provider.domains',
      'is localhost: nobody outside can answer our letters. Name the domains that receive mail here.',
    )
  }
  if (isLoopback(new URL(config.provider.site).hostname)) {
    say('provider.site', 'is this machine: a sender who follows the link in a refusal does not come here.')
  }
  if (config.provider.networks.length === 0) {
    say('provider.networks', 'is empty: our own mail servers can be listed by mistake.')
  }
  if (config.mail.smarthost === 'outbox') {
    say('mail.smarthost', 'is outbox: no letter leaves, senders cannot prove their mailbox by letter.')
  }
  if (config.policy.mode === 'observe')
    say('policy.mode', 'is observe: no mail is refused, whatever is listed.')
  if (isReachable(config.listen.console)) {
    const place = show(config.listen.console)
    say('listen.console', `listens on ${place}: let only those reach it who need to.`)
  }
  for (const door of ['policy', 'lookup'] as const) {
    if (isReachable(config.listen[door]) && config[door].allow.every(isLocal)) {
      say(
        `${door}.allow`,
        `names this machine and private networks only: nobody else is answered at ${show(config.listen[door])}.`,
      )
    }
  }
  if (
    !isReachable(config.listen.site) &&
    config.trustedProxies.length === 0 &&
    config.provider.site.startsWith('https:')
  ) {
    say(
      'trustedProxies',
      'is empty, yet the site is behind a proxy: all visitors share one budget until the proxy stands here.',
    )
  }
  if (config.highVolume.mode !== 'observe') {
    say(
      'highVolume.mode',
      `is ${config.highVolume.mode}: it works only where the content filter asks the message door at ${show(config.listen.lookup)} (docs/integrate/message-door.md). At RCPT nothing is known of a message’s domain, so without the door the rule can only observe.`,
    )
  }
  if (/^[a-z]+:\/\/[^/@]*:[^/@]+@/.test(config.database)) {
    say(
      'database',
      'holds a password that everybody who reads this file sees: use peer authentication or PGPASSFILE.',
    )
  }
  return advice
}

/** Limits of the configuration that the program does not have; `known` are the names it has. */
export function unknownLimits(config: Config, known: readonly string[]): Found[] {
  const strange = Object.keys(config.limits).filter((name) => !known.includes(name))
  return strange.map((name) => ({
    path: `limits.${name}`,
    problem: 'there is no such limit (docs/limits.md names them all)',
  }))
}

/** `known`: the thresholds that there are. */
export function unknownThresholds(config: Config, known: readonly string[]): Found[] {
  const strange = Object.keys(config.reputation.tuning).filter((name) => !known.includes(name))
  return strange.map((name) => ({
    path: `reputation.tuning.${name}`,
    problem: 'there is no such threshold (docs/thresholds.md names them all)',
  }))
}

/** Two doors at one place: the second would not open. UDP is apart, but the DNSBL needs TCP as well. */
function doorsInOnePlace({ listen }: Partial<Config>): Found[] {
  if (!listen) return []
  const doors = Object.entries(listen)
  return doors.flatMap(([door, endpoint], index) => {
    const other = doors.slice(0, index).find(([, earlier]) => isSamePlace(endpoint, earlier))
    return other
      ? [
          {
            path: `listen.${door}`,
            problem: `listens at ${show(endpoint)}, where listen.${other[0]} is already`,
          },
        ]
      : []
  })
}

function isSamePlace(a: Endpoint, b: Endpoint): boolean {
  if ('path' in a || 'path' in b) return 'path' in a && 'path' in b && a.path === b.path
  const isEverywhere = [a.host, b.host].some((host) => host === '0.0.0.0' || host === '::')
  return a.port !== 0 && a.port === b.port && (a.host === b.host || isEverywhere)
}

/** The kernel keeps 108 bytes for the path of a socket and cuts off the rest. */
const longestSocket = 107

function longSockets({ data, listen }: Partial<Config>): Found[] {
  const found: Found[] = []
  if (data !== undefined && Buffer.byteLength(data) > longestSocket - '/core.sock'.length) {
    found.push({
      path: 'data',
      problem: `${data} is too long: the path of a socket in it can have ${longestSocket} bytes at most`,
    })
  }
  for (const [door, endpoint] of Object.entries(listen ?? {})) {
    if ('path' in endpoint && Buffer.byteLength(endpoint.path) > longestSocket && found.length === 0) {
      found.push({
        path: `listen.${door}`,
        problem: `${endpoint.path} is too long: the path of a socket can have ${longestSocket} bytes at most`,
      })
    }
  }
  return found
}

/** Everything under the reply domain takes mail from refused senders: as a domain of users it would switch listings off. */
function exemptTooMuch({ provider, mail }: Partial<Config>): Found[] {
  if (!provider || !mail || !provider.domains.includes(mail.replyDomain)) return []
  const problem = `${mail.replyDomain} is one of provider.domains; the reply domain takes mail from refused senders, so it must be a domain without users, such as postern.${mail.replyDomain}`
  return [{ path: 'mail.replyDomain', problem }]
}

function listTwice({ provider }: Partial<Config>): Found[] {
  if (!provider) return []
  const lists: Readonly<Record<string, readonly string[]>> = {
    domains: provider.domains,
    languages: provider.languages,
  }
  return Object.entries(lists).flatMap(([name, values]) => {
    const twice = values.find((value, index) => values.indexOf(value) !== index)
    return twice === undefined ? [] : [{ path: `provider.${name}`, problem: `${twice} stands there twice` }]
  })
}

function termsTooLong({ listing }: Partial<Config>): Found[] {
  if (!listing || listing.terms.every((term) => term <= listing.longest)) return []
  return [{ path: 'listing.terms', problem: 'a term is longer than listing.longest' }]
}

function junkAfterReject({ highVolume }: Partial<Config>): Found[] {
  const { junkSince, rejectSince } = highVolume ?? {}
  if (junkSince === undefined || rejectSince === undefined || junkSince < rejectSince) return []
  return [{ path: 'highVolume.junkSince', problem: 'is not before highVolume.rejectSince' }]
}

/** What a provider says of recipients, and what nobody says. */
function recipientsUnproven({ recipients }: Partial<Config>): Found[] {
  if (!recipients) return []
  const { admins, oidc } = recipients
  const found: Found[] = []
  if (oidc.mailboxProof === 'email_verified' && oidc.mailboxClaim !== 'email') {
    found.push({
      path: 'recipients.oidc.mailboxClaim',
      problem: `email_verified says nothing about ${oidc.mailboxClaim}; where nobody can change their own, set recipients.oidc.mailboxProof to claim`,
    })
  }
  const isTold = oidc.issuer !== undefined && oidc.groupsClaim !== undefined
  if (!isTold && admins.some(({ group }) => group !== undefined)) {
    found.push({
      path: 'recipients.admins',
      problem:
        'names a group, and nobody says who is in it: set recipients.oidc.issuer and recipients.oidc.groupsClaim',
    })
  }
  return found
}

/** Whether somebody outside of this machine and its private networks could reach the door. */
function isReachable(endpoint: Endpoint): boolean {
  if ('path' in endpoint || isLoopback(endpoint.host)) return false
  if (endpoint.host === '0.0.0.0' || endpoint.host === '::') return true
  const address = parseAddress(endpoint.host)
  return address instanceof Refusal || !specialPurpose(address)
}

const localSpace = localNetworks.map((text) => orThrow(parsePrefix(text)))

function isLocal(network: Prefix): boolean {
  return localSpace.some((space) => covers(space, network))
}

function show(endpoint: Endpoint): string {
  if ('path' in endpoint) return endpoint.path
  return endpoint.host.includes(':')
    ? `[${endpoint.host}]:${endpoint.port}`
    : `${endpoint.host}:${endpoint.port}`
}
