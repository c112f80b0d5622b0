import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { solved } from '../../../test/support/challenge.ts'
import { testContext, testSettings, testWaysOut, type TestContext } from '../../../test/support/context.ts'
import { forEachDatabase } from '../../../test/support/database.ts'
import { day, hour } from '../../base/clock.ts'
import { orThrow, Refusal } from '../../base/refusal.ts'
import { parseAddress } from '../../standards/ip.ts'
import { parseMailbox } from '../../standards/mail-address.ts'
import { parseListable, showPrefix } from '../../standards/prefix.ts'
import { verifyChain } from '../audit/actions.ts'
import { joinCase, restrictCase } from '../cases/actions.ts'
import { addToPage } from '../cases/page-actions.ts'
import { answerCase, listCases, showCase } from '../cases/desk-actions.ts'
import { Checks } from '../checks/actions.ts'
import { as, transact } from '../context.ts'
import { addListing, coveringListings } from '../listings/actions.ts'
import { openLetter } from '../../../test/support/letters.ts'
import { holds } from '../../../test/support/owners.ts'
import type { ExternalRule } from '../settings.ts'
import { addressesOfPage, askDeliverability, formsOfCase, openDeliverability } from './actions.ts'
import { decideAddresses } from './desk-actions.ts'
import type { FormInput } from './form.ts'
import { tendForms } from './review-actions.ts'

const checks = new Checks()
const input: FormInput = {
  addresses: '192.0.2.45 192.0.2.46 192.0.2.66 10.1.2.3 198.51.100.7 198.51.100.8',
  symptom: 'refused',
  domain: 'provider.example',
  sending: '',
  volume: '',
  words: '550 5.7.606 Access denied',
}

/** A house with the form open, in which some addresses are listed and those in `named` have names. */
async function house(db: TestContext['db'], external: ExternalRule = 'form') {
  const named = new Set(['192.0.2.45'])
  const { support } = testSettings()
  const out = testWaysOut({
    confirmedNames: async (address) =>
      named.has(showPrefix({ ...address, length: 32 })) ? ['mail.example.net'] : [],
  })
  const ctx = testContext({ db, out, settings: testSettings({ support: { ...support, external } }) })
  const list = async (text: string, listingClass: 'self-service' | 'investigate'): Promise<void> =>
    void (await addListing(ctx, {
      prefix: orThrow(parseListable(text)),
      cause: 'spam',
      class: listingClass,
      ends: '30d',
    }))
  await list('192.0.2.45', 'self-service')
  await list('192.0.2.46', 'self-service')
  await list('192.0.2.66', 'investigate')
  await addListing(ctx, {
    prefix: orThrow(parseListable('198.51.100.8')),
    cause: 'manual',
    class: 'third-party',
    url: 'https://lists.example/lookup',
    ends: '30d',
  })
  const visitor = as(ctx, { kind: 'visitor', client: '198.51.100.200/32' })
  const ask = async (more: Partial<FormInput> = {}) =>
    await askDeliverability(visitor, {
      ...input,
      ...more,
      mailbox: 'ops@example.org',
      language: 'en',
      pow: await solved(ctx),
    })
  const open = async (more: Partial<FormInput> = {}) => {
    const asked = await ask(more)
    const link = await openLetter(ctx, 'confirm-form')
    const token = await openDeliverability(visitor, { link, secret: asked.secret })
    const [it] = await listCases(ctx, { states: ['open'], kind: 'form', offset: 0, limit: 1 })
    return { token, id: it?.id ?? '', asked, link }
  }
  const states = async (token: string): Promise<Record<string, string>> => {
    const view = await addressesOfPage(ctx, token)
    return Object.fromEntries(
      (view?.addresses ?? []).map(({ prefix, state, why }) => [showPrefix(prefix), `${state} ${why}`]),
    )
  }
  const letters = async (): Promise<number> =>
    (await ctx.db.queries.selectFrom('case_messages').select('id').where('channel', '=', 'rules').execute())
      .length
  return { ctx, named, visitor, ask, open, states, letters }
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  return await work.then(
    () => 'done',
    (error: unknown) => (error instanceof Refusal ? error.code : String(error)),
  )
}

const isListed = async (ctx: TestContext, ip: string): Promise<boolean> =>
  (await coveringListings(ctx, orThrow(parseAddress(ip)))).length > 0

forEachDatabase((_name, open_) => {
  describe('The deliverability form', () => {
    it('opens one case once the mailbox has shown itself, and gives each address its state by the rules', async () => {
      const { ctx, open, states, letters } = await house(await open_())
      const { token, id, asked, link } = await open()
      assert.deepEqual(new Set(Object.values(await states(token))), new Set(['received waiting']))
      assert.equal(await tendForms(ctx, checks), 1)
      assert.deepEqual(await states(token), {
        '192.0.2.45': 'mitigated freed',
        '192.0.2.46': 'conditionally-mitigated tests',
        '192.0.2.66': 'escalated person',
        '10.1.2.3': 'not-qualified special-purpose',
        '198.51.100.7': 'needs-info not-listed',
        '198.51.100.8': 'not-qualified third-party',
      })
      assert.deepEqual([await isListed(ctx, '192.0.2.45'), await isListed(ctx, '192.0.2.46')], [false, true])
      assert.equal(await letters(), 1, 'one letter for all of them')
      assert.equal((await showCase(ctx, id)).case.state, 'open')
      // The button again gives the same case, and a second look says nothing twice.
      assert.equal(await openDeliverability(ctx, { link, secret: asked.secret }), token)
      await tendForms(ctx, checks)
      assert.equal(await letters(), 1)
      assert.equal((await verifyChain(ctx)).broken, undefined)
    })

    it('runs the tests of a condition again, and frees when they pass; when the time is over it does not', async () => {
      const { ctx, named, open, states, letters } = await house(await open_())
      const { token, id } = await open({ addresses: '192.0.2.46' })
      const begun = ctx.clock.now()
      await tendForms(ctx, checks)
      const waits = (await showCase(ctx, id)).case
      assert.deepEqual(
        [waits.state, waits.dueAt, waits.askedUntilAt],
        ['conditional', null, begun + 14 * day],
        'it is the turn of the tests',
      )
      ctx.clock.advance(hour)
      await tendForms(ctx, checks)
      assert.deepEqual(
        [await states(token), await letters()],
        [{ '192.0.2.46': 'conditionally-mitigated tests' }, 1],
      )
      named.add('192.0.2.46')
      ctx.clock.advance(hour)
      await tendForms(ctx, checks)
      assert.deepEqual(await states(token), { '192.0.2.46': 'mitigated freed' })
      assert.equal(await isListed(ctx, '192.0.2.46'), false)
      assert.equal((await showCase(ctx, id)).case.outcome, 'granted')
      const other = await house(await open_())
      const second = await other.open({ addresses: '192.0.2.46' })
      await tendForms(other.ctx, checks)
      other.ctx.clock.advance(14 * day)
      await tendForms(other.ctx, checks)
      assert.deepEqual(await other.states(second.token), { '192.0.2.46': 'not-qualified tests' })
    })

    it('moves nothing in a case that is spoken of with somebody else alone', async () => {
      const { ctx, open, states, letters } = await house(await open_())
      const { token, id } = await open({ addresses: '192.0.2.46' })
      await transact(ctx, async (tx) => {
        const mailbox = orThrow(parseMailbox('noc@example.net'))
        const { participant } = await joinCase(tx, { id }, { role: 'owner', mailbox, language: 'en' })
        const now = ctx.clock.now()
        const proven = { claim: 'c', prefix: '192.0.2.0/24', proof: 'txt', checkedAt: now } as const
        await restrictCase(tx, id, { at: now, by: 'operator:lex', participant: participant.id, ...proven })
      })
      await answerCase(ctx, { id, text: 'We have a court order.', next: 'asks' })
      const clock = async () => {
        const { state, dueAt, askedUntilAt, effectLeftMs } = (await showCase(ctx, id)).case
        return { state, dueAt, askedUntilAt, effectLeftMs }
      }
      const [stands, said] = [await clock(), await letters()]
      assert.equal(stands.state, 'waiting')
      await tendForms(ctx, checks)
      assert.deepEqual(await states(token), { '192.0.2.46': 'conditionally-mitigated tests' })
      assert.deepEqual([await clock(), await letters()], [stands, said])
    })

    it('is a person’s turn once the tests of an address give way to one, who has not answered yet; and is left open while somebody else takes part', async () => {
      const { ctx, open, states } = await house(await open_())
      const { token, id } = await open({ addresses: '192.0.2.46' })
      await tendForms(ctx, checks)
      ctx.clock.advance(day)
      await addListing(ctx, {
        prefix: orThrow(parseListable('192.0.2.46')),
        cause: 'malware',
        class: 'investigate',
        ends: '30d',
      })
      await tendForms(ctx, checks)
      assert.deepEqual(await states(token), { '192.0.2.46': 'escalated person' })
      const { state, dueAt, askedUntilAt } = (await showCase(ctx, id)).case
      assert.deepEqual([state, dueAt === null, askedUntilAt], ['open', false, null])

      const second = await house(await open_())
      const { id: fresh } = await second.open({ addresses: '192.0.2.66' })
      await tendForms(second.ctx, checks)
      const owed = (await showCase(second.ctx, fresh)).case
      assert.deepEqual([owed.state, owed.answeredAt, owed.dueAt], ['open', null, owed.firstDueAt])

      const third = await house(await open_())
      const shared = await third.open({ addresses: '192.0.2.45' })
      await transact(third.ctx, async (tx) => {
        const by = { role: 'recipient', mailbox: orThrow(parseMailbox('ada@provider.example')) } as const
        await joinCase(tx, { id: shared.id }, { ...by, language: 'en' })
      })
      await tendForms(third.ctx, checks)
      assert.deepEqual(await third.states(shared.token), { '192.0.2.45': 'mitigated freed' })
      assert.equal((await showCase(third.ctx, shared.id)).case.state, 'open')
    })

    it('says that tests run until the last of their times, however soon an answer about another address is wanted', async () => {
      const { ctx, open, states } = await house(await open_())
      const { token, id } = await open({ addresses: '192.0.2.46 198.51.100.7' })
      const begun = ctx.clock.now()
      await tendForms(ctx, checks)
      assert.deepEqual(await states(token), {
        '192.0.2.46': 'conditionally-mitigated tests',
        '198.51.100.7': 'needs-info not-listed',
      })
      const { state, askedUntilAt } = (await showCase(ctx, id)).case
      assert.deepEqual([state, askedUntilAt], ['waiting', begun + 14 * day])
    })

    it('is decided at the desk for several addresses at once, in one letter', async () => {
      const { ctx, open, states, letters } = await house(await open_())
      const { token, id } = await open({ addresses: '192.0.2.66 198.51.100.7' })
      await tendForms(ctx, checks)
      const desk = as(ctx, { kind: 'operator', name: 'ada', roles: ['case-agent'] })
      const decide = async (
        deed: 'mitigate' | 'refuse' | 'ask',
        prefixes: readonly string[],
        words?: string,
      ) => await codeOf(decideAddresses(desk, { id, deed, prefixes, words }))
      assert.equal(await decide('refuse', ['192.0.2.66/32']), 'case.reason-missing')
      assert.equal(await decide('mitigate', ['203.0.113.9/32']), 'forms.none-chosen')
      const reader = as(ctx, { kind: 'operator', name: 'eve', roles: ['viewer'] })
      assert.equal(
        await codeOf(decideAddresses(reader, { id, deed: 'mitigate', prefixes: ['192.0.2.66/32'] })),
        'permission.denied',
      )
      assert.equal(await decide('mitigate', ['192.0.2.66/32', '198.51.100.7/32']), 'done')
      assert.deepEqual(await states(token), {
        '192.0.2.66': 'mitigated by-person',
        '198.51.100.7': 'auto-reviewed passes',
      })
      assert.equal(await isListed(ctx, '192.0.2.66'), false)
      assert.equal(await letters(), 2)
      assert.equal((await showCase(ctx, id)).case.outcome, 'granted')
      assert.equal(await decide('mitigate', ['192.0.2.66/32']), 'case.closed')
      assert.equal((await formsOfCase(ctx, id)).length, 1)
    })

    it('goes to a person when the sender answers what was asked, and ends with its case', async () => {
      const { ctx, visitor, open, states } = await house(await open_())
      const { token, id } = await open({ addresses: '198.51.100.7' })
      await tendForms(ctx, checks)
      assert.equal((await showCase(ctx, id)).case.state, 'waiting')
      ctx.clock.advance(hour)
      await addToPage(visitor, { token, text: 'Here is the whole bounce.' })
      await tendForms(ctx, checks)
      assert.deepEqual(await states(token), { '198.51.100.7': 'escalated answered' })
      await answerCase(ctx, { id, text: 'It was another provider.', next: 'closes' })
      await tendForms(ctx, checks)
      assert.deepEqual(await states(token), { '198.51.100.7': 'closed ended' })
    })

    it('is proven by both halves: the code is counted, the fifth wrong one burns it, and a used budget opens nothing', async () => {
      const { ctx, visitor, ask } = await house(await open_())
      const asked = await ask()
      const link = await openLetter(ctx, 'confirm-form')
      for (let nth = 0; nth < 4; nth++)
        assert.equal(
          await codeOf(openDeliverability(visitor, { link, code: 'AAAAAA' })),
          'links.second-half-wrong',
        )
      assert.equal(await codeOf(openDeliverability(visitor, { link })), 'links.second-half-wrong')
      assert.equal(await codeOf(openDeliverability(visitor, { link, code: 'AAAAAA' })), 'links.over')
      assert.equal(await codeOf(openDeliverability(visitor, { link, code: asked.code })), 'links.over')
      assert.equal((await listCases(ctx, { states: ['open'], offset: 0, limit: 9 })).length, 0)
      assert.equal(
        await codeOf(openDeliverability(visitor, { link: 'x.y', code: asked.code })),
        'links.invalid',
      )
    })

    it('ends the listing of a range for its owner alone, and only where their proof allows it', async () => {
      for (const [mailbox, proof, ends] of [
        ['ops@example.org', 'txt', 'mitigated freed'],
        ['Ops@example.org', 'txt', 'mitigated freed'],
        // At other houses than one these are other people.
        ['o.ps@example.org', 'txt', 'escalated range'],
        ['ops+noc@example.org', 'txt', 'escalated range'],
        // A registry's contact is read by many: a person looks at ranges (security OWN-4).
        ['ops@example.org', 'rdap', 'escalated person'],
        ['ops@example.org', 'mail', 'escalated person'],
      ] as const) {
        const { ctx, open, states } = await house(await open_())
        await addListing(ctx, {
          prefix: orThrow(parseListable('198.51.100.128/25')),
          cause: 'spam',
          ends: '30d',
        })
        await holds(ctx, mailbox, '198.51.100.128/25', proof)
        const { token } = await open({ addresses: '198.51.100.128/25' })
        await tendForms(ctx, checks)
        assert.deepEqual(await states(token), { '198.51.100.128/25': ends }, `${mailbox} ${proof}`)
        assert.equal(await isListed(ctx, '198.51.100.200'), ends !== 'mitigated freed')
      }
    })

    it('is closed where outsiders may not, and says of each address whose reason is closed', async () => {
      for (const rule of ['none', 'by-path'] as const) {
        const { ask } = await house(await open_(), rule)
        assert.equal(await codeOf(ask()), 'case.not-opened')
      }
      const { support } = testSettings()
      const settings = testSettings({ support: { ...support, external: 'form', reasons: { spam: 'none' } } })
      const { ctx: plain, visitor } = await house(await open_())
      const ctx = { ...plain, settings }
      const asked = await askDeliverability(
        { ...visitor, settings },
        {
          ...input,
          addresses: '192.0.2.45',
          mailbox: 'ops@example.org',
          language: 'zh-CN',
          pow: await solved(ctx),
        },
      )
      const link = await openLetter(ctx, 'confirm-form')
      const token = await openDeliverability(ctx, { link, secret: asked.secret })
      await tendForms(ctx, checks)
      const [first] = (await addressesOfPage(ctx, token))?.addresses ?? []
      assert.deepEqual([first?.state, first?.why], ['not-qualified', 'not-opened'])
      assert.equal(await isListed(plain, '192.0.2.45'), true)
    })
  })
})
