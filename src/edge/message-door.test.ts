import assert from 'node:assert/strict'
import { request } from 'node:http'
import { describe, it } from 'node:test'
import { orThrow } from '../base/refusal.ts'
import { openCaseLink } from '../access/case-link.ts'
import { defaultHighVolume, type HighVolumeMode } from '../access/high-volume.ts'
import type { ListingEntry } from '../access/listing-entry.ts'
import { parsePrefix } from '../standards/prefix.ts'
import { entry } from '../../test/support/listing-entries.ts'
import { caseLinkKey, startFakeCore, startTestEdge, testFolder, until } from '../../test/support/edge.ts'
import type { MessageAnswer } from './message-door.ts'

type Test = Parameters<typeof startTestEdge>[0] & Parameters<typeof testFolder>[0]

const bare = {
  ip: '192.0.2.45',
  helo: 'mail.example.org',
  mailFrom: 'example.org',
  from: 'news.example.org',
  spf: 'none',
  dkim: [],
  dmarc: 'none',
}

/** An edge for which one message a day is much. */
async function start(
  test: Test,
  mode: HighVolumeMode,
  options: NonNullable<Parameters<typeof startTestEdge>[2]> = {},
  entries: readonly ListingEntry[] = [],
) {
  const folder = testFolder(test)
  const core = await startFakeCore(test, folder, entries)
  const highVolume = { ...defaultHighVolume, mode, messages: 1 }
  const edge = await startTestEdge(test, folder, { highVolume, ...options })
  await core.acked(1)
  const post = async (body: string): Promise<Response> =>
    await fetch(`http://${edge.lookup}/v1/decide`, { method: 'POST', body })
  const ask = async (more: Readonly<Record<string, unknown>> = {}): Promise<MessageAnswer> => {
    const answer = await post(JSON.stringify({ ...bare, ...more }))
    assert.equal(answer.status, 200)
    return (await answer.json()) as MessageAnswer
  }
  return { core, edge, post, ask }
}

describe('The message door', () => {
  it('refuses the second message of a domain for which one is much, and records it behind the link', async (test) => {
    const { ask, core, edge } = await start(test, 'reject')
    assert.deepEqual(await ask(), { action: 'pass' })
    const { action, code, status, text = '' } = await ask({ recipients: ['user@provider.example'] })
    assert.deepEqual([action, code, status], ['reject', 550, '5.7.515'])
    assert.match(
      text,
      /^5\.7\.515 Access denied, sending domain \[example\.org\] does not meet the required authentication level\. .+ https:\/\/postmaster\.provider\.example\/c\/[\w-]+ \(PSN515\)$/,
    )
    const token = /\/c\/([\w-]+)/.exec(text)?.[1] ?? ''
    const { facts } = orThrow(openCaseLink(() => caseLinkKey, token, Date.now()))
    assert.deepEqual([facts.reason, facts.listing], ['authentication', null])
    await until(() => core.of('records').length > 0, 'the record')
    const [record] = core.of('records').flatMap(({ records }) => records)
    assert.deepEqual(record?.authentication, { domain: 'example.org', failed: ['spf', 'dkim', 'dmarc'] })
    assert.deepEqual(
      [record?.stage, record?.mode, record?.recipients.length, record?.mailFrom],
      ['message', 'enforce', 1, 'example.org'],
    )
    assert.equal(edge.state.counters.refused, 1)
  })

  it('lets pass who proves it, whose results are not known, and who names no domain', async (test) => {
    const { ask } = await start(test, 'reject')
    await ask()
    assert.equal((await ask()).action, 'reject')
    const passing = [
      { spf: 'pass', dkim: ['example.org'], dmarc: 'pass' },
      { spf: 'temperror', dkim: undefined, dmarc: 'temperror' },
      { from: undefined },
      { from: '' },
      { from: 'localhost' },
      { from: 'a b.example.org' },
    ]
    for (const facts of passing) assert.deepEqual(await ask(facts), { action: 'pass' }, JSON.stringify(facts))
  })

  it('spares protected networks, and mail to nobody but exempt mailboxes', async (test) => {
    const { ask } = await start(test, 'reject', { protected: [orThrow(parsePrefix('203.0.113.0/24'))] })
    await ask()
    assert.equal((await ask({ ip: '203.0.113.9' })).action, 'pass')
    assert.equal((await ask({ recipients: ['postmaster@provider.example'] })).action, 'pass')
    const both = ['postmaster@provider.example', 'user@provider.example']
    assert.equal((await ask({ recipients: both })).action, 'reject')
  })

  it('asks for the junk folder by a header', async (test) => {
    const { ask, edge, core } = await start(test, 'junk')
    await ask()
    const { action, header } = await ask()
    assert.equal(action, 'pass')
    assert.equal(
      header,
      'X-Postern-Junk: 5.7.515 domain=example.org failed=spf,dkim,dmarc https://postmaster.provider.example/codes/authentication-required',
    )
    assert.equal(edge.state.counters.junked, 1)
    await until(() => core.of('records').length > 0, 'the record')
    const [record] = core.of('records')[0]?.records ?? []
    assert.deepEqual(
      [record?.mode, record?.authentication],
      ['observe', { domain: 'example.org', failed: ['spf', 'dkim', 'dmarc'], isJunked: true }],
    )
  })

  it('only records while observing, whichever setting says so', async (test) => {
    for (const [mode, policy] of [
      ['observe', 'enforce'],
      ['reject', 'observe'],
    ] as const) {
      const { ask, core } = await start(test, mode, { mode: policy })
      await ask()
      assert.deepEqual(await ask(), { action: 'pass' })
      await until(() => core.of('records').length > 0, 'the record')
      assert.equal(core.of('records')[0]?.records[0]?.mode, 'observe')
    }
  })

  it('passes everything under the bypass', async (test) => {
    const { ask, edge } = await start(test, 'reject')
    await ask()
    edge.state.isBypassed = true
    assert.deepEqual(await ask(), { action: 'pass' })
  })

  for (const [body, status, code] of [
    ['{"ip":', 400, 'not-json'],
    ['', 400, 'not-json'],
    ['[]', 422, 'form.invalid'],
    ['null', 422, 'form.invalid'],
    ['{"from":"example.org"}', 422, 'form.invalid'],
    ['{"ip":"192.0.2.45","spf":"perhaps"}', 422, 'form.invalid'],
    ['{"ip":"mail.example.org"}', 422, 'address.not-an-address'],
    [JSON.stringify({ ip: '192.0.2.45', more: 'x'.repeat(70_000) }), 413, 'too-large'],
  ] as const) {
    it(`answers ${status} to ${body.slice(0, 40) || 'nothing'}`, async (test) => {
      const { post } = await start(test, 'reject')
      const answer = await post(body)
      assert.equal(answer.status, status)
      assert.equal(((await answer.json()) as { code: string }).code, code)
    })
  }

  it('ignores what it does not know, and takes POST alone', async (test) => {
    const { ask, edge } = await start(test, 'reject')
    assert.deepEqual(await ask({ colour: 'blue', ip: '2001:db8::1' }), { action: 'pass' })
    const get = await fetch(`http://${edge.lookup}/v1/decide`)
    assert.deepEqual([get.status, get.headers.get('allow')], [405, 'POST'])
  })

  it('outlives a filter that goes away in the middle of a question', async (test) => {
    const { ask, edge } = await start(test, 'reject')
    const half = request(`http://${edge.lookup}/v1/decide`, { method: 'POST' })
    half.on('error', () => {})
    half.write('{"ip":')
    half.destroy()
    assert.deepEqual(await ask(), { action: 'pass' })
  })
})

describe('A message from a listed range, at the message door', () => {
  const range = entry('192.0.2.0/24')
  const toUser = { recipients: ['user@provider.example'] }
  const house = async (test: Test, entries = [range], messageDoor: 'absent' | 'installed' = 'installed') =>
    await start(test, 'observe', { messageDoor }, entries)

  it('hears what its range hears at RCPT when the domain that it claims has neither signed it nor passed SPF', async (test) => {
    const { ask, core } = await house(test)
    const { action, code, status, text = '' } = await ask({ ...toUser, spf: 'fail', dkim: ['other.example'] })
    assert.deepEqual([action, code, status], ['reject', 550, '5.7.606'])
    assert.match(text, /^5\.7\.606 .*192\.0\.2\.0\/24 \[192\.0\.2\.45\]\. .* \(PSN606\)$/)
    const token = /\/c\/([\w-]+)/.exec(text)?.[1] ?? ''
    const { facts } = orThrow(openCaseLink(() => caseLinkKey, token, Date.now()))
    assert.deepEqual([facts.reason, facts.listing], ['spam', range.id])
    await until(() => core.of('records').length > 0, 'the record')
    const [record] = core.of('records').flatMap(({ records }) => records)
    assert.deepEqual([record?.stage, record?.listing], ['message', range.id])
  })

  it('passes when the domain signed it, or lets the address send for it', async (test) => {
    const { ask } = await house(test)
    assert.deepEqual(await ask({ ...toUser, spf: 'fail', dkim: ['mail.example.org'] }), { action: 'pass' })
    assert.deepEqual(await ask({ ...toUser, spf: 'pass', dkim: [] }), { action: 'pass' })
  })

  it('is to come again when that could not be looked up', async (test) => {
    const { ask } = await house(test)
    const { action, code } = await ask({ ...toUser, spf: 'temperror' })
    assert.deepEqual([action, code], ['defer', 451])
  })

  it('passes to postmaster@, and where nobody says whom it is for', async (test) => {
    const { ask } = await house(test)
    assert.deepEqual(await ask({ recipients: ['postmaster@provider.example'] }), { action: 'pass' })
    assert.deepEqual(await ask(), { action: 'pass' })
  })

  it('is not judged again where the door is not said to be installed, nor when the sender is carved out', async (test) => {
    const { ask } = await house(test, [range], 'absent')
    assert.deepEqual(await ask(toUser), { action: 'pass' })
    const carved = await house(test, [range, { ...entry('192.0.2.45'), effect: 'pass' }])
    assert.deepEqual(await carved.ask(toUser), { action: 'pass' })
  })
})
