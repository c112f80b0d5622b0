import { day, hour, minute } from '../../base/clock.ts'

/** At most `count` in any time of this length. */
export interface Limit {
  readonly count: number
  readonly windowMs: number
}

/**
 * Every budget that outsiders spend, with its reason. Each is a setting: `limits: { lookup.client.day: … }`.
 * A client is the /24 or /56 that somebody comes from, unless it says otherwise.
 */
export const limits = {
  'letters.mailbox.day': {
    count: 3,
    windowMs: day,
    why: 'Nobody can have a mailbox bombed with our letters, whatever they are about.',
  },
  'letters.mailbox.month': { count: 10, windowMs: 30 * day, why: 'Nor slowly, day by day.' },
  'letters.domain.hour': { count: 30, windowMs: hour, why: 'A whole domain is no target either.' },
  'letters.domain.day': { count: 200, windowMs: day, why: 'A whole domain is no target either.' },
  'letters.all.hour': {
    count: 1000,
    windowMs: hour,
    why: 'Whatever happens, our own mail does not become a flood.',
  },
  'letters.no-mail-host.hour': {
    count: 500,
    windowMs: hour,
    why: 'Letters to domains that DNS knows no mail host of: slips, mostly.',
  },
  'letters.high-volume.day': {
    count: 100,
    windowMs: day,
    why: 'Notices to domains that send much; whoever is left is written to on the next day.',
  },
  'delisting.proven.client.day': {
    count: 60,
    windowMs: day,
    why: 'Who shows control of an address may look after many of them.',
  },
  'delisting.unproven.client.day': {
    count: 30,
    windowMs: day,
    why: 'A stranger cannot walk through a network address by address.',
  },
  'delisting.mailbox.addresses.day': {
    count: 10,
    windowMs: day,
    why: 'A mailbox asks for the few addresses of one sender.',
  },
  'delist.unit.day': {
    count: 1,
    windowMs: day,
    why: 'A day between two removals shows whether the sender stays clean.',
  },
  'delist.unit.month': { count: 3, windowMs: 30 * day, why: 'After the third a person should look.' },
  'delist.v4-24.day': { count: 8, windowMs: day, why: 'Spammers rotate through their /24.' },
  'delist.v4-22.day': { count: 16, windowMs: day, why: 'And through the blocks beside it.' },
  'delist.v6-56.day': {
    count: 4,
    windowMs: day,
    why: 'A customer of an IPv6 network has 256 units in a /56.',
  },
  'delist.v6-48.day': { count: 8, windowMs: day, why: 'A site has 65,536 units in a /48.' },
  'delist.v6-40.day': { count: 32, windowMs: day, why: 'A small network has a /40.' },
  'delist.all.ten-minutes': {
    count: 500,
    windowMs: 10 * minute,
    why: 'A botnet cannot free itself all at once; beyond this a person looks.',
  },
  'lookup.client.day': {
    count: 30,
    windowMs: day,
    why: 'The look-up tells about one address; it is no way to read the whole list.',
  },
  'check.client.hour': {
    count: 10,
    windowMs: hour,
    why: 'Every check asks a sender’s DNS servers up to 40 questions. One that was made five minutes ago costs nothing.',
  },
  'check.all.minute': {
    count: 120,
    windowMs: minute,
    why: 'Nor can many clients have us ask the whole world.',
  },
  'check.zone.minute': {
    count: 60,
    windowMs: minute,
    why: 'Questions to the DNS servers of any one organization: records of somebody else can send us there.',
  },
  'analyse.client.hour': {
    count: 120,
    windowMs: hour,
    why: 'Reading a bounce costs a process its time; whoever has a whole folder of them runs `postern analyse`.',
  },
  'headers.client.hour': {
    count: 120,
    windowMs: hour,
    why: 'Reading a header costs little; whoever sends thousands wants to find out what we are made of.',
  },
  'probe.client.hour': {
    count: 12,
    windowMs: hour,
    why: 'Every probe address is a message to be parsed, with DNS questions; whoever mends a server needs a few.',
  },
  'probe.all.hour': {
    count: 1200,
    windowMs: hour,
    why: 'However many networks ask, addresses and reports do not fill the database.',
  },
  'proof.request': { count: 20, windowMs: hour, why: 'Every check of a proof asks somebody else’s servers.' },
  'proof.client': {
    count: 60,
    windowMs: hour,
    why: 'Nor can one client have them asked under many requests.',
  },
  'recipients.enter.client.hour': {
    count: 60,
    windowMs: hour,
    why: 'Links to recipients that one network may have us write, and answers of their OpenID provider that it may bring: a whole building may sit behind one address.',
  },
  'cases.codes.client.day': {
    count: 50,
    windowMs: day,
    why: 'Codes for recipients that one network makes; the same refusal has the same code.',
  },
  'cases.codes.recipient.hour': {
    count: 10,
    windowMs: hour,
    why: 'Codes that one recipient types, right or wrong: nobody finds one of 80 bits by trying.',
  },
  'cases.codes.tries.client.hour': {
    count: 60,
    windowMs: hour,
    why: 'Nor with many mailboxes from one network.',
  },
  'vouches.mailbox.day': {
    count: 30,
    windowMs: day,
    why: 'Vouches of one mailbox, made or made anew: each is a change that every edge takes.',
  },
  'owners.enter.client.hour': {
    count: 10,
    windowMs: hour,
    why: 'Letters to owners of address space that one network may have us write.',
  },
  'owners.claims.day': { count: 50, windowMs: day, why: 'Networks that one owner claims.' },
  'owners.look.owner.hour': {
    count: 60,
    windowMs: hour,
    why: 'Every look for a proof asks somebody else’s servers, up to 130 questions.',
  },
  'owners.contact.week': {
    count: 1,
    windowMs: 7 * day,
    why: 'Letters to the contact of a registry or of a name, whoever asks for them: nobody there wants to be asked by strangers every day.',
  },
  'owners.contact.owner.day': {
    count: 10,
    windowMs: day,
    why: 'Contacts that one owner may have us write to.',
  },
  'registries.asked.day': {
    count: 1000,
    windowMs: day,
    why: 'Questions to registries (RDAP): a fifth of what the strictest of them allows in a day before it shuts out.',
  },
  'owners.write.day': { count: 5, windowMs: day, why: 'Threads that one owner begins with us.' },
  'owners.api.owner.hour': {
    count: 240,
    windowMs: hour,
    why: 'What a program of an owner reads; figures change once an hour.',
  },
  'owners.free.day': {
    count: 50,
    windowMs: day,
    why: 'Listings that one owner asks to be ended; whoever has more writes to us.',
  },
  'policy-check.client.hour': {
    count: 20,
    windowMs: hour,
    why: 'Every “check again” asks somebody else’s name servers.',
  },
  'policy-check.unit.hour': {
    count: 12,
    windowMs: hour,
    why: 'A record that was just set is seen within minutes; asking more often changes nothing.',
  },
  'intake.sender.hour': {
    count: 20,
    windowMs: hour,
    why: 'A robot that writes to a service mailbox is not read without end.',
  },
  'forms.client.day': {
    count: 10,
    windowMs: day,
    why: 'Deliverability forms and forecasts that one network may fill in; each is a letter.',
  },
  'forms.all.hour': { count: 200, windowMs: hour, why: 'Nor do many networks have us write without end.' },
  'forms.mailbox.day': {
    count: 3,
    windowMs: day,
    why: 'One form is for all addresses of a sender; each opens a case that people may have to read.',
  },
  'cases.mailbox.hour': {
    count: 20,
    windowMs: hour,
    why: 'Messages of one mailbox to cases; nobody reads more of them in an hour.',
  },
  'cases.domain.hour': { count: 100, windowMs: hour, why: 'Nor of all mailboxes of a domain.' },
  'cases.client.hour': { count: 100, windowMs: hour, why: 'Nor of whatever one network writes.' },
  'cases.ack.mailbox.day': {
    count: 1,
    windowMs: day,
    why: 'Acknowledgements of messages to a case: two programs that answer each other say little.',
  },
  'complaints.mailbox.hour': {
    count: 60,
    windowMs: hour,
    why: 'A user who forwards spam to us; nobody reads more of it than this.',
  },
  'complaints.program.minute': {
    count: 6000,
    windowMs: minute,
    why: 'Reports of one mail store of ours, each for a button that somebody pressed.',
  },
  'sign-in.name': {
    count: 10,
    windowMs: 15 * minute,
    why: 'A client cannot guess the password of an operator. Counted for each name and client: nobody is locked out from elsewhere.',
  },
  'sign-in.name.all': {
    count: 100,
    windowMs: hour,
    why: 'Nor can many clients: once a name was tried this often, each of them has the fewer tries of `sign-in.name.besieged`.',
  },
  'sign-in.name.besieged': {
    count: 5,
    windowMs: hour,
    why: 'Enough for whoever knows the password, for each name and client.',
  },
  'sign-in.client': { count: 30, windowMs: 15 * minute, why: 'Nor can the names of operators.' },
  'events.source.minute': {
    count: 1_000_000,
    windowMs: minute,
    why: 'Lines of mail events from one source: far above any mail server, and a source that runs wild leaves room for the others.',
  },
  'abuse.reports.client.hour': {
    count: 600,
    windowMs: hour,
    why: 'Reports of abuse from one network by mail or program: a feedback loop on a bad day sends some hundreds.',
  },
  'abuse.form.client.hour': {
    count: 20,
    windowMs: hour,
    why: 'Reports of abuse that somebody uploads or pastes.',
  },
  'abuse.confirm.tries.day': {
    count: 10,
    windowMs: day,
    why: 'Codes that are typed to confirm one report: nobody finds it by trying.',
  },
  'abuse.evidence.day': {
    count: 20_000,
    windowMs: day,
    why: 'Mebibytes of reported messages kept in a day, so that nobody fills the disk with them.',
  },
  'abuse.suspensions.ten-minutes': {
    count: 5,
    windowMs: 10 * minute,
    why: 'Accounts that rules may suspend: more at once is rather our own fault than theirs, and a person looks.',
  },
  'abuse.owners.ten-minutes': {
    count: 50,
    windowMs: 10 * minute,
    why: 'Owners of accounts that rules may write to.',
  },
  'abuse.notices.hour': {
    count: 20,
    windowMs: hour,
    why: 'Notices of incidents to the operator; the queue in the console has all of them.',
  },
  'abuse.webhooks.minute': {
    count: 60,
    windowMs: minute,
    why: 'Webhooks about incidents that move nothing; those that suspend and release are never held back.',
  },
  'case-link.client': { count: 20, windowMs: hour, why: 'Case links that we did not make are guesses.' },
} as const satisfies Record<string, Limit & { readonly why: string }>

export type LimitName = keyof typeof limits
export const limitNames = Object.keys(limits) as readonly LimitName[]

/** The limit as this installation has set it. */
export function limitOf(
  name: LimitName,
  settings: { readonly limits: Readonly<Record<string, Limit>> },
): Limit {
  return settings.limits[name] ?? limits[name]
}
