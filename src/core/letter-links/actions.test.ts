import { strict as assert } from 'node:assert'
import { describe, it } from 'node:test'
import { testContext, type TestContext } from '../../../test/support/context.ts'
import { forEachDatabase } from '../../../test/support/database.ts'
import { day, hour } from '../../base/clock.ts'
import { orThrow, Refusal } from '../../base/refusal.ts'
import { parseMailbox } from '../../standards/mail-address.ts'
import { transact } from '../context.ts'
import { purge } from '../retention/actions.ts'
import { askByLetter, checkHalf, openOnce, usableLink, useUp, type NewLink } from './actions.ts'
import type { Asked } from './letter-link.ts'

const about: NewLink = {
  purpose: 'deliverability',
  mailbox: orThrow(parseMailbox('ada@example.org')),
  language: 'zh-CN',
  content: { words: 'It is mended.' },
  lifeMs: hour,
}

/** Asks, and gives what the letter would carry beside what the page has. */
async function ask(ctx: TestContext, change: Partial<NewLink> = {}): Promise<Asked & { token: string }> {
  let token = ''
  const asked = await askByLetter(
    ctx,
    { ...about, ...change },
    { keep: async () => {}, write: async (_tx, { id }, half) => (token = `${id}.${half}`) },
  )
  return { ...asked, token }
}

const refused = (code: string) => (error: unknown) => error instanceof Refusal && error.code === code

forEachDatabase((_name, open) => {
  describe('The link of a letter', () => {
    it('says what it was made for, sealed in the database', async () => {
      const ctx = testContext({ db: await open() })
      const { id, token } = await ask(ctx)
      const link = await usableLink(ctx, token, 'warm-up', 'deliverability')
      assert.deepEqual(
        { ...link, linkHash: '', browserHash: '', codeHash: '' },
        {
          id,
          purpose: 'deliverability',
          mailbox: about.mailbox,
          language: 'zh-CN',
          content: about.content,
          linkHash: '',
          browserHash: '',
          codeHash: '',
          tries: 0,
          createdAt: ctx.clock.now(),
          expiresAt: ctx.clock.now() + hour,
          provenAt: null,
          usedAt: null,
          opened: null,
        },
      )
      const rows = await ctx.db.queries.selectFrom('letter_links').select(['content', 'link_hash']).execute()
      assert.doesNotMatch(JSON.stringify(rows), /mended/)
    })

    it('is good for what it was made for alone, whole, and until its time', async () => {
      const ctx = testContext({ db: await open() })
      const { token } = await ask(ctx)
      const other = await ask(ctx)
      for (const wrong of ['', token.slice(0, -1), `${other.id}.${token.split('.')[1]}`, `${token}'`])
        await assert.rejects(usableLink(ctx, wrong, 'deliverability'), refused('links.invalid'))
      await assert.rejects(usableLink(ctx, token, 'owner', 'person'), refused('links.invalid'))
      ctx.clock.advance(hour - 1)
      await usableLink(ctx, token, 'deliverability')
      ctx.clock.advance(1)
      await assert.rejects(usableLink(ctx, token, 'deliverability'), refused('links.over'))
    })

    it('needs the other half: the page’s secret or its code, and five wrong codes burn it', async () => {
      const ctx = testContext({ db: await open() })
      const { token, secret, code } = await ask(ctx)
      const link = await usableLink(ctx, token, 'deliverability')
      await checkHalf(ctx, link, { secret })
      await checkHalf(ctx, link, { code: code.toLowerCase() })
      // What robots type teaches them nothing, and is not counted.
      for (const typed of [undefined, '', 'test'])
        await assert.rejects(checkHalf(ctx, link, { code: typed }), refused('links.second-half-wrong'))
      const wrong = code === '000000' ? '000001' : '000000'
      for (let left = 4; left > 0; left--)
        await assert.rejects(
          checkHalf(ctx, link, { code: wrong }),
          (error) => error instanceof Refusal && error.facts['left'] === left,
        )
      await assert.rejects(checkHalf(ctx, link, { code: wrong }), refused('links.over'))
      await assert.rejects(usableLink(ctx, token, 'deliverability'), refused('links.over'))
      await assert.rejects(
        transact(ctx, async (tx) => await useUp(tx, link)),
        refused('links.over'),
      )
    })

    it('is used once, by one of many', async () => {
      const ctx = testContext({ db: await open() })
      const { token } = await ask(ctx, { purpose: 'owner', content: null })
      const link = await usableLink(ctx, token, 'owner')
      const used = await Promise.allSettled(
        [1, 2, 3].map(async () => await transact(ctx, async (tx) => await useUp(tx, link))),
      )
      assert.equal(used.filter(({ status }) => status === 'fulfilled').length, 1)
      await assert.rejects(usableLink(ctx, token, 'owner'), refused('links.over'))
    })

    it('that opens something opens it once, and leads there until its time', async () => {
      const ctx = testContext({ db: await open() })
      const { token } = await ask(ctx)
      const link = await usableLink(ctx, token, 'deliverability')
      let opened = 0
      const press = async () =>
        await transact(ctx, async (tx) => await openOnce(tx, link, async () => `thread ${++opened}`))
      await assert.rejects(
        transact(ctx, async (tx) => {
          await openOnce(tx, link, async () => {
            throw new Refusal('case.not-opened')
          })
        }),
        refused('case.not-opened'),
      )
      assert.deepEqual(await Promise.all([press(), press(), press()]), ['thread 1', 'thread 1', 'thread 1'])
      await usableLink(ctx, token, 'deliverability')
      assert.equal(await press(), 'thread 1')
      ctx.clock.advance(hour)
      await assert.rejects(usableLink(ctx, token, 'deliverability'), refused('links.over'))
    })

    it('leaves nothing where its limits refuse, and goes when it is long over', async () => {
      const ctx = testContext({ db: await open() })
      const count = async () =>
        (await ctx.db.queries.selectFrom('letter_links').select('id').execute()).length
      const asking = askByLetter(ctx, about, {
        keep: async () => {
          throw new Refusal('limit.exceeded')
        },
        write: async () => assert.fail('a letter'),
      })
      await assert.rejects(asking, refused('limit.exceeded'))
      assert.equal(await count(), 0)
      await ask(ctx)
      assert.deepEqual(await purge(ctx), {})
      ctx.clock.advance(2 * day)
      assert.deepEqual(await purge(ctx), { letter_links: 1 })
    })
  })
})
