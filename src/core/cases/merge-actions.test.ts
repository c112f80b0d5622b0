import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { testContext, type TestContext } from '../../../test/support/context.ts'
import { forEachDatabase } from '../../../test/support/database.ts'
import { day } from '../../base/clock.ts'
import { orThrow, Refusal } from '../../base/refusal.ts'
import { parseMailbox } from '../../standards/mail-address.ts'
import { as, transact } from '../context.ts'
import { openCase, type Opened } from './actions.ts'
import { lockCase, saveCase, targetsOf } from './hold-actions.ts'
import { pageToken } from './page-link.ts'
import { madeConditional } from './case.ts'
import { showCase } from './desk-actions.ts'
import { caseByReference, mergeCases, splitCase } from './merge-actions.ts'
import { showPage } from './page-actions.ts'
import { say } from './say-actions.ts'

const ada = { kind: 'operator', name: 'ada', roles: ['case-agent'] } as const
const address = '192.0.2.66/32'
const test = 'spf:example.org'

async function open(ctx: TestContext, name: string, about: string | null = address): Promise<Opened> {
  ctx.clock.advance(1)
  const mailbox = orThrow(parseMailbox(name))
  const content = { text: `Words of ${name}.` }
  const says = { channel: 'mail', content, isVerified: true, isSilent: false } as const
  const by = { role: 'sender', mailbox, language: 'en', says } as const
  return await transact(ctx, async (tx) => await openCase(tx, { kind: 'mail', about, by }))
}

/** A decision that waits for a test, named to this participant. */
async function promise(ctx: TestContext, { case: { id }, participant }: Opened): Promise<number> {
  ctx.clock.advance(1)
  const until = ctx.clock.now() + 14 * day
  await transact(ctx, async (tx) => {
    await say(tx, participant, { says: 'conditional', about: address, tests: [test], until })
    const it = await lockCase(tx, id)
    assert.ok(it)
    const conditions = [{ test, said: 'fails' }] as const
    const { calendar } = targetsOf(tx)
    await saveCase(tx, madeConditional(it, { conditions, endAt: until }, ctx.clock.now(), calendar))
  })
  return until
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  return await work.then(
    () => 'done',
    (error: unknown) => (error instanceof Refusal ? error.code : String(error)),
  )
}

const pageOf = async (ctx: TestContext, { participant }: Opened) =>
  await showPage(ctx, pageToken(ctx, participant.id))

forEachDatabase((_name, database) => {
  const desk = async () => {
    const ctx = testContext({ db: await database() })
    return { ctx, ada: as(ctx, ada) }
  }

  describe('Merging', () => {
    it('shows nobody what another’s case is about: another address, other words, or tests of theirs', async () => {
      const { ctx, ada: agent } = await desk()
      const [one, two] = [
        await open(ctx, 'one@example.org'),
        await open(ctx, 'two@example.net', '198.51.100.7/32'),
      ]
      for (const [id, into] of [
        [one.case.id, two.case.id],
        [two.case.id, one.case.id],
      ] as const)
        assert.equal(await codeOf(mergeCases(agent, { id, into })), 'case.other-subject')
      const [three, four] = [await open(ctx, 'three@example.com'), await open(ctx, 'four@example.com')]
      await promise(ctx, three)
      for (const [id, into] of [
        [three.case.id, four.case.id],
        [four.case.id, three.case.id],
      ] as const)
        assert.equal(await codeOf(mergeCases(agent, { id, into })), 'case.conditional-stays')
      for (const each of [one, two, three, four]) {
        const page = await pageOf(ctx, each)
        assert.deepEqual([page.about, page.id], [each.case.about, each.case.id])
        assert.equal(page.conditions.length, each === three ? 1 : 0)
        assert.ok(page.messages.every(({ text }) => text === '' || text.includes(each.participant.mailbox)))
      }
    })

    it('tells those whose case has another reference from then on, and keeps what was promised them', async () => {
      const { ctx, ada: agent } = await desk()
      const one = await open(ctx, 'ada@example.org')
      const until = await promise(ctx, one)
      const form = await open(ctx, 'Ada@example.org', null)
      ctx.clock.advance(day)
      const merged = await mergeCases(agent, { id: one.case.id, into: form.case.id })
      assert.deepEqual([merged.conditions.map((each) => each.test), merged.conditionsEndAt], [[test], until])
      const page = await pageOf(ctx, one)
      const told = page.messages.at(-1)
      assert.deepEqual(
        [page.id, page.conditions.map((each) => each.test), told?.says, told?.tests, told?.until],
        [form.case.id, [test], 'moved', [test], until],
      )
      const letters = await ctx.db.queries.selectFrom('letters').select(['kind', 'mailbox']).execute()
      assert.deepEqual(
        letters.filter(({ kind }) => kind === 'case-moved').map(({ mailbox }) => mailbox),
        ['ada@example.org'],
      )
      // The other thread was named no tests, and nothing of it has changed.
      const other = await pageOf(ctx, form)
      assert.deepEqual([other.conditions, other.messages.length], [[], 1])
    })

    it('takes a reference as people have it: whole, its beginning, with an O for a 0, or the address of its page', async () => {
      const { ctx, ada: agent } = await desk()
      const { id } = (await open(ctx, 'one@example.org')).case
      const twin = `${id.slice(0, 12)}${(id[12] === 'z' ? 'y' : 'z').repeat(14)}`
      for (const text of [
        id,
        ` ${id.toUpperCase()} `,
        `https://console.provider.example/cases/${id}?done=note`,
        `${id.slice(0, 4)} ${id.slice(4, 8)}-${id.slice(8, 10)}`,
        id.replaceAll('0', 'O').replaceAll('1', 'l'),
      ])
        assert.equal(await caseByReference(agent, text), id, text)
      for (const text of ['', id.slice(0, 5), `${id}0`, 'nonsense!', '%', `${id.slice(0, 8)}%`])
        assert.equal(await codeOf(caseByReference(agent, text)), 'case.not-found', text)
      await ctx.db.queries
        .updateTable('cases')
        .set({ id: twin })
        .where('id', '=', (await open(ctx, 'two@example.net')).case.id)
        .execute()
      assert.equal(await codeOf(caseByReference(agent, id.slice(0, 12))), 'case.not-found')
      assert.equal(await caseByReference(agent, id.slice(0, 13)), id)
    })
  })

  describe('Splitting', () => {
    it('runs the tests on for whom they were named to, tells them so, and leaves the others to a person', async () => {
      const { ctx, ada: agent } = await desk()
      const [one, two] = [await open(ctx, 'one@example.org'), await open(ctx, 'two@example.net')]
      await mergeCases(agent, { id: two.case.id, into: one.case.id })
      const until = await promise(ctx, one)
      const own = await splitCase(agent, { id: one.case.id, participant: one.participant.id })
      assert.deepEqual(
        [own.state, own.conditions.map((each) => each.test), own.conditionsEndAt],
        ['conditional', [test], until],
      )
      const page = await pageOf(ctx, one)
      const told = page.messages.at(-1)
      assert.deepEqual(
        [page.id, page.state, told?.says, told?.tests],
        [own.id, 'conditional', 'moved', [test]],
      )
      const left = (await showCase(agent, one.case.id)).case
      assert.deepEqual([left.state, left.conditions, left.conditionsEndAt], ['open', [], null])
    })

    it('keeps the tests where they were named to those who stay', async () => {
      const { ctx, ada: agent } = await desk()
      const [one, two] = [await open(ctx, 'one@example.org'), await open(ctx, 'two@example.net')]
      await mergeCases(agent, { id: two.case.id, into: one.case.id })
      const until = await promise(ctx, one)
      const before = await pageOf(ctx, two)
      // What they were not told stands on no page of theirs; they hear by its end.
      assert.deepEqual([before.state, before.conditions, before.dueAt], ['open', [], until])
      const own = await splitCase(agent, { id: one.case.id, participant: two.participant.id })
      assert.deepEqual([own.state, own.conditions], ['open', []])
      assert.deepEqual((await pageOf(ctx, two)).messages.at(-1)?.tests, [])
      assert.equal((await showCase(agent, one.case.id)).case.conditionsEndAt, until)
      assert.equal((await pageOf(ctx, one)).conditions.length, 1)
    })
  })
})
