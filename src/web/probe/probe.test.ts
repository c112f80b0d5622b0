import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { databases } from '../../../test/support/database.ts'
import { goodFacts } from '../../../test/support/probe.ts'
import { openDoors, type Doors, type Visitor } from '../../../test/support/visitor.ts'
import { day, hour } from '../../base/clock.ts'
import { receiveProbe } from '../../core/probes/actions.ts'
import { findingNames } from '../../core/probes/finding.ts'
import type { ProbeFacts } from '../../core/probes/facts.ts'
import { messages } from '../messages/messages.ts'

const { open, close } = databases('SQLite')
after(close)

/** A visitor who has pressed the button: the path of the report and the address. */
async function asked(prefix = ''): Promise<Doors & { visitor1: Visitor; report: string; address: string }> {
  const doors = openDoors(await open())
  const visitor1 = doors.visitor()
  const answer = await visitor1.submit(`${prefix}/probe`, {})
  assert.equal(answer.status, 303)
  const report = answer.headers.get('location') ?? ''
  const page = await (await visitor1.get(report)).text()
  const [, address = ''] = /mailto:(p\+[^"]+)"/.exec(page) ?? []
  return { ...doors, visitor1, report, address }
}

async function receive(
  { ctx, address }: Awaited<ReturnType<typeof asked>>,
  facts: ProbeFacts,
): Promise<void> {
  await receiveProbe(ctx, {
    tag: /^p\+([^@]+)@/.exec(address)?.[1] ?? '',
    digest: 'x',
    client: {
      ip: '192.0.2.45',
      source: 'session',
      helo: 'localhost',
      mailFrom: 'ada@example.org',
      tls: null,
      cipher: null,
    },
    content: { facts },
    writer: undefined,
  })
}

describe('The probe’s pages', () => {
  it('give an address after one press, on a page that looks again by itself', async () => {
    const { visitor1, report, address } = await asked()
    assert.match(address, /^p\+[0-9a-z.]+@postern\.provider\.example$/)
    const page = await (await visitor1.get(report)).text()
    assert.match(page, /http-equiv="refresh"/)
    assert.match(page, /name="robots" content="noindex"/)
  })

  it('show the report once the message has come, and look again no more', async () => {
    const door = await asked()
    await receive(door, { ...goodFacts, dkim: [] })
    const page = await (await door.visitor1.get(door.report)).text()
    assert.doesNotMatch(page, /http-equiv="refresh"/)
    assert.match(page, /The message has no DKIM signature/)
    assert.match(page, /192\.0\.2\.45 has no reverse name/)
    assert.match(page, /greets as localhost/)
  })

  it('speak Chinese to whoever reads Chinese', async () => {
    const door = await asked('/zh-CN')
    await receive(door, { ...goodFacts, dkim: [] })
    const page = await (await door.visitor1.get(door.report)).text()
    assert.match(page, /<html lang="zh-CN"/)
    assert.match(page, /邮件没有 DKIM 签名/)
  })

  it('write out what a stranger hid in a name, and run none of it', async () => {
    const door = await asked()
    const displayName = '<script>alert(1)</script>\u202eyad'
    await receive(door, { ...goodFacts, header: { ...goodFacts.header, displayName } })
    const page = await (await door.visitor1.get(door.report)).text()
    assert.ok(!page.includes('<script>alert') && !page.includes('\u202e'))
    assert.match(page, /\\u202e/)
  })

  it('say when an address has expired, and when a report is gone', async () => {
    const { ctx, visitor1, report } = await asked()
    ctx.clock.advance(hour)
    assert.match(await (await visitor1.get(report)).text(), /No message came/)
    ctx.clock.advance(day)
    assert.equal((await visitor1.get(report)).status, 404)
  })

  it('have a budget', async () => {
    const { visitor } = openDoors(await open())
    const browser = visitor()
    const statuses = new Set<number>()
    for (let n = 0; n < 13; n++) statuses.add((await browser.submit('/probe', {})).status)
    assert.deepEqual([...statuses], [303, 429])
  })
})

describe('The probe’s API', () => {
  it('gives address and report, then what was found', async () => {
    const doors = openDoors(await open())
    const program = doors.visitor()
    const answer = await program.call('/probes', {})
    assert.equal(answer.status, 201)
    const { id, address, report, state } = (await answer.json()) as Record<string, string>
    assert.equal(state, 'waiting')
    assert.equal(report, `https://postmaster.provider.example/probe/${id}`)
    await receive({ ...doors, visitor1: program, report: '', address: address ?? '' }, goodFacts)
    const found = (await (await program.get(`/api/v1/probes/${id}`)).json()) as {
      readonly state: string
      readonly message: ProbeFacts
      readonly findings: readonly { readonly name: string }[]
    }
    assert.equal(found.state, 'received')
    assert.deepEqual(found.message, goodFacts)
    assert.ok(found.findings.some(({ name }) => name === 'reverse-missing'))
    assert.equal((await program.get('/api/v1/probes/nothing')).status, 404)
  })
})

describe('Every finding', () => {
  it('has words in every language, and says what to do where something has to be mended', () => {
    for (const { probe } of Object.values(messages))
      for (const name of findingNames) {
        const [what, next] = probe.findings[name]({ name: 'x', helo: 'x', late: 7_200_000 })
        assert.ok(what.length > 3, name)
        if (!/(?:good|pass|aligned|one-click)$/.test(name)) assert.ok(next.length > 3, name)
      }
  })
})
