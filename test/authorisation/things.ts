import assert from 'node:assert/strict'
import { hour } from '../../src/base/clock.ts'
import { orThrow } from '../../src/base/refusal.ts'
import { receiveReport } from '../../src/core/abuse/actions.ts'
import { halvesOf } from '../../src/core/abuse/reporter-halves.ts'
import { roles } from '../../src/core/actor.ts'
import { markLegal } from '../../src/core/case-desk/legal-actions.ts'
import { closeCase, openCase } from '../../src/core/cases/actions.ts'
import { lockCase } from '../../src/core/cases/hold-actions.ts'
import { listCases, showCase } from '../../src/core/cases/desk-actions.ts'
import { as, transact } from '../../src/core/context.ts'
import { listRequests, openReviewByMail } from '../../src/core/delisting/review-actions.ts'
import { listIncidents } from '../../src/core/incidents/actions.ts'
import { incidentStates } from '../../src/core/incidents/incident.ts'
import { addListing } from '../../src/core/listings/actions.ts'
import { addKeylessOperator } from '../../src/core/operators/actions.ts'
import { makeEnrolment } from '../../src/core/operators/enrolment-actions.ts'
import { changeRoles } from '../../src/core/operators/role-actions.ts'
import { listLetters } from '../../src/core/outbox/reading-actions.ts'
import { listClaims } from '../../src/core/owners/manage-actions.ts'
import { listVouches } from '../../src/core/vouches/manage-actions.ts'
import { warmUpsOfCase } from '../../src/core/warm-ups/actions.ts'
import { parseAddress } from '../../src/standards/ip.ts'
import { parseMailbox } from '../../src/standards/mail-address.ts'
import { parseListable } from '../../src/standards/prefix.ts'
import { deliveredMessage, logSent, sentMessage } from '../support/abuse.ts'
import { examineAll, linkIn, reportedAccount } from '../support/abuse-pages.ts'
import { holds } from '../support/owners.ts'
import { refuse } from '../support/refused.ts'
import { filledForms } from './filled-forms.ts'
import type { House } from './house.ts'

/** What the console has pages about: of each kind one as most are, and those that not everybody who sees the kind may see or touch. */
export interface Things {
  readonly listing: string
  /** A network so wide that each deed on it wants a code. */
  readonly wideListing: string
  /** Waits for a second person; `list-operator` proposed it. */
  readonly proposedListing: string
  readonly case: string
  /** Another one about the same address, to merge with. */
  readonly otherCase: string
  /** A message in the case, as it came. */
  readonly original: string
  /** Two people take part in it. */
  readonly sharedCase: string
  readonly participant: string
  readonly closedCase: string
  /** Opened by a form for several addresses. */
  readonly formCase: string
  readonly warmUpCase: string
  readonly forecaster: string
  /** Of this case only the owner of the network is spoken to. */
  readonly restrictedCase: string
  readonly restrictedOriginal: string
  /** The claim that a case may be restricted to. */
  readonly claim: string
  readonly request: string
  readonly restrictedRequest: string
  readonly incident: string
  readonly restrictedIncident: string
  readonly report: string
  /** Belongs to no incident. */
  readonly looseReport: string
  readonly restrictedReport: string
  readonly vouch: string
  readonly letter: string
  readonly reporterLetter: string
  readonly recipientLetter: string
  /** Was given up. */
  readonly deadLetter: string
  readonly restrictedLetter: string
  /** Proposed by somebody who is none of those who look, and by `admin`. */
  readonly approval: string
  readonly ownApproval: string
  /** By role. */
  readonly passkeys: Readonly<Record<string, string>>
  readonly enrolment: string
}

/** What nobody sees who may not: each stands in one place alone. */
export const said = {
  form: 'words-of-a-form',
  restrictedCase: 'words-of-a-restricted-sender',
  restrictedHow: 'how-we-know-the-owner',
  restrictedSender: 'hostmaster@hushed.example',
  owner: 'noc@owner.example',
  reporter: 'reporter@victim.example',
  restrictedReporter: 'reporter@grave.example',
  account: 'ann@provider.example',
  restrictedAccount: 'zoe@provider.example',
  evidence: 'words-of-a-spammer',
  vouching: 'vera@provider.example',
  note: 'note-on-a-listing',
} as const

const list = async ({ ctx }: House, prefix: string, fields: object = {}): Promise<string> =>
  (await addListing(ctx, { prefix: orThrow(parseListable(prefix)), cause: 'manual', ...fields })).id

export async function makeThings(house: House): Promise<Things> {
  const { ctx } = house
  await transact(
    ctx,
    async (tx) => await addKeylessOperator(tx, { name: 'grace', roles: ['admin', 'auditor'] }),
  )
  await transact(ctx, async (tx) => await addKeylessOperator(tx, { name: 'bob', roles: ['case-agent'] }))
  const listing = await list(house, '192.0.2.99', { note: said.note })
  const wideListing = await list(house, '2001:db8:100::/40')
  const proposer = as(ctx, { kind: 'operator', name: 'list-operator', roles: ['list-operator'] })
  const wide = orThrow(parseListable('2001:db8::/32'))
  const proposed = await addListing(proposer, { prefix: wide, cause: 'manual' })
  assert.equal(proposed.state, 'proposed')
  const cases = await makeCases(house)
  const abuse = await makeReports(house)
  return {
    listing,
    wideListing,
    proposedListing: proposed.id,
    ...cases,
    ...abuse,
    vouch: await makeVouch(house),
    ...(await makeLetters(house)),
    ...(await makeApprovals(house)),
    passkeys: await makePasskeys(house),
    enrolment: (await makeEnrolment(ctx, { name: 'viewer' })).path,
  }
}

/** A case about each address, by mail, with a request in it. */
async function opened(house: House, ip: string, mailbox: string, text: string) {
  const { ctx } = house
  await list(house, ip, { class: 'investigate', ends: '30d' })
  ctx.clock.advance(1)
  const address = orThrow(parseAddress(ip))
  await openReviewByMail(ctx, {
    mailbox: orThrow(parseMailbox(mailbox)),
    language: 'en',
    address,
    note: text,
    mail: {
      raw: Buffer.from(`Subject: ${text}\r\n\r\n${text}`),
      content: { text, attachments: [{ type: 'message/rfc822', size: 100 }] },
      client: address,
    },
  })
  const found = await listCases(ctx, { states: ['open'], about: `${ip}/32`, offset: 0, limit: 1 })
  const { case: it, participants, messages } = await showCase(ctx, found[0]?.id ?? '')
  const requests = await listRequests(ctx, { state: 'review', unit: orThrow(parseListable(ip)), limit: 1 })
  return {
    id: it.id,
    participant: participants[0]?.id ?? '',
    original: messages[0]?.id ?? '',
    request: requests[0]?.id ?? '',
  }
}

async function makeCases(house: House) {
  const { ctx } = house
  const usual = await opened(house, '192.0.2.66', 'ops@usual.example', 'We mended it.')
  const says = { channel: 'form', content: { text: 'the same' }, isVerified: true, isSilent: false } as const
  const mailbox = orThrow(parseMailbox('ops@other.example'))
  const by = { role: 'owner', mailbox, language: 'en', says } as const
  const other = await transact(
    ctx,
    async (tx) => (await openCase(tx, { kind: 'owner', about: '192.0.2.66/32', by })).case,
  )
  const shared = await opened(house, '192.0.2.69', 'first@shared.example', 'the first')
  await opened(house, '192.0.2.69', 'second@shared.example', 'the second')
  const over = await opened(house, '192.0.2.70', 'ops@over.example', 'long ago')
  await transact(ctx, async (tx) => {
    const it = await lockCase(tx, over.id)
    assert.ok(it)
    await closeCase(tx, it, { outcome: 'answered' })
  })
  const hushed = await opened(house, '192.0.2.67', said.restrictedSender, said.restrictedCase)
  await holds(ctx, said.owner, '192.0.2.0/24', 'txt')
  const { claims } = await listClaims(ctx, { state: 'granted', limit: 1 })
  const claim = claims[0]?.claim.id ?? ''
  await markLegal(ctx, { id: hushed.id, claim, how: said.restrictedHow })
  return {
    case: usual.id,
    otherCase: other.id,
    original: usual.original,
    sharedCase: shared.id,
    participant: shared.participant,
    closedCase: over.id,
    ...(await makeForms(house)),
    restrictedCase: hushed.id,
    restrictedOriginal: hushed.original,
    claim,
    request: usual.request,
    restrictedRequest: hushed.request,
  }
}

/** Two cases that begin with a form and a letter. */
async function makeForms(house: House) {
  const form = await sendForm(house, '/deliverability', { ...filledForms.deliverability, words: said.form })
  const warmUp = await sendForm(house, '/warm-up', filledForms.warmUp)
  const [view] = await warmUpsOfCase(house.ctx, warmUp)
  return { formCase: form, warmUpCase: warmUp, forecaster: view?.warmUp.participantId ?? '' }
}

async function sendForm(
  { ctx, visitor, letter, solved }: House,
  path: string,
  fields: Readonly<Record<string, string>>,
): Promise<string> {
  ctx.clock.advance(1)
  const browser = visitor()
  assert.equal((await browser.submit(path, { ...fields, pow: await solved() })).status, 303)
  assert.equal((await browser.submit((await letter('confirm-form')) ?? '', {})).status, 303)
  const [newest] = await ctx.db.queries
    .selectFrom('cases')
    .select('id')
    .orderBy('opened_at', 'desc')
    .limit(1)
    .execute()
  return newest?.id ?? ''
}

async function makeReports(house: House) {
  const { ctx, visitor } = house
  await reportedAccount(ctx, said.account)
  const intake = as(ctx, { kind: 'system', name: 'intake' })
  const report = async (account: string, mailbox: string, grave: boolean): Promise<string> => {
    const sent = { account, messageId: `<${mailbox}>`, to: mailbox, at: ctx.clock.now() - hour }
    await logSent(ctx, [sent])
    const message = await sentMessage(ctx.keys.trace, { ...sent, body: said.evidence })
    const raw = deliveredMessage(message, mailbox)
    const envelope = { client: '198.51.100.7', mailbox }
    const more = grave ? ({ class: 'restricted' } as const) : {}
    ctx.clock.advance(1)
    const { id } = await receiveReport(intake, { channel: 'web', shape: 'reported', raw, envelope, ...more })
    const { code } = halvesOf(ctx, id)
    assert.equal((await visitor().submit(await linkIn(ctx, 'confirm-report'), { code })).status, 303)
    return id
  }
  const usual = await report(said.account, said.reporter, false)
  const grave = await report(said.restrictedAccount, said.restrictedReporter, true)
  const loose = await receiveReport(intake, {
    channel: 'web',
    shape: 'message',
    raw: Buffer.from('From: x@elsewhere.example\r\nSubject: y\r\n\r\nz'),
    envelope: { client: '198.51.100.7' },
    class: 'phish',
  })
  await examineAll(ctx)
  const { incidents } = await listIncidents(ctx, { states: incidentStates, limit: 9 })
  const of = (account: string): string => incidents.find((each) => each.account === account)?.id ?? ''
  return {
    incident: of(said.account),
    restrictedIncident: of(said.restrictedAccount),
    report: usual,
    looseReport: loose.id,
    restrictedReport: grave,
  }
}

async function makeVouch({ ctx, visitor, letter }: House): Promise<string> {
  await refuse(ctx, [said.vouching], { ip: '198.51.100.9', mailFrom: 'shop.example' })
  const vera = visitor()
  await vera.submit('/recipients', { mailbox: said.vouching })
  await vera.submit((await letter('recipient-link')) ?? '', {})
  const page = await (await vera.get('/recipients/mail')).text()
  const [, path = ''] = /href="(\/recipients\/mail\/[^"]+)"/.exec(page) ?? []
  await vera.submit(path, { days: '7', domain: 'shop.example' })
  const { vouches } = await listVouches(ctx, { isActive: true, limit: 1 })
  return vouches[0]?.id ?? ''
}

/** Letters as they are where none is sent: kept to be read, but for those that were given up. */
async function makeLetters({ ctx }: House) {
  const { letters } = await listLetters(ctx, { limit: 50 })
  const of = (wanted: string, mailbox: string): string => {
    const found = letters.find((each) => each.kind === wanted && each.mailbox === mailbox)
    return found?.id ?? assert.fail(`no ${wanted} to ${mailbox}`)
  }
  const hushed = letters.find(({ withheld }) => withheld === 'restricted')
  const made = {
    letter: of('case-received', 'ops@usual.example'),
    reporterLetter: of('confirm-report', said.reporter),
    recipientLetter: of('recipient-link', said.vouching),
    deadLetter: of('confirm-form', 'ops@form.example'),
    restrictedLetter: hushed?.id ?? assert.fail('no letter of the restricted case'),
  }
  for (const id of Object.values(made)) {
    const state = id === made.deadLetter || id === made.restrictedLetter ? 'dead' : 'kept'
    await ctx.db.queries.updateTable('letters').set({ state }).where('id', '=', id).execute()
  }
  return made
}

async function makeApprovals({ ctx }: House) {
  const propose = async (by: string, name: string): Promise<string> => {
    const actor = { kind: 'operator', name: by, roles: ['admin'] } as const
    return (await changeRoles(as(ctx, actor), { name, roles: ['admin'] }))?.id ?? ''
  }
  return { approval: await propose('grace', 'viewer'), ownApproval: await propose('admin', 'auditor') }
}

async function makePasskeys({ ctx }: House): Promise<Things['passkeys']> {
  const ids = Object.fromEntries(
    roles.map((role) => [role, Buffer.from(`key-${role}`).toString('base64url')]),
  )
  for (const [operator, id] of Object.entries(ids))
    await ctx.db.queries
      .insertInto('passkeys')
      .values({
        id,
        operator,
        name: `passkey of ${operator}`,
        public_key: '',
        counter: 0,
        transports: '',
        backup_eligible: 0,
        backed_up: 0,
        created_at: 0,
        used_at: null,
        revoked_at: null,
      })
      .execute()
  return ids
}
