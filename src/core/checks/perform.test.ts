import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { describe, it } from 'node:test'
import { testSettings } from '../../../test/support/context.ts'
import { dnsOf, type Names } from '../../../test/support/dns-questions.ts'
import { orThrow } from '../../base/refusal.ts'
import type { HttpsAnswer } from '../../net/https-client.ts'
import { toMend, worstOf, type Finding } from './finding.ts'
import { performCheck } from './perform.ts'
import { readSubject, type CheckWish } from './subject.ts'

const publicKey = (bits: number): string =>
  generateKeyPairSync('rsa', { modulusLength: bits })
    .publicKey.export({ type: 'spki', format: 'der' })
    .toString('base64')

const good: Names = {
  'example.org': { MX: ['10 mx.example.org'], TXT: ['v=spf1 mx ip4:192.0.2.45 -all'] },
  'mx.example.org': { A: ['192.0.2.10'] },
  '45.2.0.192.in-addr.arpa': { PTR: ['mail.example.org'] },
  'mail.example.org': { A: ['192.0.2.45'], TXT: ['v=spf1 a -all'] },
  '_25._tcp.mx.example.org': { TLSA: [`3 1 1 ${'ab'.repeat(32)}`] },
  's2026._domainkey.example.org': { TXT: [`v=DKIM1; p=${publicKey(2048)}`] },
  '_dmarc.example.org': { TXT: ['v=DMARC1; p=reject; rua=mailto:d@example.org'] },
  '_mta-sts.example.org': { TXT: ['v=STSv1; id=1'] },
  '_smtp._tls.example.org': { TXT: ['v=TLSRPTv1; rua=mailto:t@example.org'] },
}
const policy: HttpsAnswer = {
  kind: 'text',
  text: 'version: STSv1\nmode: enforce\nmx: mx.example.org\nmax_age: 604800\n',
  type: 'text/plain',
}

interface World {
  readonly names?: Names
  readonly answer?: HttpsAnswer
  readonly lists?: readonly { zone: string; name: string; url: string }[]
}

async function findings(
  wish: Partial<CheckWish> = {},
  { names, answer = policy, lists = [] }: World = {},
): Promise<readonly Finding[]> {
  const dns = dnsOf({ ...good, ...names })
  const told: Finding[] = []
  const all = await performCheck(
    orThrow(readSubject({ domain: 'example.org', ip: '192.0.2.45', selector: 's2026', ...wish })),
    { dns, lists: dns, fetchText: async () => answer, settings: testSettings({ check: { lists } }) },
    (found) => told.push(...found),
  )
  assert.deepEqual(told, all)
  return all
}

async function namesOf(...given: Parameters<typeof findings>): Promise<readonly string[]> {
  return (await findings(...given)).map(({ name }) => name)
}

/** That the first is among the findings, and its facts. */
async function has(name: string, ...given: Parameters<typeof findings>): Promise<Finding> {
  const all = await findings(...given)
  const found = all.find((each) => each.name === name)
  assert.ok(found, `${name} is not among ${all.map((each) => each.name).join(', ')}`)
  return found
}

describe('A check of a sender in order', () => {
  it('finds nothing to mend', async () => {
    const all = await findings()
    assert.deepEqual(toMend(all), [])
    assert.equal(worstOf(all), 'info')
    assert.deepEqual(all.map(({ name }) => name).toSorted(), [
      'address.public',
      'dkim.key',
      'dmarc.aligned',
      'dmarc.enforced',
      'helo.confirmed',
      'helo.spf-pass',
      'mail-hosts.found',
      'reverse-name.confirmed',
      'spf.lookups',
      'spf.pass',
      'transport.dane',
      'transport.enforced',
      'transport.reports',
    ])
  })

  it('says what cannot be judged without an address', async () => {
    const found = await namesOf({ ip: '' })
    assert.ok(found.includes('address.not-given') && found.includes('spf.readable'))
    assert.ok(!found.some((name) => name.startsWith('reverse-name.')))
  })
})

describe('Mail hosts', () => {
  const of = (entry: Names[string], more: Names = {}): World => ({ names: { 'example.org': entry, ...more } })

  it('are missed, or replaced by the domain’s own address', async () => {
    await has('mail-hosts.none', {}, of({}))
    await has('mail-hosts.address-only', {}, of({ A: ['192.0.2.1'] }))
    await has('mail-hosts.null', {}, of({ MX: ['0 .'] }))
    await has('mail-hosts.null-and-others', {}, of({ MX: ['0 .', '10 mx.example.org'] }))
    await has('mail-hosts.unknown', {}, of('silent'))
  })

  it('must have an address that can be reached, under a name that is no alias', async () => {
    await has('mail-hosts.no-address', {}, of({ MX: ['10 gone.example.org'] }))
    await has('mail-hosts.literal', {}, of({ MX: ['10 192.0.2.1'] }))
    const alias = await has(
      'mail-hosts.alias',
      {},
      of(
        { MX: ['10 alias.example.org'] },
        { 'alias.example.org': { CNAME: ['mx.example.org'], A: ['192.0.2.10'] } },
      ),
    )
    assert.deepEqual(alias.publish, ['example.org. IN MX 10 mx.example.org.'])
    const inner = await has(
      'mail-hosts.not-public',
      {},
      of({ MX: ['10 inner.example.org'] }, { 'inner.example.org': { A: ['10.1.2.3'] } }),
    )
    assert.deepEqual(inner.facts, {
      host: 'inner.example.org',
      ip: '10.1.2.3',
      block: '10.0.0.0/8 (Private-Use)',
    })
  })

  it('are told without anything else where the domain does not exist', async () => {
    const found = await namesOf({ domain: 'gone.example.net' })
    assert.ok(found.includes('mail-hosts.no-domain'))
    assert.ok(!found.some((name) => /^(?:spf|dkim|transport)\./.test(name)))
  })
})

describe('The reverse name', () => {
  const of = (names: readonly string[], more: Names = {}): World => ({
    names: { '45.2.0.192.in-addr.arpa': { PTR: names }, ...more },
  })

  it('is missed, with the records to publish', async () => {
    const { publish } = await has('reverse-name.none', {}, of([]))
    assert.deepEqual(publish, [
      '45.2.0.192.in-addr.arpa. IN PTR mail.example.org.',
      'mail.example.org. IN A 192.0.2.45',
    ])
    const six = await has('reverse-name.none', { ip: '2001:db8::45' })
    assert.equal(six.facts['family'], 6)
  })

  it('must lead back, each of them', async () => {
    await has('reverse-name.elsewhere', {}, of(['mx.example.org']))
    const partly = await has('reverse-name.partly', {}, of(['mail.example.org', 'mx.example.org']))
    assert.equal(partly.facts['others'], 'mx.example.org')
    await has(
      'reverse-name.many',
      {},
      of(['mail.example.org', 'a.example.org', 'b.example.org', 'c.example.org']),
    )
  })

  it('is not known where DNS does not answer', async () => {
    await has('reverse-name.unknown', {}, { names: { '45.2.0.192.in-addr.arpa': 'silent' } })
    await has('reverse-name.unknown', {}, { names: { 'mail.example.org': 'silent' } })
  })

  it('of an access line is told', async () => {
    await has(
      'reverse-name.line',
      {},
      of(['192-0-2-45.dsl.example.net'], { '192-0-2-45.dsl.example.net': { A: ['192.0.2.45'] } }),
    )
  })

  it('is not asked for where the address is none of the Internet', async () => {
    const found = await namesOf({ ip: '10.1.2.3' })
    assert.ok(found.includes('address.special') && !found.some((name) => name.startsWith('reverse-name.')))
  })
})

describe('The HELO name', () => {
  it('must be a name with the address', async () => {
    await has('helo.elsewhere', { helo: 'mx.example.org' })
    await has('helo.no-address', { helo: 'gone.example.org' })
    await has('helo.no-name', { helo: 'localhost' })
    await has('helo.literal', { helo: '[192.0.2.45]' })
    await has('helo.resolves', { ip: '', helo: 'mail.example.org' })
  })
})

describe('SPF of the HELO name', () => {
  const of = (entry: Names[string]): World => ({ names: { 'mail.example.org': entry } })
  const A = ['192.0.2.45']

  it('passes, is missed with the record to publish, fails, or cannot be used', async () => {
    const none = await has('helo.spf-none', {}, of({ A }))
    assert.deepEqual(none.publish, ['mail.example.org. IN TXT "v=spf1 a -all"'])
    const fail = await has('helo.spf-fail', {}, of({ A, TXT: ['v=spf1 ip4:192.0.2.44 -all'] }))
    assert.equal(fail.facts['result'], 'fail')
    assert.deepEqual(fail.publish, ['mail.example.org. IN TXT "v=spf1 ip4:192.0.2.44 ip4:192.0.2.45 -all"'])
    await has('helo.spf-fail', {}, of({ A, TXT: ['v=spf1 ?all'] }))
    await has('helo.spf-broken', {}, of({ A, TXT: ['v=spf1 -all', 'v=spf1 a -all'] }))
    await has('helo.spf-broken', {}, of({ A, TXT: ['v=spf1 ip4:nothing -all'] }))
  })

  it('is not looked at twice where the name is the domain, nor without an address or a full name', async () => {
    for (const wish of [{ helo: 'example.org' }, { helo: '[192.0.2.45]' }, { helo: 'localhost' }, { ip: '' }])
      assert.ok(!(await namesOf(wish)).some((name) => name.startsWith('helo.spf-')), JSON.stringify(wish))
  })

  it('costs four questions at most', async () => {
    const many = Array.from({ length: 9 }, (_, index) => `a:h${index}.example.net`).join(' ')
    const names: Names = { ...good, 'mail.example.org': { A, TXT: [`v=spf1 ${many} -all`] } }
    const dns = dnsOf(names)
    const means = { dns, lists: dns, fetchText: async () => policy, settings: testSettings() }
    const subject = orThrow(readSubject({ domain: 'example.org', ip: '192.0.2.45' }))
    await performCheck(subject, means, () => {})
    assert.equal(dns.asked.filter((question) => question.endsWith('.example.net')).length, 3)
  })
})

describe('SPF in a check', () => {
  const of = (record: string, more: Names = {}): World => ({
    names: { 'example.org': { MX: ['10 mx.example.org'], TXT: [record] }, ...more },
  })

  it('gives the record with the address in it', async () => {
    const fail = await has('spf.fail', {}, of('v=spf1 mx  -all'))
    assert.deepEqual(fail.publish, ['example.org. IN TXT "v=spf1 mx ip4:192.0.2.45 -all"'])
    const soft = await has('spf.softfail', { ip: '2001:db8::45' }, of('v=spf1 mx ~all'))
    assert.deepEqual(soft.publish, ['example.org. IN TXT "v=spf1 mx ip6:2001:db8::45 ~all"'])
    const none = await has('spf.none', {}, of('text'))
    assert.deepEqual(none.publish, ['example.org. IN TXT "v=spf1 mx ip4:192.0.2.45 ~all"'])
  })

  it('tells what is wrong with the record, whoever sends', async () => {
    await has('spf.everybody', {}, of('v=spf1 +all'))
    await has('spf.no-opinion', {}, of('v=spf1 ?all'))
    await has('spf.no-end', {}, of('v=spf1 mx'))
    await has('spf.ptr', {}, of('v=spf1 ptr -all'))
    await has('spf.terms-after-all', {}, of('v=spf1 -all ip4:192.0.2.45'))
    await has('spf.long', {}, of(`v=spf1 ${'ip4:198.51.100.1 '.repeat(30)}-all`))
    await has('spf.modifiers', {}, of('v=spf1 moo=x -all'))
    await has('spf.syntax', {}, of('v=spf1 ipv4:192.0.2.45 -all'))
    await has('spf.no-record-there', {}, of('v=spf1 include:gone.example.net -all'))
    await has(
      'spf.unknown',
      {},
      of('v=spf1 include:silent.example.net -all', { 'silent.example.net': 'silent' }),
    )
  })

  it('counts the whole record, also behind a term that matches', async () => {
    const many = `v=spf1 ip4:192.0.2.45 ${Array.from({ length: 11 }, (_, index) => `a:h${index}.example.net`).join(' ')} -all`
    const hosts = Object.fromEntries(
      Array.from({ length: 11 }, (_, index) => [`h${index}.example.net`, { A: ['198.51.100.1'] }]),
    )
    const found = await namesOf({}, of(many, hosts))
    assert.ok(found.includes('spf.pass') && found.includes('spf.lookups-beyond'))
    const nine = await has('spf.many-lookups', {}, of(many.replace(/ a:h9\S* a:h10\S*/, ''), hosts))
    assert.equal(nine.facts['lookups'], 9)
  })
})

describe('DKIM keys in a check', () => {
  const of = (...texts: readonly string[]): World => ({
    names: { 's2026._domainkey.example.org': { TXT: texts } },
  })

  it('are judged by their strength and tags', async () => {
    await has('dkim.short-key', {}, of(`v=DKIM1; p=${publicKey(1024)}`))
    await has('dkim.broken-key', {}, of(`v=DKIM1; p=${publicKey(768)}`))
    await has('dkim.revoked', {}, of('v=DKIM1; p='))
    await has('dkim.unreadable', {}, of('v=DKIM1; p=abc'))
    await has('dkim.several-records', {}, of('v=DKIM1; p=', 'v=DKIM1; p=abc'))
    await has('dkim.none', { selector: 'gone' })
    const key = publicKey(2048)
    await has('dkim.testing', {}, of(`v=DKIM1; t=y; p=${key}`))
    await has('dkim.sha1', {}, of(`v=DKIM1; h=sha1; p=${key}`))
    await has('dkim.other-service', {}, of(`v=DKIM1; s=tlsrpt; p=${key}`))
  })

  it('are looked for at common selectors where none is given, and that is said', async () => {
    await has('dkim.not-guessed', { selector: '' })
    await has(
      'dkim.key',
      { selector: '' },
      { names: { 'mail._domainkey.example.org': { TXT: [`v=DKIM1; p=${publicKey(2048)}`] } } },
    )
  })
})

describe('DMARC in a check', () => {
  const of = (text: string, more: Names = {}): World => ({
    names: { '_dmarc.example.org': { TXT: [text] }, ...more },
  })

  it('is missed, and told with a milder or stronger record to publish', async () => {
    const none = await has('dmarc.none', {}, of('text'))
    assert.deepEqual(none.publish, [
      '_dmarc.example.org. IN TXT "v=DMARC1; p=none; rua=mailto:dmarc@example.org"',
    ])
    const mild = await has('dmarc.policy-none', {}, of('v=DMARC1; p=none; pct=20; rua=mailto:d@example.org'))
    assert.deepEqual(mild.publish, [
      '_dmarc.example.org. IN TXT "v=DMARC1; p=quarantine; rua=mailto:d@example.org"',
    ])
    const removed = await has(
      'dmarc.removed-tags',
      {},
      of('v=DMARC1; p=none; pct=20; ri=3600; rua=mailto:d@example.org'),
    )
    assert.deepEqual(
      [removed.facts['tags'], removed.publish],
      ['pct, ri', ['_dmarc.example.org. IN TXT "v=DMARC1; p=none; rua=mailto:d@example.org"']],
    )
  })

  it('is found above the domain', async () => {
    const { facts } = await has('dmarc.inherited', { domain: 'mail.example.org' })
    assert.deepEqual([facts['at'], facts['organization']], ['example.org', 'example.org'])
  })

  it('asks whether a foreign mailbox takes reports (RFC 9990 §4)', async () => {
    const record = 'v=DMARC1; p=reject; rua=mailto:d@reports.example'
    const refused = await has('dmarc.reports-refused', {}, of(record))
    assert.deepEqual(refused.publish, ['example.org._report._dmarc.reports.example. IN TXT "v=DMARC1"'])
    const taken = await namesOf(
      {},
      of(record, { 'example.org._report._dmarc.reports.example': { TXT: ['v=DMARC1'] } }),
    )
    assert.ok(!taken.some((name) => name.startsWith('dmarc.reports-')))
    assert.ok(
      !(await namesOf({}, of('v=DMARC1; p=reject; rua=mailto:d@mail.example.org'))).includes(
        'dmarc.reports-refused',
      ),
    )
  })
})

describe('The policy for encryption in a check', () => {
  it('must be there, in order, and name every mail host', async () => {
    const text = (content: string): World => ({ answer: { kind: 'text', text: content, type: 'text/plain' } })
    await has('transport.none', {}, { names: { '_mta-sts.example.org': {} } })
    await has('transport.bad-record', {}, { names: { '_mta-sts.example.org': { TXT: ['v=STSv1'] } } })
    await has('transport.redirect', {}, { answer: { kind: 'status', status: 301 } })
    await has('transport.unreachable', {}, { answer: { kind: 'status', status: 404 } })
    await has('transport.unreachable', {}, { answer: { kind: 'not-global', address: '10.0.0.1' } })
    await has('transport.certificate', {}, { answer: { kind: 'certificate', why: 'CERT_HAS_EXPIRED' } })
    await has('transport.bad-policy', {}, text('<html>'))
    await has(
      'transport.testing',
      {},
      text('version: STSv1\nmode: testing\nmx: *.example.org\nmax_age: 604800'),
    )
    const missing = await has(
      'transport.host-missing',
      {},
      text('version: STSv1\nmode: enforce\nmx: other.example.org\nmax_age: 60'),
    )
    assert.deepEqual(missing.publish, ['mx: mx.example.org'])
    await has('transport.short', {}, text('version: STSv1\nmode: enforce\nmx: *.example.org\nmax_age: 60'))
  })
})

describe('DANE in a check', () => {
  const key = `3 1 1 ${'ab'.repeat(32)}`
  const of = (first: Names[string], second?: Names[string]): World => ({
    names: {
      'example.org': {
        MX: ['10 mx.example.org', ...(second === undefined ? [] : ['20 mx2.example.org'])],
        TXT: ['v=spf1 mx ip4:192.0.2.45 -all'],
      },
      'mx2.example.org': { A: ['192.0.2.11'] },
      '_25._tcp.mx.example.org': first,
      ...(second === undefined ? {} : { '_25._tcp.mx2.example.org': second }),
    },
  })

  it('says what stands in DNS, and never that it protects: the resolver proves no signature', async () => {
    const found = await has('transport.dane', {}, of({ TLSA: [key] }))
    assert.equal(found.result, 'info')
    assert.deepEqual(found.found, [{ name: '_25._tcp.mx.example.org', type: 'TLSA', text: key }])
    await has('transport.no-dane', {}, of({}))
    await has('transport.dane-unasked', {}, of('silent'))
  })

  it('must be there for every host, in records that mail can use', async () => {
    const partly = await has('transport.dane-partly', {}, of({ TLSA: [key] }, {}))
    assert.equal(partly.facts['host'], 'mx2.example.org')
    const old = await has(
      'transport.dane-unusable',
      {},
      of({ TLSA: [key] }, { TLSA: [key.replace('3', '1')] }),
    )
    assert.deepEqual([old.facts['host'], old.facts['why']], ['mx2.example.org', 'usage'])
    await has('transport.dane', {}, of({ TLSA: [key.replace('3', '1'), key] }))
    await has('transport.dane-unusable', {}, of({ TLSA: ['3 1 1 abab'] }))
  })
})

describe('Lists of others in a check', () => {
  const lists = [{ zone: 'bl.example.net', name: 'Example List', url: 'https://bl.example.net/' }]
  const name = '45.2.0.192.bl.example.net'

  it('say listed, not listed, or nothing', async () => {
    await has('lists.clean', {}, { lists })
    const listed = await has(
      'lists.listed',
      {},
      { lists, names: { [name]: { A: ['127.0.0.2'], TXT: ['spam'] } } },
    )
    assert.deepEqual(
      listed.found.map(({ text }) => text),
      ['127.0.0.2', 'spam'],
    )
    await has('lists.refused-us', {}, { lists, names: { [name]: { A: ['127.255.255.254'] } } })
    await has('lists.no-list', {}, { lists, names: { [name]: { A: ['198.51.100.1'] } } })
    await has('lists.unknown', {}, { lists, names: { [name]: 'silent' } })
  })
})
