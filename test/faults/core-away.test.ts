import { strict as assert } from 'node:assert'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { startInstance, type Instance } from '../support/instance.ts'
import { smtpSink, type SmtpSink } from '../support/smtp-sink.ts'
import { askForLetter, confirm, listSender, until, type Asked, type FlowSurroundings } from './delist-flow.ts'
import { drive } from './driver.ts'
import { inParallel } from './in-parallel.ts'
import { killAndWait, untilUp } from './killer.ts'
import { liftedLimits } from './lifted-limits.ts'
import { askOnce, hammerPolicy } from './restless-client.ts'
import { number, openRows, text } from './rows.ts'

const freed = '192.0.2.200'
const blocked = Array.from({ length: 60 }, (_, nth) => `192.0.2.${nth + 1}`)

describe('While core does not answer', { timeout: 120_000 }, () => {
  let [sink, postern]: [SmtpSink?, Instance?] = []
  let around: FlowSurroundings
  let asked: Asked
  const folder = mkdtempSync(join(tmpdir(), 'postern-core-away-'))

  before(async () => {
    sink = await smtpSink()
    postern = await startInstance({
      smarthost: sink.url,
      settings: `${liftedLimits}delisting: { challengeCost: 1 }\n`,
    })
    around = await drive(postern, sink, join(folder, 'written-ahead.jsonl'))
    await inParallel(4, blocked.length, async (nth) => await listSender(around, blocked[nth] ?? ''))
    await listSender(around, freed)
    asked = await askForLetter(around, freed, 'admin@example.org')
    await confirm(around, asked.id, freed, { link: asked.link, secret: asked.secret })
    await until('the pass', async () =>
      (await askOnce(around.policyPort, freed)) === 'DUNNO' ? true : undefined,
    )
    await until('the refusals', async () =>
      (await askOnce(around.policyPort, blocked.at(-1) ?? ''))?.startsWith('550 ') ? true : undefined,
    )
  })

  after(async () => {
    await postern?.stop()
    await sink?.close()
    around?.list.close()
    rmSync(folder, { recursive: true })
  })

  it('the edge answers, also when it is killed meanwhile, and what it saw arrives later, once', async (t) => {
    assert.ok(postern)
    const { core } = await postern.pids()
    assert.ok(core)
    const begun = Date.now()
    process.kill(core, 'SIGSTOP')
    // Whatever fails below, what stands still can be stopped.
    t.after(() => resume(core))
    const policy = hammerPolicy(around.policyPort, 2, () => ({ client: freed, wanted: 'passes' }))
    const refuse = async (addresses: readonly string[]): Promise<void> => {
      for (const address of addresses) {
        // The link works as ever: the edge remembers what signs it.
        assert.match(
          (await askOnce(around.policyPort, address)) ?? '',
          /^550 5\.7\.606 .*\/c\/\S+ \(PSN606\)$/,
        )
      }
    }
    await refuse(blocked.slice(0, 30))
    assert.equal(
      await askOnce(around.policyPort, freed, {
        protocol_state: 'END-OF-MESSAGE',
        queue_id: '4FaultTest',
        size: '400',
      }),
      'DUNNO',
    )
    // What killing an edge may lose is what it saw in the last quarter of a second.
    await sleep(1000)
    await killAndWait(postern, 'edge')
    await refuse(blocked.slice(30))
    await policy.stop()
    assert.deepEqual(policy.figures.wrong, [])
    process.kill(core, 'SIGKILL')
    const away = Date.now() - begun
    await until('another core', async () => ((await postern?.pids())?.core === core ? undefined : true))
    await untilUp(postern, 'core', AbortSignal.timeout(30_000))

    const rows = await openRows(join(postern.folder, 'data', 'postern.sqlite'))
    const counted = await until('every record', async () => {
      const records = await rows.all(
        `select ip, sum(count) as count from decision_records where at >= ${begun} and mode = 'enforce' group by ip`,
      )
      return records.length === blocked.length ? records : undefined
    })
    const [notices] = await rows.all(
      `select count(*) as count from let_throughs where queue_id = '4FaultTest'`,
    )
    await rows.close()
    assert.deepEqual(
      counted.filter((row) => number(row, 'count') !== 1).map((row) => text(row, 'ip')),
      [],
    )
    assert.equal(notices && number(notices, 'count'), 1)
    t.diagnostic(
      `core was away for ${away} ms; ${counted.length} refusals and the first message let through arrived afterwards, once each`,
    )
  })

  it('the page of a request shows afterwards what happened meanwhile', async () => {
    const answer = await until('the first message', async () => {
      const state = await around.client.call('GET', `/delist-requests/${asked.id}`, { bearer: asked.secret })
      return state.kind === 'answer' && state.body['firstLetThrough'] !== undefined ? state : undefined
    })
    assert.equal(answer.status, 200)
    assert.equal((await postern?.run('verify'))?.status, 0)
  })
})

function resume(pid: number): void {
  try {
    process.kill(pid, 'SIGCONT')
  } catch {
    // It was killed.
  }
}
