import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { isStsRecord, isTlsReport, matchesSts, parseStsPolicy, stsId, tlsReportUris } from './mta-sts.ts'

describe('An MTA-STS policy (RFC 8461)', () => {
  it('is announced by a record with an id', () => {
    assert.ok(isStsRecord('v=STSv1; id=20260504T10'))
    assert.ok(!isStsRecord('v=STSv10; id=1'))
    assert.equal(stsId('v=STSv1; id=20260504T10;'), '20260504T10')
    assert.equal(stsId('v=STSv1; id=not-good'), undefined)
    assert.equal(stsId(`v=STSv1; id=${'1'.repeat(33)}`), undefined)
    assert.equal(stsId('v=STSv1;'), undefined)
  })

  it('is lines of names and values, unknown ones passed over', () => {
    assert.deepEqual(
      parseStsPolicy(
        'version: STSv1\r\nmode: enforce\r\nmx: MX1.example.org\nmx: *.example.net\nmax_age: 604800\nfuture: x\n',
      ),
      {
        mode: 'enforce',
        maxAge: 604_800,
        hosts: ['mx1.example.org', '*.example.net'],
      },
    )
    assert.deepEqual(parseStsPolicy('version: STSv1\nmode: none\nmax_age: 0'), {
      mode: 'none',
      maxAge: 0,
      hosts: [],
    })
  })

  it('names the line that is missing or wrong', () => {
    assert.equal(parseStsPolicy('<html>'), 'version')
    assert.equal(parseStsPolicy('mode: enforce\nversion: STSv1'), 'version')
    assert.equal(parseStsPolicy('version: STSv1\nmode: strict'), 'mode')
    assert.equal(parseStsPolicy('version: STSv1\nmode: enforce\nmx: a.example.org'), 'max_age')
    assert.equal(
      parseStsPolicy('version: STSv1\nmode: enforce\nmx: a.example.org\nmax_age: 99999999'),
      'max_age',
    )
    assert.equal(parseStsPolicy('version: STSv1\nmode: enforce\nmax_age: 86400'), 'mx')
    assert.equal(parseStsPolicy('version: STSv1\nmode: enforce\nmx: a b\nmax_age: 86400'), 'mx')
  })

  it('matches a host by name, and a star by exactly one label (§4.1)', () => {
    assert.ok(matchesSts('mx.example.org', 'mx.example.org'))
    assert.ok(matchesSts('mx.example.org', '*.example.org'))
    assert.ok(!matchesSts('a.mx.example.org', '*.example.org'))
    assert.ok(!matchesSts('example.org', '*.example.org'))
    assert.ok(!matchesSts('mx.example.net', 'mx.example.org'))
  })
})

describe('A TLS reporting record (RFC 8460)', () => {
  it('names where reports go', () => {
    assert.ok(isTlsReport('v=TLSRPTv1; rua=mailto:t@example.org'))
    assert.deepEqual(tlsReportUris('v=TLSRPTv1; rua=mailto:t@example.org, https://r.example/v1'), [
      'mailto:t@example.org',
      'https://r.example/v1',
    ])
    assert.deepEqual(tlsReportUris('v=TLSRPTv1; rua=t@example.org'), [])
    assert.deepEqual(tlsReportUris('v=TLSRPTv1'), [])
  })
})
