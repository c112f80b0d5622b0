import { solved } from '../../../test/support/challenge.ts'
import { strict as assert } from 'node:assert'
import { describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { MailEvent } from '../../access/mail-event.ts'
import { mintCaseLink } from '../../access/case-link.ts'
import { day, hour, minute } from '../../base/clock.ts'
import { orThrow, Refusal } from '../../base/refusal.ts'
import { parseAddress } from '../../standards/ip.ts'
import { parseMailbox } from '../../standards/mail-address.ts'
import { formatPrefix, parseListable } from '../../standards/prefix.ts'
import {
  testContext,
  testStart,
  testSettings,
  testWaysOut,
  type TestContext,
} from '../../../test/support/context.ts'
import { message } from '../../../test/support/mail-events.ts'
import { forEachDatabase } from '../../../test/support/database.ts'
import { verifyChain } from '../audit/actions.ts'
import { as, transact, type Context } from '../context.ts'
import { takeTurn, tellEdges } from '../edges/actions.ts'
import { listLetters } from '../outbox/reading-actions.ts'
import { contentOf } from '../outbox/sealed-letter.ts'
import { letterById } from '../outbox/store.ts'
import { addListing, coveringListings, showListing } from '../listings/actions.ts'
import { verifyListings } from '../listings/verify-actions.ts'
import {
  confirmByLink,
  confirmProven,
  openByCode,
  seeLink,
  showRequest,
  startRequest,
  type Started,
} from './actions.ts'
import { takeEvents } from '../events/actions.ts'
import { takeOutcomes } from './event-actions.ts'
import { noteAccepted, noteLetThroughs, noteRefusals } from './follow-actions.ts'
import { proveByMail, proveControl, proveMailbox } from './proof-actions.ts'
import { inspectRequest, listRequests, openReviewByMail } from './review-actions.ts'
import { lockById } from './store.ts'
import { putWatch } from './watch-store.ts'
import { decideReview } from '../../../test/support/decide.ts'

const ip = '192.0.2.45'

/** What the MTA says when it has taken the message. */
const acceptance = (at: number): MailEvent =>
  message(ip, at, { id: 'e1', queueId: '4XyZ', outcome: 'accepted' })
const visitor = (ctx: TestContext): Context => as(ctx, { kind: 'visitor', client: '198.51.100.7/32' })

async function start(
  ctx: TestContext,
  more: Partial<Parameters<typeof startRequest>[1]> = {},
): Promise<Started> {
  ctx.clock.advance(1)
  return await startRequest(visitor(ctx), {
    ip,
    mailbox: 'admin@example.org',
    language: 'en',
    statement: true,
    pow: await solved(ctx),
    ...more,
  })
}

/** The link in the newest letter. */
async function linkIn(ctx: TestContext): Promise<string> {
  const { letters } = await listLetters(ctx, { limit: 20 })
  const newest = letters.find((letter) => letter.kind === 'confirm-delisting')
  const row = await letterById(ctx.db.queries, newest?.id ?? '')
  const content = row && contentOf(ctx, row)
  return content?.kind === 'confirm-delisting' ? content.slots.link.replace(/^.*\/confirm\//, '') : ''
}

async function isListed(ctx: TestContext): Promise<boolean> {
  return (await coveringListings(ctx, orThrow(parseAddress(ip)))).length > 0
}

async function refusalOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise
    return 'fine'
  } catch (error) {
    if (error instanceof Refusal) return error.code
    throw error
  }
}

const list = async (ctx: TestContext, more: object = {}) =>
  await addListing(ctx, { prefix: orThrow(parseListable(ip)), cause: 'spam', ends: '7d', ...more })

async function sound(ctx: TestContext): Promise<void> {
  assert.equal((await verifyChain(ctx)).broken, undefined)
  assert.deepEqual(await verifyListings(ctx), [])
}

forEachDatabase((_name, open) => {
  describe('A delist request', () => {
    it('needs the letter’s half and the browser’s half, and then acts once', async () => {
      const ctx = testContext({ db: await open() })
      const listing = await list(ctx)
      const started = await start(ctx)
      const link = await linkIn(ctx)
      assert.equal((await seeLink(ctx, link)).ip, ip)
      assert.equal(await refusalOf(confirmByLink(ctx, { link })), 'delisting.second-half-wrong')
      assert.equal(
        await refusalOf(confirmProven(ctx, { id: started.id, secret: started.secret })),
        'delisting.proof-missing',
      )
      assert.equal(await isListed(ctx), true)
      const answers = await Promise.all(
        Array.from({ length: 8 }, async () => await confirmByLink(ctx, { link, secret: started.secret })),
      )
      assert.deepEqual(new Set(answers.map((each) => each.outcome)), new Set(['delisted']))
      assert.equal(await isListed(ctx), false)
      assert.deepEqual(
        (await showListing(ctx, listing.id)).history.map((each) => each.action),
        ['listing.ended', 'listing.added'],
      )
      await sound(ctx)
    })

    it('counts no guess where robots fill in the form of the link', async () => {
      const ctx = testContext({ db: await open() })
      const { code } = await start(ctx)
      const link = await linkIn(ctx)
      const junk = ['', 'test', 'user@example.org', 'Password1', '1234567', 'ok']
      for (const code of junk)
        assert.equal(await refusalOf(confirmByLink(ctx, { link, code })), 'delisting.second-half-wrong')
      for (const secret of ['', 'x'])
        assert.equal(await refusalOf(confirmByLink(ctx, { link, secret })), 'delisting.second-half-wrong')
      assert.equal((await confirmByLink(ctx, { link, code })).outcome, 'not-listed')
    })

    it('takes the typed code for the browser’s half, and five wrong ones burn it', async () => {
      const ctx = testContext({ db: await open() })
      await list(ctx)
      await start(ctx)
      const link = await linkIn(ctx)
      for (let n = 0; n < 5; n++)
        assert.equal(
          await refusalOf(confirmByLink(ctx, { link, code: 'ZZZZZZ' })),
          'delisting.second-half-wrong',
        )
      assert.equal(await refusalOf(confirmByLink(ctx, { link, code: 'ZZZZZZ' })), 'delisting.burned')
      assert.equal(await isListed(ctx), true)
      const second = await start(ctx)
      assert.equal(
        (await confirmByLink(ctx, { link: await linkIn(ctx), code: ` ${second.code.toLowerCase()} ` }))
          .outcome,
        'delisted',
      )
    })

    it('counts wrong codes after the decision too, and then opens for no code, but for the secret still', async () => {
      const ctx = testContext({ db: await open() })
      await list(ctx)
      const { id, code, secret } = await start(ctx)
      const link = await linkIn(ctx)
      const first = await confirmByLink(ctx, { link, secret })
      for (let n = 0; n < 5; n++)
        assert.equal(await refusalOf(openByCode(ctx, { id, code: 'ZZZZZZ' })), 'delisting.second-half-wrong')
      assert.equal(await refusalOf(openByCode(ctx, { id, code: 'ZZZZZZ' })), 'delisting.burned')
      assert.equal(await refusalOf(openByCode(ctx, { id, code })), 'delisting.burned')
      assert.deepEqual(await confirmByLink(ctx, { link, secret }), first)
      assert.equal((await showRequest(ctx, { id, secret })).state, 'done')
      assert.equal((await seeLink(ctx, link)).state, 'done')
    })

    it('looks at no more than five guesses, however many come at once', async () => {
      const ctx = testContext({ db: await open() })
      await list(ctx)
      const { id, code } = await start(ctx)
      const link = await linkIn(ctx)
      const guesses = Array.from({ length: 40 }, (_, n) => `0000${n + 10}`)
      const answers = await Promise.all(
        guesses.map(async (guess) => await refusalOf(confirmByLink(ctx, { link, code: guess }))),
      )
      assert.equal(answers.filter((answer) => answer === 'delisting.second-half-wrong').length, 5)
      assert.equal(await refusalOf(confirmByLink(ctx, { link, code })), 'delisting.burned')
      const row = await ctx.db.queries
        .selectFrom('delist_requests')
        .select(['tries', 'state'])
        .where('id', '=', id)
        .executeTakeFirst()
      assert.deepEqual(row, { tries: 5, state: 'burned' })
      assert.equal(await isListed(ctx), true)
      await sound(ctx)
    })

    it('is shown for its secret, never for a code, which would be guessing without a count', async () => {
      const ctx = testContext({ db: await open() })
      const { id, code } = await start(ctx)
      assert.equal(await refusalOf(showRequest(ctx, { id, secret: code })), 'delisting.not-found')
      assert.equal(await refusalOf(showRequest(ctx, { id })), 'delisting.not-found')
      const opened = await openByCode(ctx, { id, code: code.toLowerCase() })
      assert.equal((await showRequest(ctx, { id, ...opened })).id, id)
      assert.equal((await confirmByLink(ctx, { link: await linkIn(ctx), ...opened })).outcome, 'not-listed')
      const other = await start(ctx, { mailbox: 'other@example.org' })
      assert.equal(await refusalOf(showRequest(ctx, { id: other.id, ...opened })), 'delisting.not-found')
    })

    it('is counted by the network that it comes from', async () => {
      const ctx = testContext({ db: await open() })
      const ask = async (client: string, n: number): Promise<string> =>
        await refusalOf(
          startRequest(as(ctx, { kind: 'visitor', client }), {
            ip,
            mailbox: `a${n}@example.org`,
            language: 'en',
            statement: true,
          }),
        )
      for (let n = 0; n < 30; n++) assert.equal(await ask(`198.51.100.${n}/32`, n), 'fine')
      assert.equal(await ask('198.51.100.200/32', 99), 'limit.exceeded')
      for (let n = 0; n < 30; n++) assert.equal(await ask(`2001:db8:0:${n}::/64`, n), 'fine')
      assert.equal(await ask('2001:db8:0:ff::/64', 99), 'limit.exceeded')
      assert.equal(await ask('2001:db8:1::/64', 99), 'fine')
    })

    it('in somebody else’s name costs nothing of whoever owns the mailbox or the address', async () => {
      const ctx = testContext({ db: await open() })
      const mailbox = 'owner@example.org'
      for (let n = 1; n < 12; n++)
        await refusalOf(start(ctx, { mailbox, ip: `192.0.2.${n}`, pow: undefined }))
      for (let n = 1; n < 12; n++) await refusalOf(start(ctx, { mailbox, ip: `192.0.2.${n}` }))
      assert.equal(await refusalOf(start(ctx, { mailbox })), 'limit.exceeded')
      const caseToken = mintCaseLink(ctx.keys.caseLink('mx1'), {
        keyId: 1,
        edge: 'mx1',
        minute: Math.floor(ctx.clock.now() / minute),
        reason: 'spam',
        listing: null,
        address: orThrow(parseAddress(ip)),
      })
      assert.equal((await start(ctx, { mailbox, caseToken })).road, 'mail')
      const written = await start(ctx, { pow: undefined })
      const tag = written.writeTo.slice('delist+'.length, written.writeTo.indexOf('@'))
      await proveMailbox(ctx, { tag, mailbox: orThrow(parseMailbox(mailbox)) })
      assert.equal((await showRequest(ctx, { id: written.id, secret: written.secret })).state, 'proven')
    })

    it('keeps what was written with it, whatever bytes are in it, and is not found under a name that is none', async () => {
      const ctx = testContext({ db: await open() })
      const { id, secret } = await start(ctx, { note: 'We found\0 it:\r\n\ud800' })
      assert.equal((await inspectRequest(ctx, id)).request.note, 'We found  it:\n\ufffd')
      assert.equal(await refusalOf(showRequest(ctx, { id: `${id}\0`, secret })), 'delisting.not-found')
      assert.equal(await refusalOf(confirmProven(ctx, { id: '\0', code: 'ABCDEF' })), 'delisting.not-found')
      const listing = await list(ctx, { note: 'a\0b', evidence: [{ kind: 'spam\0', count: 3 }] })
      assert.deepEqual([listing.note, listing.evidence[0]?.kind], ['a b', 'spam '])
    })

    it('looks the same whether or not the address is listed', async () => {
      const ctx = testContext({ db: await open() })
      const unlisted = await start(ctx)
      await list(ctx)
      const listed = await start(ctx, { mailbox: 'other@example.org' })
      assert.deepEqual(Object.keys(unlisted), Object.keys(listed))
      assert.equal(unlisted.road, listed.road)
      assert.deepEqual(
        Object.values(unlisted).map((each) => String(each).length),
        Object.values(listed).map((each) => String(each).length),
      )
    })

    it('runs out', async () => {
      const ctx = testContext({ db: await open() })
      await list(ctx)
      const { secret } = await start(ctx)
      const link = await linkIn(ctx)
      ctx.clock.advance(hour + minute)
      assert.equal(await refusalOf(confirmByLink(ctx, { link, secret })), 'delisting.expired')
      assert.equal(await isListed(ctx), true)
    })

    it('refuses what cannot be asked', async () => {
      const ctx = testContext({ db: await open() })
      assert.equal(await refusalOf(start(ctx, { statement: false })), 'delisting.statement-missing')
      assert.equal(await refusalOf(start(ctx, { ip: '010.0.0.1' })), 'address.leading-zero')
      assert.equal(await refusalOf(start(ctx, { ip: '192.0.2.0/24' })), 'address.is-prefix')
      assert.equal(await refusalOf(start(ctx, { ip: '10.0.0.1' })), 'address.special-purpose')
      assert.equal(await refusalOf(start(ctx, { mailbox: 'a@b, c@d' })), 'mailbox.invalid')
      assert.equal(await refusalOf(start(ctx, { pow: 'AAAA' })), 'pow.invalid')
      const pow = await solved(ctx)
      await start(ctx, { pow })
      assert.equal(await refusalOf(start(ctx, { pow })), 'pow.replayed')
    })

    it('shows control by the letter to a mailbox at the confirmed domain, and not by another mailbox that writes instead', async () => {
      const ctx = testContext({
        db: await open(),
        out: testWaysOut({ confirmedNames: async () => ['mail.example.org'] }),
      })
      const controlOf = async ({ id }: Started): Promise<string> =>
        (await inspectRequest(ctx, id)).request.control
      const [own, foreign, changed] = [
        await start(ctx),
        await start(ctx, { mailbox: 'ada@example.net' }),
        await start(ctx),
      ]
      assert.deepEqual([await controlOf(own), await controlOf(foreign)], ['domain', 'none'])
      assert.equal(
        await refusalOf(confirmProven(ctx, { id: own.id, secret: own.secret })),
        'delisting.proof-missing',
      )
      const tag = changed.writeTo.replace(/^delist\+(.*)@.*$/, '$1')
      await proveMailbox(ctx, { tag, mailbox: orThrow(parseMailbox('eve@example.net')) })
      assert.equal(await controlOf(changed), 'none')
    })

    it('writes few letters to domains without a mail host, and says nothing of it', async () => {
      const settings = testSettings({
        limits: { 'letters.no-mail-host.hour': { count: 20, windowMs: hour } },
      })
      const out = testWaysOut({ acceptsMail: async () => false })
      const ctx = testContext({ db: await open(), out, settings })
      for (let n = 0; n < 25; n++) await start(ctx, { mailbox: `admin@d${n}.example` })
      const { length } = await ctx.db.queries.selectFrom('letters').select('id').execute()
      assert.equal(length, 20)
    })

    it('writes at most three letters a day to a mailbox, and says nothing of it', async () => {
      const ctx = testContext({ db: await open() })
      for (let n = 0; n < 6; n++) await start(ctx)
      const { length } = await ctx.db.queries.selectFrom('letters').select('id').execute()
      assert.equal(length, 3)
    })

    it('after a removal waits a day, then a person after the third', async () => {
      const ctx = testContext({ db: await open() })
      const outcomes: string[] = []
      for (let round = 0; round < 5; round++) {
        await list(ctx)
        const { secret } = await start(ctx)
        outcomes.push((await confirmByLink(ctx, { link: await linkIn(ctx), secret })).outcome)
        ctx.clock.advance(round === 0 ? 12 * hour : 2 * day)
      }
      assert.deepEqual(outcomes, ['delisted', 'cool-down', 'delisted', 'delisted', 'review'])
      await sound(ctx)
    })

    it('of a stranger leaves the purse of whoever proves control alone, and raises no recurrence', async () => {
      const ctx = testContext({ db: await open() })
      await list(ctx)
      const stranger = await start(ctx)
      assert.equal(
        (await confirmByLink(ctx, { link: await linkIn(ctx), secret: stranger.secret })).outcome,
        'delisted',
      )
      ctx.clock.advance(hour)
      const again = await list(ctx)
      assert.equal(again.recurrence, 0)
      const caseToken = mintCaseLink(ctx.keys.caseLink('mx1'), {
        keyId: 1,
        edge: 'mx1',
        minute: Math.floor(ctx.clock.now() / minute),
        reason: 'spam',
        listing: again.id,
        address: orThrow(parseAddress(ip)),
      })
      const owner = await start(ctx, { caseToken, mailbox: 'owner@example.org' })
      assert.equal(
        (await confirmByLink(ctx, { link: await linkIn(ctx), secret: owner.secret })).outcome,
        'delisted',
      )
    })
  })

  describe('Other proofs', () => {
    it('by TXT at the PTR name open the button without a letter', async () => {
      let texts: readonly string[] = []
      const out = testWaysOut({
        ptr: async () => ['mail.example.org'],
        txt: async (name) => (name === 'mail.example.org' ? texts : []),
      })
      const ctx = testContext({ db: await open(), out })
      await list(ctx)
      const { id, secret } = await start(ctx)
      assert.deepEqual(await proveControl(ctx, { id, secret, method: 'txt' }), {
        proven: false,
        lookedAt: ['mail.example.org'],
      })
      texts = ['v=spf1 -all', `postern-verification=${(await showRequest(ctx, { id, secret })).proof.token}`]
      assert.equal((await proveControl(ctx, { id, secret, method: 'txt' })).proven, true)
      assert.equal((await confirmProven(ctx, { id, secret })).outcome, 'delisted')
      await sound(ctx)
    })

    it('are looked for sixty times an hour for one client, under however many requests', async () => {
      const settings = testSettings({ limits: { 'proof.client': { count: 3, windowMs: hour } } })
      const ctx = testContext({ db: await open(), settings })
      const answers: string[] = []
      for (let n = 1; n <= 5; n++) {
        const { id, secret } = await start(ctx, { ip: `192.0.2.${n}`, mailbox: `a${n}@example.org` })
        const client = `198.51.100.${n}/32`
        const asker = as(ctx, { kind: 'visitor', client: n === 5 ? '2001:db8::/64' : client })
        answers.push(await refusalOf(proveControl(asker, { id, secret, method: 'txt' })))
      }
      assert.deepEqual(answers, ['fine', 'fine', 'fine', 'limit.exceeded', 'fine'])
    })

    it('by a file on the address work too, and say what was wrong', async () => {
      const files = new Map<string, string>()
      const ctx = testContext({
        db: await open(),
        out: testWaysOut({
          fetchFrom: async (_address, path) => files.get(path),
          ptr: async () => 'temperror',
        }),
      })
      await list(ctx)
      const { id, secret } = await start(ctx)
      assert.equal((await proveControl(ctx, { id, secret, method: 'txt' })).trouble, 'temperror')
      const { token, httpUrl } = (await showRequest(ctx, { id, secret })).proof
      assert.equal(httpUrl, `http://${ip}/.well-known/postern-${token}`)
      assert.deepEqual(await proveControl(ctx, { id, secret, method: 'http' }), {
        proven: false,
        lookedAt: [httpUrl],
      })
      files.set(`/.well-known/postern-${token}`, `${token}\n`)
      assert.equal((await proveControl(ctx, { id, secret, method: 'http' })).proven, true)
      assert.equal((await confirmProven(ctx, { id, secret })).outcome, 'delisted')
    })

    it('by mail: a written-in mailbox, or the token from the address itself', async () => {
      const ctx = testContext({ db: await open() })
      await list(ctx)
      const written = await start(ctx, { pow: undefined })
      assert.equal(written.road, 'write-in')
      assert.equal((await ctx.db.queries.selectFrom('letters').select('id').execute()).length, 0)
      const tag = written.writeTo.slice('delist+'.length, written.writeTo.indexOf('@'))
      assert.equal(
        await refusalOf(
          proveMailbox(ctx, { tag: `${tag.slice(0, -1)}x`, mailbox: orThrow(parseMailbox('a@example.org')) }),
        ),
        'delisting.not-found',
      )
      await proveMailbox(ctx, { tag: tag.toUpperCase(), mailbox: orThrow(parseMailbox('admin@example.org')) })
      assert.equal((await confirmProven(ctx, { id: written.id, secret: written.secret })).outcome, 'delisted')

      await list(ctx)
      const other = await start(ctx)
      const { token } = (await showRequest(ctx, { id: other.id, secret: other.secret })).proof
      assert.equal(await proveByMail(ctx, { address: orThrow(parseAddress('192.0.2.46')), token }), false)
      assert.equal(await proveByMail(ctx, { address: orThrow(parseAddress(ip)), token }), true)
      assert.equal((await showRequest(ctx, { id: other.id, secret: other.secret })).state, 'proven')
    })
  })

  describe('What follows a removal', () => {
    it('shows the first message let through, its acceptance, and a new refusal', async () => {
      const ctx = testContext({ db: await open() })
      await list(ctx)
      const { id, secret } = await start(ctx)
      await confirmByLink(ctx, { link: await linkIn(ctx), secret })
      const at = ctx.clock.now()
      const notice = { edge: 'mx1', boot: 'b', seq: 1, at, ip, queueId: '4XyZ', helo: null, mailFrom: null }
      await noteLetThroughs(ctx, [notice])
      await noteLetThroughs(ctx, [{ ...notice, seq: 2, at: at + 5, queueId: 'later' }])
      assert.deepEqual((await showRequest(ctx, { id, secret })).firstLetThrough, {
        at,
        edge: 'mx1',
        queueId: '4XyZ',
      })
      assert.equal(await noteAccepted(ctx, { ip, queueId: 'other', at }), false)
      assert.equal(await noteAccepted(ctx, { ip, queueId: '4XyZ', at: at + 9 }), true)
      assert.equal((await showRequest(ctx, { id, secret })).firstAcceptedAt, at + 9)
      const record = {
        v: 1,
        edge: 'mx1',
        boot: 'b',
        seq: 9,
        at: at + 20,
        stage: 'rcpt',
        ip,
        helo: null,
        ptr: null,
        mailFrom: null,
        recipients: [],
        code: 550,
        status: '5.7.606',
        reason: 'spam',
        listing: null,
        standing: null,
        budget: null,
        table: 1,
        count: 1,
        mode: 'enforce',
        minute: 1,
      } as const
      await noteRefusals(ctx, [record])
      assert.equal((await showRequest(ctx, { id, secret })).refusedAgainAt, null)
      await noteRefusals(ctx, [{ ...record, table: 100 }])
      assert.equal((await showRequest(ctx, { id, secret })).refusedAgainAt, at + 20)
    })

    it('is accepted too when core died between keeping the MTA’s word and using it, and it is said again', async () => {
      const ctx = testContext({ db: await open() })
      await list(ctx)
      const { id, secret } = await start(ctx)
      await confirmByLink(ctx, { link: await linkIn(ctx), secret })
      const at = ctx.clock.now()
      await noteLetThroughs(ctx, [
        { edge: 'mx1', boot: 'b', seq: 1, at, ip, queueId: '4XyZ', helo: null, mailFrom: null },
      ])
      const outcome = acceptance(at + 9)
      assert.equal((await takeEvents(ctx, 'mx1', [outcome])).accepted, 1)
      assert.equal((await showRequest(ctx, { id, secret })).firstAcceptedAt, null)
      assert.equal((await takeOutcomes(ctx, 'mx1', [outcome])).duplicates, 1)
      assert.equal((await showRequest(ctx, { id, secret })).firstAcceptedAt, at + 9)
    })

    it('is accepted too when the MTA speaks while the let-through is being noted', async () => {
      const ctx = testContext({ db: await open() })
      await list(ctx)
      const { id, secret } = await start(ctx)
      await confirmByLink(ctx, { link: await linkIn(ctx), secret })
      const at = ctx.clock.now()
      const [gate, held] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
      // Whoever holds the request keeps the let-through from being saved after it looked for the MTA's word.
      const holding = transact(ctx, async (tx) => {
        await lockById(tx.queries, id)
        held.resolve()
        await gate.promise
      })
      await held.promise
      const notice = { edge: 'mx1', boot: 'b', seq: 1, at, ip, queueId: '4XyZ', helo: null, mailFrom: null }
      const noting = noteLetThroughs(ctx, [notice])
      await sleep(100)
      const outcome = acceptance(at + 9)
      const taking = takeOutcomes(ctx, 'mx1', [outcome])
      await sleep(100)
      gate.resolve()
      await Promise.all([holding, noting, taking])
      assert.equal((await showRequest(ctx, { id, secret })).firstAcceptedAt, at + 9)
    })

    it('is not shown by a notice of an earlier message, which waited in an edge’s spool', async () => {
      const ctx = testContext({ db: await open() })
      await list(ctx)
      const before = ctx.clock.now()
      ctx.clock.advance(hour)
      const { id, secret } = await start(ctx)
      await confirmByLink(ctx, { link: await linkIn(ctx), secret })
      const notice = {
        edge: 'mx1',
        boot: 'b',
        seq: 1,
        at: before,
        ip,
        queueId: 'old',
        helo: null,
        mailFrom: null,
      }
      await noteLetThroughs(ctx, [notice])
      assert.equal((await showRequest(ctx, { id, secret })).firstLetThrough, null)
      await noteLetThroughs(ctx, [{ ...notice, seq: 2, at: ctx.clock.now(), queueId: 'new' }])
      assert.equal((await showRequest(ctx, { id, secret })).firstLetThrough?.queueId, 'new')
    })

    it('is noted beside other removals of the unit without anybody waiting in a circle', async () => {
      const ctx = testContext({ db: await open() })
      const unit = orThrow(parseListable(ip))
      const watch = async (): Promise<void> =>
        await transact(ctx, async (tx) => {
          await takeTurn(tx)
          await putWatch(tx.queries, {
            unit: formatPrefix(unit),
            request_id: 'x',
            since_at: 0,
            until_at: testStart + hour,
          })
          await tellEdges(tx, { kind: 'watch', unit, until: testStart + hour })
        })
      await watch()
      const began = performance.now()
      for (let seq = 1; seq <= 10; seq++) {
        const notice = {
          edge: 'mx1',
          boot: 'b',
          seq,
          at: ctx.clock.now(),
          ip,
          queueId: '4XyZ',
          helo: null,
          mailFrom: null,
        }
        await Promise.all([watch(), noteLetThroughs(ctx, [notice]), watch()])
      }
      // PostgreSQL looks for a circle after a second.
      assert.ok(performance.now() - began < 900, `took ${Math.round(performance.now() - began)} ms`)
    })
  })

  describe('A person’s decision', () => {
    it('ends the listing, or keeps it, and writes either way', async () => {
      const ctx = testContext({ db: await open() })
      await list(ctx, { class: 'investigate' })
      const { id, secret } = await start(ctx)
      const answer = await confirmByLink(ctx, { link: await linkIn(ctx), secret })
      assert.deepEqual(
        [answer.outcome, answer.facts.again],
        ['review', new Date(ctx.clock.now() + 48 * hour).toISOString()],
      )
      assert.deepEqual(
        (await listRequests(ctx, { state: 'review', limit: 10 })).map((each) => each.id),
        [id],
      )
      assert.equal(
        await refusalOf(
          decideReview(as(ctx, { kind: 'operator', name: 'r', roles: ['viewer'] }), {
            id,
            decision: 'delist',
          }),
        ),
        'permission.denied',
      )
      await decideReview(ctx, { id, decision: 'delist' })
      assert.equal(await isListed(ctx), false)
      assert.equal(await refusalOf(decideReview(ctx, { id, decision: 'refuse' })), 'case.closed')
      const kinds = (await ctx.db.queries.selectFrom('letters').select('kind').execute()).map(
        (row) => row.kind,
      )
      assert.deepEqual(kinds.sort(), ['confirm-delisting', 'delisting-reviewed'])
      await sound(ctx)
    })

    it('carves one sender out of a listed range, and leaves the range', async () => {
      const ctx = testContext({ db: await open() })
      await addListing(ctx, { prefix: orThrow(parseListable('192.0.2.0/24')), cause: 'spam', ends: '7d' })
      const { id, secret } = await start(ctx)
      assert.equal((await confirmByLink(ctx, { link: await linkIn(ctx), secret })).outcome, 'review')
      await decideReview(ctx, { id, decision: 'delist' })
      const [first, second] = await coveringListings(ctx, orThrow(parseAddress(ip)))
      assert.deepEqual([first?.effect, first?.prefix.length, second?.effect], ['pass', 32, 'refuse'])
      await sound(ctx)
    })

    it('begins with a mail to the delist mailbox too, once for an address', async () => {
      const ctx = testContext({ db: await open() })
      const mailbox = orThrow(parseMailbox('admin@example.org'))
      const input = { mailbox, language: 'en', address: orThrow(parseAddress(ip)), note: 'cleaned' } as const
      assert.equal(await openReviewByMail(ctx, input), 'not-listed')
      await list(ctx, { class: 'investigate' })
      assert.equal(await openReviewByMail(ctx, input), 'opened')
      assert.equal(await openReviewByMail(ctx, input), 'joined')
      const [request] = await listRequests(ctx, { state: 'review', limit: 10 })
      assert.equal((await inspectRequest(ctx, request?.id ?? '')).request.note, 'cleaned')
      await sound(ctx)
    })
  })
})
