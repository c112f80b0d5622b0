import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Facts } from '../../base/refusal.ts'
import { findingNames, findings } from '../../core/checks/finding.ts'
import { messages } from './messages.ts'

const typical: Facts = {
  ip: '192.0.2.45',
  domain: 'example.org',
  url: 'https://postmaster.provider.example/ip/192.0.2.45',
  code: 550,
  status: '5.7.606',
  ends: '2026-05-04T10:00:00.000Z',
  again: '2026-05-04T10:00:00.000Z',
  block: '10.0.0.0/8 (Private-Use)',
  name: 'mail.example.org',
  others: 'a.example.org',
  family: 6,
  count: 4,
  helo: 'mail.example.org',
  better: 'mx.example.org',
  lookups: 3,
  most: 10,
  term: 'include:x.example',
  position: 8,
  why: 'bad-domain',
  target: 'x.example',
  terms: 'mx',
  length: 500,
  names: 'moo',
  selector: 's1',
  bits: 1024,
  hashes: 'sha1',
  services: 'x',
  tried: 'default, mail',
  policy: 'reject',
  at: 'example.org',
  organization: 'example.org',
  tags: 'pct',
  uri: 'x',
  host: 'mx.example.org',
  spf: 's',
  dkim: 'r',
  hosts: 'mx.example.org',
  all: 5,
  asked: 3,
  mode: 'enforce',
  seconds: 60,
  line: 'mx',
  list: 'Example List',
  result: 'softfail',
}

describe('sentences for findings', () => {
  for (const language of ['en', 'zh-CN'] as const) {
    const { findings: sentences, topics } = messages[language].check

    it(`say what was found, and what to do where there is something to mend, in ${language}`, () => {
      for (const name of findingNames) {
        for (const facts of [typical, { ...typical, family: 4, lookups: 1, spf: 'r', mode: 'testing' }]) {
          const { what, next } = sentences[name](facts)
          for (const sentence of next === undefined ? [what] : [what, next]) {
            assert.match(sentence, /[.?。？]$|https:\S+$/, `${name}: ${sentence}`)
            assert.doesNotMatch(sentence, /undefined|NaN| {2}|“”|\(\)|（）/, `${name}: ${sentence}`)
          }
          if (findings[name] === 'fault' || findings[name] === 'warning') assert.ok(next, name)
        }
      }
    })

    it(`write out what cannot be seen in a fact, in ${language}`, () => {
      const hostile = Object.fromEntries(Object.keys(typical).map((name) => [name, 'x\u202e\u0007\u2066\ny']))
      for (const name of findingNames)
        assert.doesNotMatch(Object.values(sentences[name](hostile)).join(''), /[\p{Cc}\p{Cf}]/u, name)
    })

    it(`say of every topic why it matters here, in ${language}`, () => {
      for (const { title, why } of Object.values(topics)) {
        assert.ok(title.length > 1)
        assert.match(why('Example Mail'), /[.。]$/)
      }
    })
  }
})
