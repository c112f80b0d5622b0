import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { forEachDatabase } from '../../../test/support/database.ts'
import { ada, canary, close, codeOf, dump, knownPerson, other } from '../../../test/support/persons.ts'
import { orThrow } from '../../base/refusal.ts'
import { parseMailbox } from '../../standards/mail-address.ts'
import { listAudit } from '../audit/actions.ts'
import { restrictCase } from '../cases/actions.ts'
import { showCase } from '../cases/desk-actions.ts'
import { as, transact } from '../context.ts'
import { erasePerson } from './erase-actions.ts'
import { exportPerson, exportSelf } from './export-actions.ts'

forEachDatabase((_name, open) => {
  describe('The data of a person', () => {
    it('is exported from everywhere, with nothing of anybody else, and the export is written down under a pseudonym', async () => {
      const { ctx } = await knownPerson(await open())
      const exported = await exportPerson(as(ctx, ada), canary)
      assert.deepEqual([...new Set(exported.places.map(({ place }) => place))].toSorted(), [
        'abuse_evidence',
        'abuse_reporters',
        'abuse_reports',
        'case_originals',
        'case_participants',
        'delist_requests',
        'letter_links',
        'letters',
        'owner_claims',
        'owner_sessions',
        'owners',
        'probes',
        'recipient_sessions',
        'recipients',
        'suppressions',
        'vouches',
      ])
      const text = JSON.stringify(exported)
      assert.match(text, /The canary sang/)
      assert.match(text, /Dear canary/)
      for (const secret of ['hostmaster@', 'The others did not', 'neighbour', 'operator:', '"link_hash"'])
        assert.ok(!text.includes(secret), secret)
      assert.deepEqual(
        exported.threads[0]?.messages.map(({ by }) => by),
        ['you', 'us', 'us'],
      )
      assert.ok(exported.audit.some(({ action }) => action === 'case.joined'))
      const [record] = await listAudit(ctx, { limit: 1 })
      assert.deepEqual([record?.action, record?.actor], ['person.exported', 'operator:ada'])
      assert.equal(
        await codeOf(exportPerson(as(ctx, { ...ada, roles: ['case-agent'] }), canary)),
        'permission.denied',
      )
      // Whoever is not known gets an answer of the same shape.
      const stranger = await exportPerson(as(ctx, ada), orThrow(parseMailbox('nobody@example.net')))
      assert.deepEqual([stranger.places, stranger.threads], [[], []])
    })

    it('is nobody’s who has a mailbox that is like theirs, to read or to erase', async () => {
      const { ctx } = await knownPerson(await open())
      await close(ctx)
      const before = await dump(ctx.db)
      for (const text of ['CanaryBird@provider.example', 'canary.bird+x@provider.example']) {
        const alike = orThrow(parseMailbox(text))
        const exported = await exportPerson(as(ctx, ada), alike)
        assert.deepEqual([exported.places, exported.threads], [[], []])
        assert.deepEqual((await erasePerson(ctx, alike)).counts, {})
      }
      const after = new Set((await dump(ctx.db)).split('\n'))
      assert.deepEqual(
        before.split('\n').filter((line) => /canary/i.test(line) && !after.has(line)),
        [],
      )
      assert.equal((await exportPerson(as(ctx, ada), canary)).threads.length, 1)
    })

    it('is a look into a restricted case where something of theirs is in one, but for themselves', async () => {
      const { ctx, id } = await knownPerson(await open())
      const [theirs] = (await showCase(ctx, id)).participants.filter(({ mailbox }) => mailbox === canary)
      const legal = {
        at: ctx.clock.now(),
        by: 'operator:lex',
        participant: theirs?.id ?? '',
        claim: 'c',
        prefix: '192.0.2.0/24',
        proof: 'txt',
        checkedAt: ctx.clock.now(),
      }
      await transact(ctx, async (tx) => await restrictCase(tx, id, legal))
      const looks = async () =>
        (await listAudit(ctx, { subject: `case:${id}`, limit: 50, isOpened: true }))
          .filter(({ action }) => action === 'case.legal-viewed')
          .map(({ actor }) => actor)
      assert.match(JSON.stringify(await exportSelf(ctx, canary)), /Dear canary/)
      assert.deepEqual(await looks(), [])
      assert.match(JSON.stringify(await exportPerson(as(ctx, ada), canary)), /Dear canary/)
      assert.deepEqual(await looks(), ['operator:ada'])
      await exportPerson(as(ctx, { kind: 'cli', name: 'root' }), canary)
      assert.deepEqual(await looks(), ['cli:root', 'operator:ada'])
      // The other one has a thread in it, too; somebody else has not.
      await exportPerson(as(ctx, ada), other)
      assert.equal((await looks()).length, 3)
      await exportPerson(as(ctx, ada), orThrow(parseMailbox('nobody@example.net')))
      assert.equal((await looks()).length, 3)
    })
  })
})
