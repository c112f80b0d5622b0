import { plainText } from '../base/plain-text.ts'
import { Refusal } from '../base/refusal.ts'
import { prefixesOf, type AddressRange } from './address-range.ts'
import { parseAddress } from './ip.ts'
import { jcardMailboxes, jcardName } from './jcard.ts'
import type { MailAddress } from './mail-address.ts'
import type { Prefix } from './prefix.ts'

/**
 * The Registration Data Access Protocol (RDAP, RFC 9083): a registry says in JSON what network an address is in, who
 * holds it, and whom to write to about abuse. Whatever the server leaves out for privacy it may name (RFC 9537).
 *
 * Servers are foreign and their JSON may be anything: what is not as the standard has it is passed over, and nothing is read
 * deeper, longer or more often than the limits below.
 */
export interface RdapNetwork {
  /** What the registry calls the object: `NET-192-0-2-0-1`, `192.0.2.0 - 192.0.2.255`; empty when it does not say. */
  readonly handle: string
  readonly name: string
  /** `ALLOCATED PA`, `DIRECT ALLOCATION`, … Every registry has its own words. */
  readonly type: string
  /** Two letters (ISO 3166-1), upper case; empty when it does not say. */
  readonly country: string
  /** Of the network that this one is a part of. */
  readonly parentHandle: string
  readonly range: AddressRange
  /** The same as prefixes, in order. */
  readonly prefixes: readonly Prefix[]
  /** All who stand in the object, also inside of one another; each handle and mailbox set as often as it stands there. */
  readonly entities: readonly RdapEntity[]
  /** Titles and lines of remarks, in their order. */
  readonly remarks: readonly string[]
  /** Names of what the server says it has left out or replaced (RFC 9537 §4.2). */
  readonly redacted: readonly string[]
}

export interface RdapEntity {
  readonly handle: string
  /** `abuse`, `technical`, `registrant` … (RFC 9083 §10.2.4), lower case. */
  readonly roles: readonly string[]
  /** As its card has it. */
  readonly name: string
  readonly mailboxes: readonly MailAddress[]
}

/** Entities in one another: an organisation, its role account, a person. */
const deepest = 4
const mostEntities = 200
const mostRemarks = 50
const longestText = 300

/** Reads an answer about a network. Undefined when it is none: not JSON, an error, another class of object, a range that is none. */
export function readRdapNetwork(text: string): RdapNetwork | undefined {
  const object = recordOf(parse(text))
  if (object === undefined || object['objectClassName'] !== 'ip network') return undefined
  const [first, last] = [addressIn(object, 'startAddress'), addressIn(object, 'endAddress')]
  if (first === undefined || last === undefined) return undefined
  const range = { first, last }
  const prefixes = prefixesOf(range)
  if (prefixes === undefined) return undefined
  const redactions = redactionsOf(object)
  return {
    handle: textIn(object, 'handle'),
    name: textIn(object, 'name'),
    type: textIn(object, 'type'),
    country: /^[a-z]{2}$/i.test(textIn(object, 'country')) ? textIn(object, 'country').toUpperCase() : '',
    parentHandle: textIn(object, 'parentHandle'),
    range,
    prefixes,
    entities: entitiesOf(object, redactions.some(isHalfMailbox)),
    remarks: remarksOf(object),
    redacted: redactions.map(({ name }) => name),
  }
}

/**
 * Mailboxes to write to about abuse, each once: those of the role `abuse`; where the object has none, those of `technical`
 * (security OWN-4: nobody else's). In the order in which the registry gives them.
 */
export function abuseMailboxes({ entities }: RdapNetwork): readonly MailAddress[] {
  for (const role of ['abuse', 'technical']) {
    const found = entities.filter(({ roles }) => roles.includes(role)).flatMap(({ mailboxes }) => mailboxes)
    if (found.length > 0) return once(found)
  }
  return []
}

/** The same mailbox in other letters is the same here: registries write them as people typed them. */
function once(mailboxes: readonly MailAddress[]): readonly MailAddress[] {
  return [...new Map(mailboxes.map((mailbox) => [mailbox.toLowerCase(), mailbox])).values()]
}

/** Who holds the network, by what the registry calls them: handles of the role `registrant`, sorted; the name where they have none. */
export function registrantOf({ entities }: RdapNetwork): string {
  const holders = entities.filter(({ roles }) => roles.includes('registrant'))
  const names = holders.map(({ handle, name }) => handle || name).filter((each) => each !== '')
  return [...new Set(names)].toSorted().join(' ').slice(0, longestText)
}

type Fields = Readonly<Record<string, unknown>>

function entitiesOf(object: Fields, hasHalfMailboxes: boolean): readonly RdapEntity[] {
  const entities: RdapEntity[] = []
  const walk = (parent: Fields, depth: number): void => {
    for (const item of listIn(parent, 'entities')) {
      const entity = recordOf(item)
      if (entity === undefined) continue
      if (entities.length >= mostEntities) return
      const card = entity['vcardArray']
      entities.push({
        handle: textIn(entity, 'handle'),
        roles: listIn(entity, 'roles').flatMap((role) =>
          typeof role === 'string' ? [clean(role).toLowerCase()] : [],
        ),
        name: clean(jcardName(card)),
        mailboxes: hasHalfMailboxes ? [] : jcardMailboxes(card),
      })
      if (depth < deepest) walk(entity, depth + 1)
    }
  }
  walk(object, 1)
  return entities
}

function remarksOf(object: Fields): readonly string[] {
  return listIn(object, 'remarks')
    .slice(0, mostRemarks)
    .flatMap((item) => {
      const remark = recordOf(item)
      if (remark === undefined) return []
      return [remark['title'], ...listIn(remark, 'description')]
    })
    .flatMap((line) => (typeof line === 'string' && line !== '' ? [clean(line)] : []))
    .slice(0, mostRemarks)
}

interface Redaction {
  readonly name: string
  readonly method: string
  readonly paths: string
}

/** RFC 9537 §4.2: each with a name that is registered or described, paths, and how it was done; `removal` when not said. */
function redactionsOf(object: Fields): readonly Redaction[] {
  return listIn(object, 'redacted')
    .slice(0, mostRemarks)
    .flatMap((item) => {
      const redaction = recordOf(item)
      if (redaction === undefined) return []
      const name = recordOf(redaction['name']) ?? {}
      const paths = ['prePath', 'postPath', 'replacementPath'].map((path) => textIn(redaction, path))
      return [
        {
          name: textIn(name, 'type') || textIn(name, 'description'),
          method: textIn(redaction, 'method') || 'removal',
          paths: paths.join(' '),
        },
      ]
    })
}

/**
 * Whether letters of some mailbox were taken out (§3.4): what is left may be a mailbox, and then it is somebody else's. The paths are
 * JSONPath, which is not evaluated here: of such an object no mailbox is used.
 */
function isHalfMailbox({ name, method, paths }: Redaction): boolean {
  return method === 'partialValue' && (/e-?mail/i.test(name) || /e-?mail/i.test(paths))
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

function recordOf(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined
}

function listIn(object: Fields, name: string): readonly unknown[] {
  const value = Object.hasOwn(object, name) ? object[name] : undefined
  return Array.isArray(value) ? (value as readonly unknown[]) : []
}

function textIn(object: Fields, name: string): string {
  const value = Object.hasOwn(object, name) ? object[name] : undefined
  return typeof value === 'string' ? clean(value) : ''
}

function clean(text: string): string {
  return plainText(text, longestText).replaceAll(/\s+/g, ' ').trim()
}

function addressIn(object: Fields, name: string) {
  // Some registries give a length with it.
  const address = parseAddress(textIn(object, name).replace(/\/\d+$/, ''))
  return address instanceof Refusal ? undefined : address
}
