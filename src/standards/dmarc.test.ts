import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { dnsOf, type Names } from '../../test/support/dns-questions.ts'
import { discoverDmarc, type DmarcFound } from './dmarc-discovery.ts'
import { isDmarc, parseDmarc } from './dmarc-record.ts'

describe('A DMARC record (RFC 9989 §4.7)', () => {
  it('begins with its version in these very letters', () => {
    assert.ok(isDmarc('v=DMARC1; p=none'))
    assert.ok(isDmarc(' v = DMARC1 ;p=none'))
    assert.ok(isDmarc('v=DMARC1'))
    for (const text of ['v=dmarc1; p=none', 'v=DMARC10; p=none', 'p=none; v=DMARC1', 'v=spf1 -all'])
      assert.ok(!isDmarc(text), text)
  })

  it('has a policy, alignment and addresses for reports', () => {
    const record = parseDmarc(
      'v=DMARC1; p=Reject; sp=quarantine; np=reject; adkim=s; t=y; rua=mailto:a@example.org,mailto:b@example.net!10m; fo=1',
    )
    assert.ok(record)
    assert.deepEqual(
      [record.policy, record.subdomainPolicy, record.nonexistentPolicy],
      ['reject', 'quarantine', 'reject'],
    )
    assert.deepEqual(
      [record.dkimAlignment, record.spfAlignment, record.isTesting, record.publicSuffix],
      ['s', 'r', true, 'u'],
    )
    assert.deepEqual(record.reportsTo, ['a@example.org', 'b@example.net'])
    assert.deepEqual([record.removed, record.unknown, record.wrong, record.strangeUris], [[], [], [], []])
  })

  it('names the tags that RFC 9989 removed, those that nobody knows and those with a wrong value', () => {
    const record = parseDmarc(
      'v=DMARC1; p=none; pct=50; rf=afrf; ri=3600; pol=x; aspf=maybe; rua=https://example.org/, mailto:',
    )
    assert.ok(record)
    assert.deepEqual(record.removed, ['pct', 'rf', 'ri'])
    assert.deepEqual(record.unknown, ['pol'])
    assert.deepEqual(record.wrong, ['aspf'])
    assert.deepEqual(record.strangeUris, ['https://example.org/', 'mailto:'])
  })

  it('without a policy counts as none where somebody wants reports, else not at all', () => {
    assert.equal(parseDmarc('v=DMARC1; rua=mailto:a@example.org')?.policy, 'none')
    assert.equal(parseDmarc('v=DMARC1; p=all; rua=mailto:a@example.org')?.policy, 'none')
    assert.equal(parseDmarc('v=DMARC1; p=reject; sp=all; rua=mailto:a@example.org')?.policy, 'none')
    assert.equal(parseDmarc('v=DMARC1'), undefined)
    assert.equal(parseDmarc('v=DMARC1; p=all'), undefined)
    assert.equal(parseDmarc('v=DMARC1; p=reject; np=all'), undefined)
  })
})

describe('The DMARC tree walk (RFC 9989 §4.10)', () => {
  const walk = async (domain: string, names: Names, exists = true): Promise<DmarcFound> => {
    const found = await discoverDmarc(domain, exists, dnsOf(names))
    assert.ok(typeof found !== 'string')
    return found
  }

  it('asks at the domain and at every name above it', async () => {
    const { asked, organization, record } = await walk('a.b.example.org', {})
    assert.deepEqual(asked, [
      '_dmarc.a.b.example.org',
      '_dmarc.b.example.org',
      '_dmarc.example.org',
      '_dmarc.org',
    ])
    assert.deepEqual([organization, record], ['a.b.example.org', undefined])
  })

  it('goes on with the last seven labels of a long name, so that it takes eight questions at most', async () => {
    const { asked } = await walk('a.b.c.d.e.f.g.h.i.j.mail.example.com', {})
    assert.deepEqual(asked, [
      '_dmarc.a.b.c.d.e.f.g.h.i.j.mail.example.com',
      '_dmarc.g.h.i.j.mail.example.com',
      '_dmarc.h.i.j.mail.example.com',
      '_dmarc.i.j.mail.example.com',
      '_dmarc.j.mail.example.com',
      '_dmarc.mail.example.com',
      '_dmarc.example.com',
      '_dmarc.com',
    ])
    assert.equal((await walk('a.b.c.d.e.f.g.h', {})).asked.length, 8)
  })

  it('takes the domain’s own record, and for a sub-domain sp of the organization’s', async () => {
    const names = { '_dmarc.example.org': { TXT: ['v=DMARC1; p=reject; sp=quarantine; np=none'] } }
    const own = await walk('example.org', names)
    assert.deepEqual([own.at, own.policy, own.organization], ['example.org', 'reject', 'example.org'])
    const below = await walk('mail.example.org', names)
    assert.deepEqual(
      [below.at, below.policy, below.organization],
      ['example.org', 'quarantine', 'example.org'],
    )
    assert.equal((await walk('gone.example.org', names, false)).policy, 'none')
  })

  it('takes the name with the fewest labels for the organization, psd=n before it, and one below psd=y', async () => {
    const both = {
      '_dmarc.mail.example.org': { TXT: ['v=DMARC1; p=none'] },
      '_dmarc.example.org': { TXT: ['v=DMARC1; p=reject'] },
    }
    assert.equal((await walk('mail.example.org', both)).organization, 'example.org')
    const named = { ...both, '_dmarc.mail.example.org': { TXT: ['v=DMARC1; p=none; psd=n'] } }
    assert.equal((await walk('a.mail.example.org', named)).organization, 'mail.example.org')
    const suffix = { '_dmarc.example': { TXT: ['v=DMARC1; p=reject; sp=quarantine; psd=y'] } }
    const under = await walk('mail.giant.example', suffix)
    assert.deepEqual([under.organization, under.at, under.policy], ['giant.example', 'example', 'quarantine'])
    // A suffix that sends mail itself is its own organization.
    assert.equal((await walk('example', suffix)).organization, 'example')
  })

  it('stops at psd=n and psd=y', async () => {
    const { asked } = await walk('a.b.example.org', {
      '_dmarc.b.example.org': { TXT: ['v=DMARC1; p=none; psd=n'] },
    })
    assert.deepEqual(asked, ['_dmarc.a.b.example.org', '_dmarc.b.example.org'])
  })

  it('counts several records, and one that cannot be read, as none', async () => {
    const found = await walk('mail.example.org', {
      '_dmarc.mail.example.org': { TXT: ['v=DMARC1; p=none', 'v=DMARC1; p=reject', 'text'] },
      '_dmarc.example.org': { TXT: ['v=DMARC1; q=none'] },
    })
    assert.deepEqual(
      found.void.map(({ at, why }) => [at, why]),
      [
        ['mail.example.org', 'several'],
        ['example.org', 'unreadable'],
      ],
    )
    assert.equal(found.record, undefined)
  })

  it('is a temperror when one question is not answered', async () => {
    assert.equal(
      await discoverDmarc('mail.example.org', true, dnsOf({ '_dmarc.example.org': 'silent' })),
      'temperror',
    )
  })
})
