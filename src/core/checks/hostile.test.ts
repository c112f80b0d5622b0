import assert from 'node:assert/strict'
import { after, afterEach, describe, it } from 'node:test'
import { testContext, testSettings, testWaysOut } from '../../../test/support/context.ts'
import { databases } from '../../../test/support/database.ts'
import { startZone, type Zone, type ZoneServer } from '../../../test/support/zone-server.ts'
import { systemClock, minute } from '../../base/clock.ts'
import { Refusal } from '../../base/refusal.ts'
import type { Database } from '../../db/open.ts'
import { dnsResolver } from '../../net/resolver.ts'
import { as, type Context } from '../context.ts'
import { Checks, type CheckReport } from './actions.ts'
import { zoneOf } from './questions.ts'

const { open, close } = databases('SQLite')
let shared: Promise<Database> | undefined
const servers: ZoneServer[] = []

/** A context that asks this zone, and its server. The clock is the machine's: it is about time. */
async function world(
  zone: Zone,
  wildcard?: Parameters<typeof startZone>[1],
): Promise<{ ctx: Context; dns: ZoneServer }> {
  const dns = await startZone(zone, wildcard)
  servers.push(dns)
  const { lookup } = dnsResolver({ servers: [dns.address] })
  const clock = systemClock()
  const db = await (shared ??= open())
  return {
    ctx: { ...testContext({ db, out: testWaysOut({ lookup }), settings: testSettings() }), clock },
    dns,
  }
}

async function timed(
  ctx: Context,
  domain: string,
  ip = '192.0.2.45',
): Promise<{ report: CheckReport; ms: number }> {
  const began = performance.now()
  const report = await new Checks().run(ctx, { domain, ip })
  return { report, ms: performance.now() - began }
}

after(close)
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close()
})

describe('A DNS that lies harms nothing', () => {
  for (const lie of ['silent', 'servfail', 'truncated', 'garbage', 'loop'] as const) {
    it(`when every answer is ${lie}: it ends in time and says that nothing is known`, async () => {
      const { ctx } = await world({}, () => lie)
      const { report, ms } = await timed(ctx, 'example.org')
      assert.ok(ms < 6000, `${ms} ms`)
      const names = report.findings.map(({ name }) => name)
      if (lie !== 'loop') {
        assert.ok(names.includes('reverse-name.unknown') && names.includes('dmarc.unknown'), names.join(', '))
        assert.ok(
          !report.findings.some(({ result, name }) => result === 'fault' && !name.startsWith('standing.')),
          names.join(', '),
        )
      }
    })
  }

  it('when every name has everything (a wildcard)', async () => {
    const { ctx } = await world({}, (_, type) =>
      type === 'TXT' ? ['v=spf1 +all'] : type === 'A' ? ['198.51.100.1'] : ['10 mail.example.org'],
    )
    const { report } = await timed(ctx, 'example.org')
    const names = report.findings.map(({ name }) => name)
    assert.ok(
      names.includes('dkim.every-name') &&
        names.includes('dmarc.none') &&
        names.includes('reverse-name.elsewhere'),
      names.join(', '),
    )
  })

  it('when an answer is as long as DNS can have it', async () => {
    const long = Array.from({ length: 200 }, (_, index) => `${index}`.padEnd(300, 'x'))
    const { ctx } = await world({
      'example.org': {
        MX: Array.from({ length: 60 }, (_, index) => `${index} mx${index}.example.org`),
        TXT: [...long, 'v=spf1 -all'],
      },
      '45.2.0.192.in-addr.arpa': { PTR: Array.from({ length: 100 }, (_, index) => `n${index}.example.org`) },
    })
    const { report } = await timed(ctx, 'example.org')
    const bytes = JSON.stringify(report).length
    assert.ok(bytes < 100_000, `${bytes} bytes`)
    assert.ok(report.findings.some(({ name }) => name === 'reverse-name.elsewhere'))
  })

  it('when addresses lead inside: nothing is connected to, and it is said', async () => {
    const { ctx } = await world({
      'example.org': { MX: ['10 inner.example.org', '20 meta.example.org'], TXT: ['v=spf1 mx -all'] },
      'inner.example.org': { A: ['127.0.0.1'] },
      'meta.example.org': { A: ['169.254.169.254'] },
    })
    const { report } = await timed(ctx, 'example.org')
    assert.deepEqual(
      report.findings.filter(({ name }) => name === 'mail-hosts.not-public').map(({ facts }) => facts['ip']),
      ['127.0.0.1', '169.254.169.254'],
    )
  })
})

/** Records that make whoever reads them ask much; all but the names of `victim.example` belong to the attacker. */
function zoo(): Record<string, string> {
  const many = (term: (index: number) => string, count: number): string =>
    `v=spf1 ${Array.from({ length: count }, (_, index) => term(index)).join(' ')} -all`
  const kinds: readonly ((name: string) => string)[] = [
    (name) => many((index) => `exists:%{i}.${name}${index}.victim.example`, 30),
    (name) => many((index) => `a:${name}${index}.victim.example`, 30),
    (name) => many((index) => `mx:${name}${index}.victim.example`, 30),
    (name) => many((index) => `mx:m${index}.wide.example`, 10) + ` ${name}=x`,
    (name) => many((index) => `include:i${index}.deep.example`, 10) + ` ${name}=x`,
    (name) => `v=spf1 include:${name}.loop.example -all`,
    (name) => `v=spf1 redirect=${name}.loop.example`,
    () => many(() => 'ptr', 20),
    (name) => `v=spf1 exists:%{l1r+-}.%{p}.%{ir}.${name}.victim.example ptr:%{p}.victim.example -all`,
    (name) => many((index) => `include:%{d}.x${index}.${name}.victim.example`, 12),
  ]
  return Object.fromEntries(
    Array.from({ length: 200 }, (_, index) => [
      `z${index}.zoo${index}.example`,
      kinds[index % kinds.length]?.(`z${index}`) ?? '',
    ]),
  )
}

describe('Records that make us ask others (security CHK-3)', () => {
  const records = zoo()
  const wide = (name: string, type: string): readonly string[] | undefined => {
    if (type === 'TXT') {
      if (records[name] !== undefined) return [records[name]]
      const loop = /^(z\d+)\.loop\.example$/.exec(name)?.[1]
      if (loop !== undefined) return [`v=spf1 include:${loop}.loop.example a:x.victim.example -all`]
      if (/^i\d+\.deep\.example$/.test(name))
        return [
          `v=spf1 ${Array.from({ length: 10 }, (_, index) => `a:${name}.${index}.victim.example`).join(' ')} -all`,
        ]
      return name.includes('victim') ? ['v=spf1 ?all'] : undefined
    }
    if (type === 'MX')
      return Array.from(
        { length: 10 },
        (_, index) => `10 h${index}.${name.replace('wide.example', 'victim.example')}`,
      )
    if (type === 'PTR') return Array.from({ length: 20 }, (_, index) => `p${index}.victim.example`)
    return type === 'A' ? ['198.51.100.1'] : undefined
  }

  it('cost 40 questions at most each, and ten to names of anybody else', async () => {
    const { ctx, dns } = await world({}, wide)
    for (const domain of Object.keys(records).slice(0, 40)) {
      dns.asked.length = 0
      await new Checks().run(ctx, { domain, ip: '192.0.2.45' })
      assert.ok(dns.asked.length <= 40, `${domain}: ${dns.asked.length} questions`)
      const victim = dns.asked.filter((question) => zoneOf(question.split(' ')[1] ?? '') === 'victim.example')
      assert.ok(
        victim.length <= 10,
        `${domain}: ${victim.length} questions to the victim: ${victim.join('; ')}`,
      )
    }
  })

  it('make the same servers hear at most 60 questions a minute, however many ask', async () => {
    const { ctx, dns } = await world({}, wide)
    const checks = new Checks()
    for (const domain of Object.keys(records)) await checks.run(ctx, { domain, ip: '192.0.2.45' })
    const victim = dns.asked.filter((question) => zoneOf(question.split(' ')[1] ?? '') === 'victim.example')
    assert.ok(victim.length > 30 && victim.length <= 60, `${victim.length} questions`)
  })
})

describe('Many checks at once', () => {
  it('of the same thing are one, and everybody hears it', async () => {
    const { ctx, dns } = await world({ 'example.org': { TXT: ['v=spf1 -all'] } })
    const checks = new Checks()
    const heard = Array.from({ length: 10 }, () => 0)
    const reports = await Promise.all(
      heard.map(
        async (_, index) =>
          await checks.run(
            ctx,
            { domain: 'example.org' },
            (found) => void (heard[index] = (heard[index] ?? 0) + found.length),
          ),
      ),
    )
    assert.equal(dns.asked.filter((question) => question === 'MX example.org').length, 1)
    for (const [index, report] of reports.entries()) assert.equal(heard[index], report.findings.length)
  })

  it('are at most twenty, and two for one organization (security CHK-2); others are asked to come again', async () => {
    const { ctx } = await world({}, () => 'silent')
    const checks = new Checks()
    const outcome = async (domain: string): Promise<string> => {
      try {
        await checks.run(ctx, { domain })
        return 'done'
      } catch (error) {
        return error instanceof Refusal ? error.code : String(error)
      }
    }
    const same = await Promise.all(['a.example.org', 'b.example.org', 'c.example.org'].map(outcome))
    assert.deepEqual(same, ['done', 'done', 'check.busy'])
    const many = await Promise.all(
      Array.from({ length: 25 }, async (_, index) => await outcome(`d${index}.example`)),
    )
    assert.equal(many.filter((each) => each === 'done').length, 20)
    assert.equal(many.filter((each) => each === 'check.busy').length, 5)
  })

  it('of visitors stay within the budget of all (check.all.minute)', async () => {
    const { ctx } = await world({})
    const visitor = (index: number): Context =>
      as(
        {
          ...ctx,
          settings: testSettings({ limits: { 'check.all.minute': { count: 2, windowMs: minute } } }),
        },
        { kind: 'visitor', client: `198.51.${index}.7/32` },
      )
    const checks = new Checks()
    await checks.run(visitor(1), { domain: 'a.example' })
    await checks.run(visitor(2), { domain: 'b.example' })
    await assert.rejects(
      checks.run(visitor(3), { domain: 'c.example' }),
      (error) => error instanceof Refusal && error.code === 'limit.exceeded',
    )
  })
})
