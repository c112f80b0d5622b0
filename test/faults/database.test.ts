import { strict as assert } from 'node:assert'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { startInstance, type Instance } from '../support/instance.ts'
import { smtpSink, type SmtpSink } from '../support/smtp-sink.ts'
import { breachesIn } from './check-ledger.ts'
import { askForLetter, listSender, runFlow, until, type Asked, type FlowSurroundings } from './delist-flow.ts'
import { drive } from './driver.ts'
import { inParallel } from './in-parallel.ts'
import { readLedger } from './ledger.ts'
import { liftedLimits } from './lifted-limits.ts'
import { ownPostgres, type OwnPostgres } from './own-postgres.ts'
import { askOnce, hammerPolicy } from './restless-client.ts'
import { openRows } from './rows.ts'

const blocked = '192.0.2.66'
const stranger = '198.51.100.66'

describe('While PostgreSQL is away', { timeout: 300_000 }, () => {
  let [sink, postern, server]: [SmtpSink?, Instance?, OwnPostgres?] = []
  let around: FlowSurroundings
  let asked: Asked & { readonly ip: string }
  const folder = mkdtempSync(join(tmpdir(), 'postern-database-'))
  const page = async (path: string, init: RequestInit = {}): Promise<{ status: number; text: string }> => {
    const answer = await fetch(`${postern?.site}${path}`, init)
    return { status: answer.status, text: await answer.text() }
  }

  before(async () => {
    server = await ownPostgres()
    sink = await smtpSink()
    const settings = `${liftedLimits}delisting: { challengeCost: 1 }\n`
    postern = await startInstance({ database: server.url, smarthost: sink.url, settings })
    around = await drive(postern, sink, join(folder, 'written-ahead.jsonl'))
    await listSender(around, blocked)
    await listSender(around, '192.0.2.67')
    asked = { ...(await askForLetter(around, '192.0.2.67', 'admin@example.org')), ip: '192.0.2.67' }
    await until('the refusal', async () =>
      (await askOnce(around.policyPort, blocked))?.startsWith('550 ') ? true : undefined,
    )
  })

  after(async () => {
    await postern?.stop()
    await sink?.close()
    await server?.close()
    around?.list.close()
    rmSync(folder, { recursive: true })
  })

  it('the policy server answers as before, and every page and call says 503 in a sentence', async () => {
    assert.ok(postern && server)
    const { core } = await postern.pids()
    await server.stop('SIGINT')
    for (let nth = 0; nth < 20; nth++) {
      assert.match((await askOnce(around.policyPort, blocked)) ?? '', /^550 5\.7\.606 /)
      assert.equal(await askOnce(around.policyPort, stranger), 'DUNNO')
    }
    const form = new URLSearchParams({ ip: blocked, mailbox: 'admin@example.org', statement: 'yes' })
    const failing: readonly (readonly [string, RequestInit])[] = [
      [`/ip/${blocked}`, {}],
      ['/delist', { method: 'POST', body: form }],
      [new URL(asked.link).pathname, {}],
      [new URL(asked.link).pathname, { method: 'POST', body: new URLSearchParams({ code: asked.code }) }],
      [
        '/api/v1/delist-requests',
        {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: '{"ip":"192.0.2.66","mailbox":"a@example.org","statement":true}',
        },
      ],
      [`/api/v1/senders/${blocked}`, {}],
      ['/api/v1/listings', { headers: { authorization: `Bearer ${around.token}` } }],
    ]
    // The first of them meets connections that have just died.
    for (let round = 0; round < 3; round++) {
      for (const [path, init] of failing) {
        const { status, text } = await page(path, init)
        assert.equal(status, 503, `${path}: ${status} ${text.slice(0, 400)}`)
        assert.match(text, /Our database does not answer just now/, path)
      }
    }
    assert.equal((await page('/readyz')).status, 503)
    for (const path of ['/', '/delist', '/codes', '/healthz'])
      assert.equal((await page(path)).status, 200, path)
    assert.equal((await postern.pids()).core, core, 'core has not died of it')
  })

  it('nothing is forgotten: the link in the letter works when it is back', async () => {
    assert.ok(postern && server)
    await server.start()
    const since = performance.now()
    await until(
      'readiness by itself',
      async () => ((await page('/readyz')).status === 200 ? true : undefined),
      15_000,
    )
    assert.ok(performance.now() - since < 10_000)
    const confirmed = await page(new URL(asked.link).pathname, {
      method: 'POST',
      body: new URLSearchParams({ code: asked.code }),
      redirect: 'manual',
    })
    assert.equal(confirmed.status, 303)
    around.list.add({ kind: 'ask-confirm', id: asked.id, ip: asked.ip })
    await until('the pass', async () =>
      (await askOnce(around.policyPort, asked.ip)) === 'DUNNO' ? true : undefined,
    )
  })

  it('three times in the middle of flows, nothing is lost, doubled or answered wrongly', async (t) => {
    assert.ok(postern && server)
    const policy = hammerPolicy(around.policyPort, 2, () => ({ client: stranger, wanted: 'passes' }))
    let isOver = false
    const flowing = inParallel(4, 30, async (nth) => {
      await runFlow(
        around,
        `2001:db8:da7a:${(nth + 1).toString(16)}::25`,
        `admin@d${nth}.example`,
        nth % 2 === 0,
      )
    }).finally(() => (isOver = true))
    let outages = 0
    for (const signal of ['SIGINT', 'SIGKILL', 'SIGINT'] as const) {
      await sleep(700)
      if (isOver) break
      await server.stop(signal)
      outages++
      await sleep(500)
      await server.start()
    }
    await flowing
    await policy.stop()
    const rows = await openRows(server.url)
    await until('the last letter', async () => {
      const waiting = await rows.all(`select id from letters where state <> 'sent'`)
      return waiting.length === 0 ? true : undefined
    })
    const breaches = breachesIn(await readLedger(rows, around.list.entries))
    await rows.close()
    t.diagnostic(
      `${outages} outages, ${around.figures.unknown} calls without success, ${policy.figures.asked} policy requests, ${policy.figures.lost} without an answer`,
    )
    assert.deepEqual(breaches, [])
    assert.deepEqual(
      around.figures.faults.filter((fault) => !fault.startsWith('503 ')),
      [],
    )
    assert.deepEqual([policy.figures.wrong, policy.figures.lost], [[], 0])
    assert.equal((await postern.run('verify')).status, 0)
    assert.equal(outages, 3)
  })
})
