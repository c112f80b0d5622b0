import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { testContext, type TestContext } from '../../../test/support/context.ts'
import { forEachDatabase } from '../../../test/support/database.ts'
import { day } from '../../base/clock.ts'
import { Refusal } from '../../base/refusal.ts'
import { signTag } from '../../base/signed-token.ts'
import { listAudit } from '../audit/actions.ts'
import { receiveReport, reportStatus } from './actions.ts'
import { confirmReporter } from './confirm-actions.ts'
import { halvesOf } from './reporter-halves.ts'

/** Keeps a report of the form, by Joe; gives its receipt and the link of the letter. */
async function reported(ctx: TestContext, mailbox: string | undefined = 'joe@example.org') {
  const { id, token } = await receiveReport(ctx, {
    channel: 'web',
    shape: 'reported',
    raw: Buffer.from(`Message-ID: <a@elsewhere.example>\r\nFrom: x@elsewhere.example\r\n\r\n${mailbox}`),
    envelope: { client: '192.0.2.45', ...(mailbox === '' ? {} : { mailbox }) },
  })
  return { id, token, link: signTag(ctx.keys.tags, 'confirm-report', id) }
}

const refused = (code: string) => (error: unknown) => error instanceof Refusal && error.code === code

forEachDatabase((_name, open) => {
  describe('A reporter confirms their mailbox', () => {
    it('with the code of the receipt or the browser that reported, once', async () => {
      const ctx = testContext({ db: await open() })
      for (const half of ['code', 'secret'] as const) {
        const { id, token, link } = await reported(ctx, `${half}@example.org`)
        const halves = halvesOf(ctx, id)
        assert.match(halves.code, /^[0-9A-HJKMNP-TV-Z]{6}$/)
        assert.equal((await reportStatus(ctx, token)).code, halves.code)
        for (const _ of [1, 2]) await confirmReporter(ctx, link, { [half]: halves[half] })
        assert.equal((await reportStatus(ctx, token)).code, null)
        const written = await listAudit(ctx, { subject: `report:${id}`, limit: 9 })
        assert.equal(written.filter(({ action }) => action === 'report.confirmed').length, 1)
      }
      assert.equal((await reportStatus(ctx, (await reported(ctx, '')).token)).code, null)
    })

    it('with that of this report alone', async () => {
      const ctx = testContext({ db: await open() })
      const [one, other] = [await reported(ctx), await reported(ctx, 'ann@example.org')]
      const { code, secret } = halvesOf(ctx, other.id)
      for (const half of [{ code }, { secret }, {}, { code: 'yes' }])
        await assert.rejects(confirmReporter(ctx, one.link, half), refused('links.second-half-wrong'))
      await assert.rejects(
        confirmReporter(ctx, one.token, halvesOf(ctx, one.id)),
        refused('abuse.report-not-found'),
      )
      assert.notEqual((await reportStatus(ctx, one.token)).code, null)
    })

    it('and not by trying: ten codes a day, and then not even the right one; what robots type is not counted', async () => {
      const ctx = testContext({ db: await open() })
      const { id, link } = await reported(ctx)
      const { code, secret } = halvesOf(ctx, id)
      const wrong = code === '000000' ? '000001' : '000000'
      for (let left = 9; left > 0; left--) {
        await assert.rejects(confirmReporter(ctx, link, { code: 'test' }), refused('links.second-half-wrong'))
        await assert.rejects(
          confirmReporter(ctx, link, { code: wrong }),
          (error) => error instanceof Refusal && error.facts['left'] === left,
        )
      }
      for (const typed of [wrong, code])
        await assert.rejects(confirmReporter(ctx, link, { code: typed }), refused('limit.exceeded'))
      ctx.clock.advance(day)
      await confirmReporter(ctx, link, { code })
      await confirmReporter(ctx, link, { secret })
    })
  })
})
