import { strict as assert } from 'node:assert'
import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { startInstance, type Instance } from '../support/instance.ts'
import { smtpSink, type SmtpSink } from '../support/smtp-sink.ts'
import { breachesIn } from './check-ledger.ts'
import { askForLetter, listSender, runFlow, until, type Asked, type FlowSurroundings } from './delist-flow.ts'
import { drive } from './driver.ts'
import { killAndWait, untilUp } from './killer.ts'
import { readLedger } from './ledger.ts'
import { liftedLimits } from './lifted-limits.ts'
import { askOnce, hammerPolicy, type RestlessClient } from './restless-client.ts'
import { openRows } from './rows.ts'
import { dataOf, fill, smallDisk } from './small-disk.ts'

const blocked = '192.0.2.66'
const stranger = '198.51.100.66'

describe('While the disk is full', { timeout: 300_000 }, () => {
  let [sink, postern, policy]: [SmtpSink?, Instance?, RestlessClient?] = []
  let around: FlowSurroundings
  let asked: Asked
  let giveRoom: (() => void) | undefined
  const folder = mkdtempSync(join(tmpdir(), 'postern-disk-'))

  const call = async (path: string, init: RequestInit = {}): Promise<{ status: number; text: string }> => {
    const answer = await fetch(`${postern?.site}${path}`, { redirect: 'manual', ...init })
    return { status: answer.status, text: await answer.text() }
  }
  const isRefused = async (client: string): Promise<true | undefined> =>
    (await askOnce(around.policyPort, client))?.startsWith('550 ') ? true : undefined

  before(async () => {
    sink = await smtpSink()
    const settings = `${liftedLimits}delisting: { challengeCost: 1 }\n`
    postern = await startInstance({ smarthost: sink.url, settings, surroundings: smallDisk(12) })
    around = await drive(postern, sink, join(folder, 'written-ahead.jsonl'))
    await listSender(around, blocked)
    await listSender(around, '192.0.2.67')
    asked = await askForLetter(around, '192.0.2.67', 'admin@example.org')
    await until('the refusal', async () => await isRefused(blocked))
    await until('the last letter', async () => (sink?.received.length === 1 ? true : undefined))
    let turn = 0
    policy = hammerPolicy(around.policyPort, 2, () =>
      turn++ % 2 === 0 ? { client: stranger, wanted: 'passes' } : { client: blocked, wanted: 'is refused' },
    )
  })

  after(async () => {
    await policy?.stop()
    await postern?.stop()
    await sink?.close()
    around?.list.close()
    rmSync(folder, { recursive: true })
  })

  it('what would change something says 503 in a sentence, what only reads goes on', async () => {
    assert.ok(postern)
    giveRoom = fill(dataOf(postern))
    const json = { 'content-type': 'application/json', authorization: `Bearer ${around.token}` }
    const form = new URLSearchParams({ ip: blocked, mailbox: 'admin@example.org', statement: 'yes' })
    const changing: readonly (readonly [string, RequestInit])[] = [
      ['/delist', { method: 'POST', body: form }],
      [new URL(asked.link).pathname, { method: 'POST', body: new URLSearchParams({ code: asked.code }) }],
      ['/api/v1/listings', { method: 'POST', headers: json, body: '{"ip":"192.0.2.68","reason":"spam"}' }],
    ]
    for (let round = 0; round < 5; round++) {
      for (const [path, init] of changing) {
        const { status, text } = await call(path, init)
        assert.equal(status, 503, `${path}: ${status} ${text.slice(0, 300)}`)
        assert.match(text, /We cannot store anything at the moment, so nothing was changed/)
      }
    }
    for (const path of ['/', '/delist', '/readyz', new URL(asked.link).pathname])
      assert.equal((await call(path)).status, 200, path)
  })

  it('an edge that is killed starts again and knows who is listed', async () => {
    assert.ok(postern)
    await killAndWait(postern, 'edge')
    for (let nth = 0; nth < 20; nth++)
      assert.match((await askOnce(around.policyPort, blocked)) ?? '', /^550 5\.7\.606 /)
    assert.equal(await askOnce(around.policyPort, stranger), 'DUNNO')
  })

  it('a core that is killed says why it cannot start, and the edge goes on without it', async () => {
    assert.ok(postern)
    const { core } = await postern.pids()
    assert.ok(core)
    process.kill(core, 'SIGKILL')
    await until(
      'the next core’s complaint',
      () => (/postern: .*(?:full|disk)/.test(postern?.log() ?? '') ? true : undefined),
      30_000,
    )
    for (let nth = 0; nth < 20; nth++)
      assert.match((await askOnce(around.policyPort, blocked)) ?? '', /^550 5\.7\.606 /)
  })

  it('nothing was lost, and all goes on by itself when there is room again', async (t) => {
    assert.ok(postern && policy && giveRoom)
    giveRoom()
    const since = performance.now()
    await untilUp(postern, 'core', AbortSignal.timeout(30_000))
    const confirmed = await until('the button', async () => {
      around.list.add({ kind: 'ask-confirm', id: asked.id, ip: '192.0.2.67' })
      const { status } = await call(new URL(asked.link).pathname, {
        method: 'POST',
        body: new URLSearchParams({ code: asked.code }),
      })
      return status < 500 ? status : undefined
    })
    assert.equal(confirmed, 303)
    await until(
      'the pass',
      async () => ((await askOnce(around.policyPort, '192.0.2.67')) === 'DUNNO' ? true : undefined),
      60_000,
    )
    t.diagnostic(`from room on the disk to a delisting at work: ${(performance.now() - since).toFixed(0)} ms`)
    await runFlow(around, '192.0.2.69', 'admin@d2.example', true)
    await policy.stop()
    const { figures } = policy
    t.diagnostic(
      `policy: ${figures.asked} asked, ${figures.lost} without an answer (the edge was killed once), ${figures.open} of ${figures.listed} let through`,
    )
    assert.deepEqual(figures.wrong, [])
    assert.ok(figures.lost <= 4 && figures.open <= figures.listed / 100)
  })

  it('what is on the disk afterwards is sound, and survives another start', async () => {
    assert.ok(postern)
    for (const part of ['core', 'edge'] as const) await killAndWait(postern, part)
    assert.equal(await isRefused(blocked), true)
    assert.equal(await askOnce(around.policyPort, '192.0.2.67'), 'DUNNO')
    const verified = await postern.run('verify')
    assert.equal(verified.status, 0, verified.stdout + verified.stderr)
    for (const suffix of ['', '-wal']) {
      const from = join(dataOf(postern), `postern.sqlite${suffix}`)
      if (existsSync(from)) copyFileSync(from, join(folder, `copy.sqlite${suffix}`))
    }
    const rows = await openRows(join(folder, 'copy.sqlite'))
    assert.deepEqual(breachesIn(await readLedger(rows, around.list.entries)), [])
    await rows.close()
  })
})
