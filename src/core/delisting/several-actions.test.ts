import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { testContext, testSettings, testWaysOut, type TestContext } from '../../../test/support/context.ts'
import { forEachDatabase } from '../../../test/support/database.ts'
import { day } from '../../base/clock.ts'
import { orThrow, Refusal } from '../../base/refusal.ts'
import { formatAddress, parseAddress } from '../../standards/ip.ts'
import { parseMailbox } from '../../standards/mail-address.ts'
import { parseListable } from '../../standards/prefix.ts'
import { listCases, showCase } from '../cases/desk-actions.ts'
import { listLetters } from '../outbox/reading-actions.ts'
import { contentOf } from '../outbox/sealed-letter.ts'
import { letterById } from '../outbox/store.ts'
import { addListing } from '../listings/actions.ts'
import { mostAtOnce, openReviewsByMail, type Several } from './several-actions.ts'

const writer = 'hostmaster@example.org'
const nth = (n: number): string => `192.0.2.${n}`

async function world(db: TestContext['db'], reviews = 100) {
  const { delisting } = testSettings()
  const settings = testSettings({ delisting: { ...delisting, mostReviews: reviews } })
  const ctx = testContext({ db, settings, out: testWaysOut({ confirmedNames: async () => [] }) })
  for (let n = 1; n <= mostAtOnce + 2; n++)
    await addListing(ctx, {
      prefix: orThrow(parseListable(nth(n))),
      cause: 'manual',
      class: 'investigate',
      ends: '30d',
    })
  const write = async (addresses: readonly string[], text = 'We mended them.') => {
    ctx.clock.advance(1)
    return await openReviewsByMail(ctx, {
      mailbox: orThrow(parseMailbox(writer)),
      language: 'en',
      addresses: addresses.map((each) => orThrow(parseAddress(each))),
      ofCase: undefined,
      note: text,
      mail: { raw: Buffer.from(text), content: { text }, client: undefined },
    })
  }
  const cases = async () => {
    const found = await listCases(ctx, { states: ['open'], offset: 0, limit: 50 })
    return found.map(({ about }) => about).toSorted((a, b) => ((a ?? '') < (b ?? '') ? -1 : 1))
  }
  const letters = async () => {
    const { letters: found } = await listLetters(ctx, { limit: 50 })
    const rows = await Promise.all(found.map(async ({ id }) => await letterById(ctx.db.queries, id)))
    return rows.map((row) => (row === undefined ? undefined : contentOf(ctx, row)))
  }
  return { ctx, write, cases, letters }
}

const named = ({ taken, left }: Several) => [taken.map(formatAddress), left.map(formatAddress)]

forEachDatabase((_name, open) => {
  describe('A message about several addresses', () => {
    it('opens a case for each, with the whole message in it, and is answered by one letter that names all', async () => {
      const { ctx, write, cases, letters } = await world(await open())
      const several = await write([nth(1), nth(2), nth(2), nth(3), '198.51.100.7'])
      assert.deepEqual(named(several), [[nth(1), nth(2), nth(3)], []])
      assert.deepEqual(await cases(), ['192.0.2.1/32', '192.0.2.2/32', '192.0.2.3/32'])
      for (const { id } of await listCases(ctx, { states: ['open'], offset: 0, limit: 9 })) {
        const { messages, participants } = await showCase(ctx, id)
        assert.equal(messages[0]?.content.text, 'We mended them.')
        assert.equal(participants[0]?.mailbox, writer)
      }
      const [letter, ...others] = await letters()
      assert.deepEqual(others, [])
      assert.ok(letter?.kind === 'case-received')
      const { ip = '', besides = [], left } = letter.slots
      assert.deepEqual(
        [[ip, ...besides].toSorted((a, b) => (a < b ? -1 : 1)), left],
        [[nth(1), nth(2), nth(3)], []],
      )
    })

    it('that is delivered again changes nothing, and is answered where it was not', async () => {
      const { ctx, write, cases, letters } = await world(await open())
      const all = [nth(1), nth(2)]
      await write(all)
      assert.deepEqual(named(await write(all)), [all, []])
      assert.deepEqual(await cases(), ['192.0.2.1/32', '192.0.2.2/32'])
      assert.equal((await letters()).length, 1)
      // It had come as far as the first when we died.
      const other = await world(await open())
      await openReviewsByMail(other.ctx, {
        mailbox: orThrow(parseMailbox(writer)),
        language: 'en',
        addresses: [orThrow(parseAddress(nth(1)))],
        ofCase: undefined,
        note: 'x',
        mail: { raw: Buffer.from('x'), content: { text: 'x' }, client: undefined },
      })
      await other.ctx.db.queries.deleteFrom('letters').execute()
      await other.ctx.db.queries.deleteFrom('limit_windows').execute()
      assert.deepEqual(named(await other.write(all, 'x')), [all, []])
      const [letter] = await other.letters()
      assert.ok(letter?.kind === 'case-received')
      assert.deepEqual([letter.slots.ip, letter.slots.besides], [nth(2), [nth(1)]])
      assert.equal(
        (
          await showCase(ctx, (await listCases(ctx, { states: ['open'], offset: 0, limit: 1 }))[0]?.id ?? '')
        ).messages.filter(({ direction }) => direction === 'in').length,
        1,
      )
    })

    it('takes as many as a person decides in a sitting, and says which to write about again', async () => {
      const { ctx, write, cases, letters } = await world(await open())
      const all = Array.from({ length: mostAtOnce + 2 }, (_, n) => nth(n + 1))
      assert.deepEqual(named(await write(all)), [all.slice(0, mostAtOnce), all.slice(mostAtOnce)])
      assert.equal((await cases()).length, mostAtOnce)
      const [letter] = await letters()
      assert.ok(letter?.kind === 'case-received')
      assert.deepEqual(letter.slots.left, all.slice(mostAtOnce))
      ctx.clock.advance(day)
      assert.deepEqual(named(await write(all.slice(mostAtOnce), 'And these.')), [all.slice(mostAtOnce), []])
    })

    it('takes what there is room for, names the rest, and is refused where there is none', async () => {
      // Half of the queue is for those who show control.
      const { ctx, write, letters } = await world(await open(), 4)
      const several = await write([nth(1), nth(2), nth(3)])
      assert.deepEqual(named(several), [[nth(1), nth(2)], [nth(3)]])
      const [letter] = await letters()
      assert.ok(letter?.kind === 'case-received')
      assert.deepEqual(
        [letter.slots.ip, letter.slots.besides, letter.slots.left],
        [nth(2), [nth(1)], [nth(3)]],
      )
      // What is not for them at all is not named as what they should write about again.
      const reader = await ctx.db.queries
        .selectFrom('case_participants')
        .select(['id', 'case_id'])
        .executeTakeFirstOrThrow()
      await ctx.db.queries
        .updateTable('cases')
        .set({ legal: '{"participant":"x"}' })
        .where('id', '=', reader.case_id)
        .execute()
      const [about] = await ctx.db.queries
        .selectFrom('cases')
        .select('about')
        .where('id', '=', reader.case_id)
        .execute()
      const restricted = await write([about?.about?.replace('/32', '') ?? ''], 'Again.')
      assert.deepEqual([named(restricted), restricted.refusal?.code], [[[], []], 'case.with-owner'])
      const none = await write([nth(3), nth(4)], 'Others.')
      assert.deepEqual(named(none), [[], [nth(3), nth(4)]])
      assert.ok(none.refusal instanceof Refusal && none.refusal.code === 'delisting.queue-full')
    })
  })
})
