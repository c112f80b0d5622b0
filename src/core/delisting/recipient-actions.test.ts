import { strict as assert } from 'node:assert'
import { describe, it } from 'node:test'
import { testContext, type TestContext } from '../../../test/support/context.ts'
import { forEachDatabase } from '../../../test/support/database.ts'
import { mintCaseLink } from '../../access/case-link.ts'
import { day, minute } from '../../base/clock.ts'
import { orThrow, Refusal } from '../../base/refusal.ts'
import { parseAddress } from '../../standards/ip.ts'
import { parseMailbox } from '../../standards/mail-address.ts'
import { parseListable } from '../../standards/prefix.ts'
import { makeRecordCode } from '../cases/code-actions.ts'
import { listCases, showCase } from '../cases/desk-actions.ts'
import { addListing } from '../listings/actions.ts'
import type { Recipient } from '../recipients/recipient.ts'
import { openAsRecipient } from './recipient-actions.ts'

const address = orThrow(parseAddress('192.0.2.45'))

function recipient(mailbox: string): Recipient {
  return { id: '0'.repeat(26), mailbox: orThrow(parseMailbox(mailbox)), language: 'en', domains: [] }
}

async function codeIn(ctx: TestContext): Promise<string> {
  const token = mintCaseLink(ctx.keys.caseLink('mx1'), {
    keyId: 1,
    edge: 'mx1',
    minute: Math.floor(ctx.clock.now() / minute),
    reason: 'spam',
    listing: null,
    address,
  })
  return (await makeRecordCode(ctx, token)).code
}

async function refused(work: Promise<unknown>): Promise<string> {
  return await work.then(
    () => 'done',
    (error: unknown) => (error instanceof Refusal ? error.code : String(error)),
  )
}

forEachDatabase((_name, open) => {
  describe('A recipient with a code', () => {
    it('opens one case, however many come at the same moment', async () => {
      const ctx = testContext({ db: await open() })
      await addListing(ctx, { prefix: orThrow(parseListable('192.0.2.45')), cause: 'spam' })
      const code = await codeIn(ctx)
      await Promise.all(
        ['ada', 'bob', 'cyd'].map(
          async (name) =>
            await openAsRecipient(ctx, recipient(`${name}@provider.example`), {
              code,
              text: `I am ${name}.`,
            }),
        ),
      )
      const cases = await listCases(ctx, { states: ['open'], offset: 0, limit: 9 })
      assert.equal(cases.length, 1)
      const { participants } = await showCase(ctx, cases[0]?.id ?? '')
      assert.deepEqual(participants.map(({ role, mailbox }) => `${role} ${mailbox}`).toSorted(), [
        'recipient ada@provider.example',
        'recipient bob@provider.example',
        'recipient cyd@provider.example',
      ])
    })

    it('finds it over after its time, and says so as of one that never was', async () => {
      const ctx = testContext({ db: await open() })
      const code = await codeIn(ctx)
      const ada = recipient('ada@provider.example')
      ctx.clock.advance(30 * day)
      assert.equal(await refused(openAsRecipient(ctx, ada, { code, text: 'x' })), 'case.code-unknown')
      assert.equal(
        await refused(openAsRecipient(ctx, ada, { code: '0000-0000-0000-0000', text: 'x' })),
        'case.code-unknown',
      )
    })
  })
})
