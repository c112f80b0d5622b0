import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { testContext, testSettings, testWaysOut } from '../../../test/support/context.ts'
import { forEachDatabase } from '../../../test/support/database.ts'
import { goodFacts } from '../../../test/support/probe.ts'
import { day, hour } from '../../base/clock.ts'
import { orThrow, Refusal } from '../../base/refusal.ts'
import { parseMailbox } from '../../standards/mail-address.ts'
import { parseListable } from '../../standards/prefix.ts'
import { as, type Context } from '../context.ts'
import { addListing } from '../listings/actions.ts'
import { listLetters } from '../outbox/reading-actions.ts'
import { purge } from '../retention/actions.ts'
import { receiveProbe, showProbe, startProbe, type ProbeArrival, type ProbeView } from './actions.ts'

const ada = orThrow(parseMailbox('ada@example.org'))
const out = testWaysOut({
  ptr: async () => ['mail.example.org'],
  confirmedNames: async () => ['mail.example.org'],
})

function arrival(probe: ProbeView, changes: Partial<ProbeArrival> = {}): ProbeArrival {
  return {
    tag: /^p\+([^@]+)@/.exec(probe.address)?.[1] ?? '',
    digest: 'one',
    client: {
      ip: '192.0.2.45',
      source: 'session',
      helo: 'mail.example.org',
      mailFrom: 'ada@example.org',
      tls: 'TLSv1.3',
      cipher: null,
    },
    content: { facts: goodFacts },
    writer: ada,
    ...changes,
  }
}

const code =
  (wanted: string) =>
  (error: unknown): boolean =>
    error instanceof Refusal && error.code === wanted

forEachDatabase((_name, open) => {
  describe('A probe', () => {
    const start = async (ctx: Context) => await startProbe(ctx, { language: 'en' })

    it('gives an address and a report that waits', async () => {
      const ctx = testContext({ db: await open() })
      const probe = await start(ctx)
      assert.match(probe.address, /^p\+[0-9a-z]{12}\.[0-9a-f]{20}@postern\.provider\.example$/)
      assert.equal(probe.report, `https://postmaster.provider.example/probe/${probe.id}`)
      assert.equal((await showProbe(ctx, probe.id)).state, 'waiting')
      assert.ok(!probe.address.includes(probe.id.slice(0, 6)), 'who sees the address cannot read the report')
    })

    it('tells what was found once the message has come, and writes to its author', async () => {
      const ctx = testContext({ db: await open(), out })
      const probe = await start(ctx)
      await receiveProbe(ctx, arrival(probe))
      const { state, findings, found, letter } = await showProbe(ctx, probe.id)
      assert.deepEqual([state, letter], ['received', 'queued'])
      assert.deepEqual(found?.connection.confirmed, ['mail.example.org'])
      assert.equal(found?.decision?.action, 'pass')
      assert.ok(findings.every(({ tone }) => tone === 'good' || tone === 'info'))
      const { letters } = await listLetters(ctx, { limit: 5 })
      assert.deepEqual(
        letters.map(({ kind }) => kind),
        ['probe-report'],
      )
    })

    it('shows a listed sender the decision that the mail server makes', async () => {
      const ctx = testContext({ db: await open(), out })
      await addListing(ctx, { prefix: orThrow(parseListable('192.0.2.45')), cause: 'spam' })
      const probe = await start(ctx)
      await receiveProbe(ctx, arrival(probe))
      const { decision } = (await showProbe(ctx, probe.id)).found ?? {}
      assert.deepEqual([decision?.action, decision?.status], ['reject', '5.7.606'])
    })

    it('takes one message; the same one again does no harm', async () => {
      const ctx = testContext({ db: await open(), out })
      const probe = await start(ctx)
      await receiveProbe(ctx, arrival(probe))
      await receiveProbe(ctx, arrival(probe))
      await assert.rejects(receiveProbe(ctx, arrival(probe, { digest: 'two' })), code('probe.used'))
      assert.equal((await listLetters(ctx, { limit: 5 })).letters.length, 1)
    })

    it('takes one of two messages that come at once', async () => {
      const ctx = testContext({ db: await open(), out })
      const probe = await start(ctx)
      const answers = await Promise.allSettled(
        ['one', 'two'].map(async (digest) => await receiveProbe(ctx, arrival(probe, { digest }))),
      )
      assert.deepEqual(answers.map(({ status }) => status).toSorted(), ['fulfilled', 'rejected'])
      assert.equal((await listLetters(ctx, { limit: 5 })).letters.length, 1)
    })

    it('writes no letter where nobody is shown to read the mailbox, and says so', async () => {
      const ctx = testContext({ db: await open(), out })
      const probe = await start(ctx)
      await receiveProbe(ctx, arrival(probe, { writer: undefined }))
      assert.equal((await showProbe(ctx, probe.id)).letter, 'unsafe')
      assert.equal((await listLetters(ctx, { limit: 5 })).letters.length, 0)
    })

    it('writes at most three letters a day to a mailbox', async () => {
      const ctx = testContext({ db: await open(), out })
      const said: unknown[] = []
      for (let n = 0; n < 4; n++) {
        const probe = await start(ctx)
        await receiveProbe(ctx, arrival(probe))
        said.push((await showProbe(ctx, probe.id)).letter)
      }
      assert.deepEqual(said, ['queued', 'queued', 'queued', 'over-budget'])
    })

    it('tells of a message that was refused in the session', async () => {
      const ctx = testContext({ db: await open(), out })
      const probe = await start(ctx)
      await receiveProbe(ctx, arrival(probe, { content: { refused: 'bare-newline' }, writer: undefined }))
      const shown = await showProbe(ctx, probe.id)
      assert.deepEqual([shown.state, shown.found?.refused, shown.findings], ['received', 'bare-newline', []])
    })

    it('expires after an hour, and its report is gone after a day', async () => {
      const ctx = testContext({ db: await open(), out })
      const [early, late] = [await start(ctx), await start(ctx)]
      await receiveProbe(ctx, arrival(early))
      ctx.clock.advance(hour)
      await assert.rejects(receiveProbe(ctx, arrival(late)), code('probe.expired'))
      assert.equal((await showProbe(ctx, late.id)).state, 'expired')
      ctx.clock.advance(day)
      await assert.rejects(showProbe(ctx, early.id), code('probe.not-found'))
      assert.equal((await purge(ctx))['probes'], 2)
    })

    it('knows no address that it did not give out', async () => {
      const ctx = testContext({ db: await open(), out })
      const probe = await start(ctx)
      const forged = arrival(probe).tag.replace(/.$/, (last) => (last === '0' ? '1' : '0'))
      await assert.rejects(receiveProbe(ctx, arrival(probe, { tag: forged })), code('probe.not-found'))
    })

    it('has a budget for each network and one for all', async () => {
      const limits = {
        'probe.client.hour': { count: 2, windowMs: hour },
        'probe.all.hour': { count: 3, windowMs: hour },
      }
      const ctx = testContext({ db: await open(), settings: testSettings({ limits }) })
      const from = (client: string): Context => as(ctx, { kind: 'visitor', client })
      await start(from('192.0.2.1/32'))
      await start(from('192.0.2.200/32'))
      await assert.rejects(start(from('192.0.2.3/32')), code('limit.exceeded'))
      await start(from('198.51.100.1/32'))
      await assert.rejects(start(from('203.0.113.1/32')), code('limit.exceeded'))
    })
  })
})
