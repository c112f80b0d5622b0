import { covers, parseListable } from '../../src/standards/prefix.ts'
import { orThrow } from '../../src/base/refusal.ts'
import { wordsOf, type Outsider, type Outsiders, type Owner, type Recipient } from './outsiders.ts'

/** What is to come of a request to a page of the site. */
export type Expected =
  /** Led to where one begins. */
  | 'begin'
  /** Whoever asks is nobody to us. */
  | 'no session'
  /** What they name is not theirs to ask for, whatever is there. */
  | 'forbidden'
  /** It is not there, or is as if it were not. */
  | 'not found'
  /** Theirs, and not possible as things stand. */
  | 'refused'
  | 'let in'

/** One way to ask at an address. */
export interface Row {
  /** What is asked, the same for the things that it is asked about. */
  readonly deed: string
  /** The thing that is named. */
  readonly about: string
  readonly path: string
  readonly form?: Readonly<Record<string, string>>
  /** Of somebody whom the page opens to at all. */
  expected(visitor: Outsider): Expected
  /** It may be refused for how things stand. */
  readonly mayRefuse?: boolean
}

const noRow = 'z'.repeat(26)
const letIn = (): Expected => 'let in'

/** Every way to ask at the addresses of owners and recipients, by method and address. An address that is not here fails the matrix. */
export function rowsOf(name: string, them: Outsiders): readonly Row[] | undefined {
  const page = (path: string): readonly Row[] => [{ deed: 'look', about: 'own', path, expected: letIn }]
  const table: Readonly<Record<string, readonly Row[]>> = {
    'GET /owners/networks': page('/owners/networks'),
    'POST /owners/networks': ownersDeeds(them),
    'GET /owners/networks/:id': claims(them, '', () => 'let in'),
    'POST /owners/networks/:id': claimDeeds(them),
    'GET /owners/networks/:id/figures': claims(them, '/figures', ifGranted),
    'GET /owners/networks/:id/figures.csv': claims(them, '/figures.csv', ifGranted),
    'GET /owners/programs': page('/owners/programs'),
    'POST /owners/programs': programDeeds(them),
    'GET /recipients/mail': mail(them),
    'POST /recipients/mail': [
      { deed: 'leave', about: 'own', path: '/recipients/mail', form: { do: 'leave' }, expected: letIn },
    ],
    'GET /recipients/mail/:id': refusals(them),
    'POST /recipients/mail/:id': refusals(them, { days: '7' }),
    'GET /recipients/case': page('/recipients/case'),
    'POST /recipients/case': [
      {
        deed: 'open',
        about: 'absent',
        path: '/recipients/case',
        form: { code: '0000-0000-0000-0000', text: 'Please look.' },
        expected: () => 'not found',
      },
    ],
    'GET /recipients/vouches': vouches(them),
    'POST /recipients/vouches': withdrawals(them),
  }
  return table[name]
}

/** Whether an owner holds this address now: it lies in a network that was granted to them. */
export function holds(name: string, ip: string): boolean {
  const networks: Readonly<Record<string, string>> = {
    olga: '192.0.2.0/24',
    paul: '192.0.2.64/26',
    otto: '198.51.100.0/24',
  }
  const network = networks[name]
  return network !== undefined && covers(orThrow(parseListable(network)), orThrow(parseListable(ip)))
}

const ifGranted = ({ state }: Owner): Expected => (state === 'granted' ? 'let in' : 'refused')

/** The claim of each owner, and none. */
function claims({ owners }: Outsiders, end: string, own: (owner: Owner) => Expected): readonly Row[] {
  return [
    ...Object.values(owners).map((owner) => ({
      deed: 'look',
      about: `claim of ${owner.name}`,
      path: `/owners/networks/${owner.claim}${end}`,
      expected: ({ name }: Outsider) => (name === owner.name ? own(owner) : 'not found'),
    })),
    { deed: 'look', about: 'absent', path: `/owners/networks/${noRow}${end}`, expected: () => 'not found' },
  ]
}

function claimDeeds(them: Outsiders): readonly Row[] {
  const deeds: readonly Readonly<Record<string, string>>[] = [
    { do: 'txt' },
    { do: 'forward' },
    { do: 'http' },
    { do: 'contacts' },
    { do: 'ask-contact', mailbox: 'abuse@registry.example' },
    { do: 'give', range: '192.0.2.32/28', mailbox: 'eve@owner.example' },
    { do: 'take-back', part: them.owners.paul.claim },
    { do: 'give-up' },
  ]
  return deeds.flatMap((form) =>
    claims(them, '', () => 'let in').map((row) => ({
      ...row,
      deed: form['do'] ?? '',
      form,
      // What is not theirs is not found; of what is theirs, much is refused for how it stands.
      mayRefuse: true,
    })),
  )
}

function ownersDeeds({ owners }: Outsiders): readonly Row[] {
  const path = '/owners/networks'
  const addresses = [
    '192.0.2.10',
    '192.0.2.70',
    '192.0.2.200',
    '198.51.100.70',
    '2001:db8:9::',
    '203.0.113.9',
  ]
  const about = (ip: string) => ({
    about: ip,
    path,
    expected: ({ name }: Outsider): Expected => (holds(name, ip) ? 'let in' : 'not found'),
  })
  return [
    { deed: 'leave', about: 'own', path, form: { do: 'leave' }, expected: letIn },
    { deed: 'claim', about: 'any', path, form: { do: 'claim', range: '2001:db8:77::/48' }, expected: letIn },
    ...addresses.map((ip) => ({ ...about(ip), deed: 'free', form: { do: 'free', prefix: ip } })),
    ...addresses.map((ip) => ({
      ...about(ip),
      deed: 'write',
      form: { do: 'write', about: ip, text: `more ${wordsOf(Object.keys(owners)[0] ?? '')}` },
    })),
  ]
}

function programDeeds({ owners }: Outsiders): readonly Row[] {
  const path = '/owners/programs'
  return [
    { deed: 'add', about: 'own', path, form: { do: 'add', name: 'another' }, expected: letIn },
    ...Object.values(owners).map((owner) => ({
      deed: 'remove',
      about: `token of ${owner.name}`,
      path,
      form: { do: 'remove', token: owner.tokenId },
      expected: ({ name }: Outsider): Expected => (name === owner.name ? 'let in' : 'not found'),
    })),
    {
      deed: 'remove',
      about: 'absent',
      path,
      form: { do: 'remove', token: noRow },
      expected: () => 'not found',
    },
  ]
}

/** Whether somebody may see and do what concerns a mailbox: it is theirs, or of a domain that they look after. */
export function actsFor(visitor: Pick<Recipient, 'mailbox' | 'isAdmin'>, mailbox: string): boolean {
  const domainOf = (text: string): string => text.slice(text.indexOf('@'))
  return visitor.mailbox === mailbox || (visitor.isAdmin && domainOf(visitor.mailbox) === domainOf(mailbox))
}

const asRecipient = (visitor: Outsider): Recipient => visitor as Recipient

/** Mailboxes that are asked about: known ones and one that nobody has. */
function mailboxesOf({ recipients }: Outsiders): readonly string[] {
  return [...Object.values(recipients).map(({ mailbox }) => mailbox), 'nobody@provider.example']
}

function forMailbox(mailbox: string, path: string) {
  return (visitor: Outsider): Expected =>
    actsFor(asRecipient(visitor), mailbox) ? 'let in' : (path as Expected)
}

function mail(them: Outsiders): readonly Row[] {
  const domains = ['provider.example', 'second.example', 'elsewhere.example']
  const looksAfter = (visitor: Outsider, domain: string): boolean => {
    const { isAdmin, mailbox } = asRecipient(visitor)
    return isAdmin && mailbox.endsWith(`@${domain}`)
  }
  return [
    { deed: 'look', about: 'own', path: '/recipients/mail', expected: letIn },
    ...mailboxesOf(them).map((mailbox) => ({
      deed: 'look at a mailbox',
      about: mailbox,
      path: `/recipients/mail?mailbox=${mailbox}`,
      expected: forMailbox(mailbox, 'forbidden'),
    })),
    ...domains.map((domain) => ({
      deed: 'look at a domain',
      about: domain,
      path: `/recipients/mail?domain=${domain}`,
      expected: (visitor: Outsider): Expected => (looksAfter(visitor, domain) ? 'let in' : 'forbidden'),
    })),
  ]
}

/** Each refusal as one of each mailbox, and none. */
function refusals(them: Outsiders, form?: Readonly<Record<string, string>>): readonly Row[] {
  const everybody = Object.values(them.recipients)
  return [...everybody.map(({ refusal }) => refusal), 'mx1:b1:999999'].flatMap((id) =>
    everybody.map(({ mailbox, refusal }) => ({
      deed: `${form === undefined ? 'look' : 'vouch'} as ${mailbox}`,
      about: id,
      path: `/recipients/mail/${id}?mailbox=${mailbox}`,
      ...(form && { form: { ...form, mailbox } }),
      expected: (visitor: Outsider): Expected => {
        if (!actsFor(asRecipient(visitor), mailbox)) return 'forbidden'
        return refusal === id ? 'let in' : 'not found'
      },
    })),
  )
}

function vouches(them: Outsiders): readonly Row[] {
  return mailboxesOf(them).map((mailbox) => ({
    deed: 'look',
    about: mailbox,
    path: `/recipients/vouches?mailbox=${mailbox}`,
    expected: forMailbox(mailbox, 'forbidden'),
  }))
}

function withdrawals({ recipients }: Outsiders): readonly Row[] {
  const path = '/recipients/vouches'
  return [
    ...Object.values(recipients).map(({ mailbox, vouch }) => ({
      deed: 'withdraw',
      about: `vouch of ${mailbox}`,
      path,
      form: { do: 'withdraw', id: vouch },
      expected: forMailbox(mailbox, 'not found'),
    })),
    {
      deed: 'withdraw',
      about: 'absent',
      path,
      form: { do: 'withdraw', id: noRow },
      expected: () => 'not found',
    },
  ]
}
