import type { Random } from '../fuzz/random.ts'

/**
 * Answers of registries as the five and their national ones write them (RFC 9083, RFC 7095, RFC 9537), in many shapes: who stands in whom, with
 * which roles and cards, and what stands around it. Only the shapes are theirs; names, addresses and mailboxes are those of documentation. Beside
 * each answer stands what it says, as it was meant and not as anybody reads it.
 */
export interface RdapShape {
  readonly registry: Registry
  readonly object: Json
  readonly meant: Meant
}

export interface Meant {
  readonly handle: string
  /** Canonical, with its length; more than one where the range is no prefix. */
  readonly prefixes: readonly string[]
  /** Mailboxes that may be written to about abuse, the first first, folded. */
  readonly abuse: readonly string[]
  readonly registrants: readonly string[]
  /** Every mailbox in it of whoever has one of these roles and no other. */
  readonly others: readonly string[]
}

export type Json = Record<string, unknown>
export const registryNames = ['arin', 'ripe', 'apnic', 'lacnic', 'afrinic', 'national'] as const
export type Registry = (typeof registryNames)[number]

/** Somebody in an answer, as it is meant. */
interface Somebody {
  readonly handle: string
  readonly roles: readonly string[]
  /** In the order in which they are to be preferred. */
  readonly mailboxes: readonly string[]
  readonly card: CardKind
  readonly inside: readonly Somebody[]
}

const cardKinds = ['full', 'plain', 'group', 'preferred', 'listed', 'uri', 'noisy', 'none', 'empty'] as const
type CardKind = (typeof cardKinds)[number]
/** These hold no mailbox whatever is meant. */
const bare: readonly CardKind[] = ['none', 'empty']

const otherRoles = ['registrant', 'administrative', 'billing', 'noc', 'sponsor', 'notifications'] as const

/** Deeper than this nobody is read. */
const deepest = 4

export function rdapShape(registry: Registry, random: Random): RdapShape {
  const people = peopleOf(registry, random)
  const { object: place, prefixes } = placeOf(registry, random)
  const isHalf = registry === 'ripe' && random.oneIn(8)
  const handle = typeof place['handle'] === 'string' ? place['handle'] : ''
  const object: Json = {
    ...place,
    ...(people.length > 0 || random.oneIn(2)
      ? { entities: people.map((each) => entityOf(registry, each, random)) }
      : {}),
    ...surroundings(registry, random),
    ...(isHalf
      ? { redacted: [halfMailbox(random)] }
      : registry === 'ripe' && random.oneIn(3)
        ? { redacted: [removed] }
        : {}),
    objectClassName: 'ip network',
  }
  return { registry, object, meant: { handle, prefixes, ...saidBy(people, isHalf) } }
}

/** Where contacts stand differs most: below the holder, beside it, three deep, as the holder itself, or nowhere. */
function peopleOf(registry: Registry, random: Random): readonly Somebody[] {
  let nth = 0
  const somebody = (roles: readonly string[], inside: readonly Somebody[] = []): Somebody => {
    nth++
    const card = random.pick(cardKinds)
    const local = `${roles[0] ?? 'nobody'}${nth}`
    const count = card === 'preferred' || card === 'listed' ? 2 + random.below(2) : 1
    const mailboxes = bare.includes(card)
      ? []
      : Array.from(
          { length: count },
          (_, at) => `${local}.${at}@example.${random.pick(['org', 'net', 'com'])}`,
        )
    return {
      handle: `${roles[0]?.slice(0, 3).toUpperCase() ?? 'X'}${nth}-${registry.toUpperCase()}`,
      roles,
      mailboxes,
      card,
      inside,
    }
  }
  const contacts = (): readonly Somebody[] =>
    random.pick([
      () => [somebody(['abuse'])],
      () => [somebody(['abuse']), somebody(['technical', 'noc'])],
      () => [somebody(['technical'])],
      () => [somebody(['administrative', 'technical'])],
      () => [somebody(['abuse', 'technical', 'administrative'])],
      () => [somebody(['abuse']), somebody(['abuse'])],
      () => [somebody([random.pick(otherRoles)])],
      () => [],
    ])()
  const holder = (inside: readonly Somebody[]): Somebody => somebody(['registrant'], inside)
  switch (registry) {
    case 'arin':
      return [holder(contacts()), ...(random.oneIn(3) ? [somebody(['noc'])] : [])]
    case 'ripe':
      return [...contacts(), ...(random.oneIn(4) ? [] : [holder(random.oneIn(2) ? contacts() : [])])]
    case 'apnic':
      return [somebody(['abuse'], random.oneIn(2) ? contacts() : []), ...contacts()]
    case 'lacnic':
      return [holder([]), ...contacts()]
    case 'afrinic':
      return [
        holder([
          somebody(
            ['administrative'],
            [somebody(['technical'], random.oneIn(3) ? [holder(contacts())] : contacts())],
          ),
        ]),
      ]
    case 'national':
      return random.oneIn(3) ? [] : [...contacts(), ...(random.oneIn(2) ? [holder(contacts())] : [])]
  }
}

/** Security OWN-4 in a sentence: the role `abuse`, where it has no mailbox at all `technical`, and nobody else. */
function saidBy(people: readonly Somebody[], isHalf: boolean): Omit<Meant, 'handle' | 'prefixes'> {
  const all = reached(people, 1)
  const of = (role: string): readonly string[] =>
    isHalf
      ? []
      : [...new Set(all.filter(({ roles }) => roles.includes(role)).flatMap(({ mailboxes }) => mailboxes))]
  const contacts = of('abuse').length > 0 ? of('abuse') : of('technical')
  const registrants = all.filter(({ roles }) => roles.includes('registrant')).map(({ handle }) => handle)
  const isContact = ({ roles }: Somebody): boolean => roles.includes('abuse') || roles.includes('technical')
  return {
    abuse: contacts,
    registrants: [...new Set(registrants)].toSorted(),
    others: reached(people, Number.NEGATIVE_INFINITY)
      .filter((each) => !isContact(each))
      .flatMap(({ mailboxes }) => mailboxes),
  }
}

function reached(people: readonly Somebody[], depth: number): readonly Somebody[] {
  return people.flatMap((each) => [each, ...(depth < deepest ? reached(each.inside, depth + 1) : [])])
}

function entityOf(
  registry: Registry,
  { handle, roles, mailboxes, card, inside }: Somebody,
  random: Random,
): Json {
  const url = `https://rdap.${registry}.example/entity/${handle}`
  return {
    objectClassName: 'entity',
    handle,
    roles: random.oneIn(5) ? roles.map((role) => role.toUpperCase()) : roles,
    ...(card === 'none' ? {} : { vcardArray: ['vcard', cardOf(card, handle, mailboxes)] }),
    ...(inside.length > 0 ? { entities: inside.map((each) => entityOf(registry, each, random)) } : {}),
    ...(random.oneIn(2)
      ? { links: [{ value: url, rel: 'self', href: url, type: 'application/rdap+json' }] }
      : {}),
    ...(random.oneIn(3)
      ? { events: [{ eventAction: 'last changed', eventDate: '2026-01-02T03:04:05Z' }] }
      : {}),
    ...(random.oneIn(4) ? { status: ['validated'] } : {}),
    ...(random.oneIn(4)
      ? { remarks: [{ title: 'Unvalidated', description: ['write to nobody@example.edu'] }] }
      : {}),
    ...(random.oneIn(5) ? { port43: `whois.${registry}.example` } : {}),
    ...(random.oneIn(6) ? { publicIds: [{ type: 'org', identifier: handle }], lang: 'en' } : {}),
  }
}

const version = ['version', {}, 'text', '4.0'] as const
const address = [
  'adr',
  { label: '1 Example Street\nExample City' },
  'text',
  ['', '', '', '', '', '', ''],
] as const

function cardOf(kind: CardKind, name: string, mailboxes: readonly string[]): readonly unknown[] {
  const fn = ['fn', {}, 'text', name]
  const each = (mailbox: string): readonly unknown[] => ['email', {}, 'text', mailbox]
  switch (kind) {
    case 'none':
    case 'empty':
      return []
    case 'plain':
      return [...mailboxes.map(each), version, fn]
    case 'full':
      return [
        version,
        fn,
        ['org', {}, 'text', `Org of ${name}`],
        ['kind', {}, 'text', 'org'],
        address,
        ...mailboxes.map(each),
        ['tel', { type: ['work', 'voice'] }, 'uri', 'tel:+1-555-0100'],
      ]
    case 'group':
      return [
        version,
        fn,
        ['kind', {}, 'text', 'group'],
        ...mailboxes.map((mailbox) => ['email', { type: 'work' }, 'text', mailbox]),
      ]
    case 'preferred':
      // Written the other way round than they are to be used; some registries give numbers as text.
      return [
        version,
        fn,
        ...mailboxes
          .map((mailbox, at) => ['email', { pref: at % 2 === 0 ? at + 1 : String(at + 1) }, 'text', mailbox])
          .toReversed(),
      ]
    case 'listed':
      return [version, fn, ['email', {}, 'text', ...mailboxes]]
    case 'uri':
      return [version, fn, ...mailboxes.map((mailbox) => ['EMAIL', {}, 'uri', `mailto:${mailbox}`])]
    case 'noisy':
      return [
        version,
        null,
        fn,
        ['email', {}, 'text', ''],
        ['email', {}, 'text', 'not a mailbox'],
        ['x-abuse', {}, 'text', 'x@example.edu'],
        ...mailboxes.map(each),
        ['note', {}, 'text', 'not note@example.edu'],
      ]
  }
}

type Place = readonly [first: string, last: string, prefixes: readonly string[], version: 'v4' | 'v6']

const places: readonly [Place, ...Place[]] = [
  ['192.0.2.0', '192.0.2.255', ['192.0.2.0/24'], 'v4'],
  ['198.51.100.0', '198.51.101.127', ['198.51.100.0/24', '198.51.101.0/25'], 'v4'],
  ['203.0.113.7', '203.0.113.7', ['203.0.113.7/32'], 'v4'],
  ['192.0.2.1', '192.0.2.6', ['192.0.2.1/32', '192.0.2.2/31', '192.0.2.4/31', '192.0.2.6/32'], 'v4'],
  ['2001:db8::', '2001:db8:ffff:ffff:ffff:ffff:ffff:ffff', ['2001:db8::/32'], 'v6'],
  ['2001:0DB8:0000::', '2001:DB8:0:FFFF:FFFF:FFFF:FFFF:FFFF', ['2001:db8::/48'], 'v6'],
]

/** The range, and what the registry calls it. */
function placeOf(
  registry: Registry,
  random: Random,
): { readonly object: Json; readonly prefixes: readonly string[] } {
  const [first, last, prefixes, version_] = random.pick(places)
  const [onlyPrefix = ''] = prefixes
  const isSuffixed = registry === 'lacnic' && random.oneIn(2)
  const ranges: Json = isSuffixed
    ? { startAddress: `${first}/${onlyPrefix.slice(onlyPrefix.indexOf('/') + 1)}`, endAddress: last }
    : { startAddress: first, endAddress: last }
  const handles: Record<Registry, unknown> = {
    arin: `NET-${random.below(9)}-1`,
    ripe: `${first} - ${last}`,
    apnic: `${first} - ${last}`,
    lacnic: onlyPrefix,
    afrinic: `${first} - ${last}`,
    national: random.oneIn(2) ? undefined : onlyPrefix,
  }
  const handle = handles[registry]
  return {
    prefixes,
    object: {
      ...(handle === undefined ? {} : { handle }),
      ...ranges,
      ...(random.oneIn(4) ? {} : { ipVersion: version_ }),
      ...(random.oneIn(4) ? {} : { name: 'EXAMPLE-NET' }),
      ...(random.oneIn(3)
        ? {}
        : { type: random.pick(['DIRECT ALLOCATION', 'ASSIGNED PA', 'ALLOCATED PORTABLE']) }),
      ...(random.oneIn(3) ? {} : { country: random.pick(['DE', 'br', 'ZA', '']) }),
      ...(random.oneIn(3) ? { parentHandle: 'NET-192-0-0-0-0' } : {}),
    },
  }
}

/** What stands around it everywhere, and what each registry adds of its own. */
function surroundings(registry: Registry, random: Random): Json {
  const link = (rel: string): Json => ({
    value: 'https://rdap.example/ip/x',
    rel,
    href: 'https://rdap.example/tos',
    type: 'text/html',
  })
  const own: Record<Registry, Json> = {
    arin: {
      rdapConformance: ['nro_rdap_profile_0', 'rdap_level_0', 'cidr0', 'arin_originas0'],
      arin_originas0_originautnums: [64496],
    },
    ripe: { rdapConformance: ['cidr0', 'rdap_level_0', 'nro_rdap_profile_0', 'redacted'] },
    apnic: { rdapConformance: ['history_version_0', 'nro_rdap_profile_0', 'cidr0', 'rdap_level_0'] },
    lacnic: {
      rdapConformance: ['rdap_level_0', 'lacnic_level_0'],
      lacnic_legalRepresentative: 'Nobody',
      lacnic_originAutnum: ['64496'],
    },
    afrinic: { rdapConformance: ['rdap_level_0'] },
    national: { rdapConformance: ['rdap_level_0'], nicbr_autnum: '64496' },
  }
  return {
    ...own[registry],
    ...(random.oneIn(2)
      ? {
          notices: [
            { title: 'Terms of Service', description: ['By using …'], links: [link('terms-of-service')] },
          ],
        }
      : {}),
    ...(random.oneIn(3)
      ? {
          remarks: [
            {
              title: 'Registration Comments',
              description: ['Abuse to remark@example.edu', 'and only by mail'],
            },
          ],
        }
      : {}),
    ...(random.oneIn(2) ? { links: [link('self'), link('up')] } : {}),
    ...(random.oneIn(2)
      ? { events: [{ eventAction: 'registration', eventDate: '2020-01-02T03:04:05-05:00' }] }
      : {}),
    ...(random.oneIn(2) ? { cidr0_cidrs: [{ v4prefix: '192.0.2.0', length: 24 }] } : {}),
    ...(random.oneIn(3) ? { status: ['active'] } : {}),
    ...(random.oneIn(3) ? { port43: `whois.${registry}.example`, lang: 'en' } : {}),
  }
}

/** Letters of a mailbox were taken out somewhere: what is left may be somebody else's (RFC 9537 §3.4). */
function halfMailbox(random: Random): Json {
  const name = random.oneIn(2) ? { type: 'Abuse Email' } : { description: 'Email of a contact' }
  return { name, postPath: "$.entities[0].vcardArray[1][?(@[0]=='email')]", method: 'partialValue' }
}

const removed: Json = {
  name: { description: 'Registrant Name' },
  prePath: '$.entities[0].vcardArray',
  method: 'removal',
}

/** The shape of an answer, without what it says: names of members, types, roles and names of properties of cards. */
export function skeletonOf(value: unknown, name = ''): string {
  if (Array.isArray(value)) {
    const isProperty = name === 'card' && typeof value[0] === 'string'
    const [first, ...rest] = value as readonly unknown[]
    if (isProperty) return `[${String(first)} ${rest.map((each) => skeletonOf(each)).join()}]`
    const inner = name === 'vcardArray' || name === 'card' ? 'card' : name
    return `[${(value as readonly unknown[]).map((each) => skeletonOf(each, inner)).join()}]`
  }
  if (typeof value === 'object' && value !== null)
    return `{${Object.entries(value)
      .map(([key, each]) => `${key}:${skeletonOf(each, key)}`)
      .toSorted()
      .join()}}`
  return name === 'roles' ? String(value) : typeof value
}
