import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { orThrow } from '../base/refusal.ts'
import { formatPrefix, parsePrefix } from './prefix.ts'
import { abuseMailboxes, readRdapNetwork, registrantOf, type RdapNetwork } from './rdap.ts'

const folder = join(import.meta.dirname, '../../test/fixtures/rdap')
const fixture = (name: string): string => readFileSync(join(folder, `${name}.json`), 'utf8')

function network(name: string): RdapNetwork {
  const read = readRdapNetwork(fixture(name))
  assert.ok(read, name)
  return read
}

/** An answer with one entity whose card is this. */
function withCard(card: unknown, more: object = {}): string {
  return JSON.stringify({
    objectClassName: 'ip network',
    startAddress: '192.0.2.0',
    endAddress: '192.0.2.255',
    entities: [{ handle: 'H', roles: ['abuse'], vcardArray: card }],
    ...more,
  })
}

describe('What a registry says of a network (RFC 9083)', () => {
  it('is its range, name, country, and who is in it, also inside of one another', () => {
    const { handle, name, type, parentHandle, prefixes, entities, remarks } = network('arin')
    assert.deepEqual(
      { handle, name, type, parentHandle, prefixes: prefixes.map(formatPrefix) },
      {
        handle: 'NET-192-0-2-0-1',
        name: 'EXAMPLE-NET',
        type: 'DIRECT ALLOCATION',
        parentHandle: 'NET-192-0-0-0-0',
        prefixes: ['192.0.2.0/24'],
      },
    )
    assert.deepEqual(
      entities.map((each) => [each.handle, ...each.roles]),
      [
        ['EXAMP-9', 'registrant'],
        ['ABUSE1-ARIN', 'abuse'],
        ['TECH1-ARIN', 'technical', 'noc'],
      ],
    )
    assert.deepEqual(remarks, ['Registration Comments', 'Report abuse by mail', 'and only by mail'])
  })

  it('may be a range that is no prefix', () => {
    const { prefixes, country } = network('ripe')
    assert.deepEqual(prefixes.map(formatPrefix), ['198.51.100.0/24', '198.51.101.0/25'])
    assert.equal(country, 'DE')
  })

  it('names mailboxes for abuse, each once, the preferred first', () => {
    assert.deepEqual(abuseMailboxes(network('arin')), ['abuse@hosting.example'])
    assert.deepEqual(abuseMailboxes(network('ripe')), ['abuse@beispiel.example'])
    assert.deepEqual(abuseMailboxes(network('afrinic')), ['abuse@afr.example'])
    assert.deepEqual(
      abuseMailboxes(network('apnic')).map((each) => each.toLowerCase()),
      ['irt@example.org', 'second@example.org'],
    )
  })

  it('falls back to the technical contact, never to the holder or anybody else (OWN-4)', () => {
    assert.deepEqual(abuseMailboxes(network('lacnic')), ['tec@example.org'])
    const other = ['registrant', 'administrative', 'billing', 'noc', 'sponsor', 'reseller', 'constructor']
    const text = withCard(['vcard', [['email', {}, 'text', 'a@example.org']]])
    for (const role of other) {
      const read = readRdapNetwork(text.replace('"abuse"', JSON.stringify(role)))
      assert.ok(read)
      assert.deepEqual(abuseMailboxes(read), [], role)
    }
  })

  it('uses no mailbox that letters were taken out of, and says what is left out (RFC 9537)', () => {
    const read = network('redacted')
    assert.deepEqual(abuseMailboxes(read), [])
    assert.deepEqual(read.redacted, ['Registrant Name', 'Abuse Email'])
  })

  it('says who holds it', () => {
    assert.equal(registrantOf(network('arin')), 'EXAMP-9')
    assert.equal(registrantOf(network('apnic')), '')
  })
})

describe('An answer that is none', () => {
  const wrong: readonly [string, string][] = [
    ['nothing', ''],
    ['a page', '<html><body>Rate limited</body></html>'],
    ['null', 'null'],
    ['a list', '[]'],
    ['a number', '7'],
    ['an error (RFC 9083 §6)', '{"errorCode":404,"title":"not found"}'],
    ['an entity', '{"objectClassName":"entity","startAddress":"192.0.2.0","endAddress":"192.0.2.255"}'],
    ['no addresses', '{"objectClassName":"ip network"}'],
    ['addresses that are objects', '{"objectClassName":"ip network","startAddress":{},"endAddress":[]}'],
    [
      'a range backwards',
      '{"objectClassName":"ip network","startAddress":"192.0.2.9","endAddress":"192.0.2.1"}',
    ],
    ['two families', '{"objectClassName":"ip network","startAddress":"192.0.2.9","endAddress":"2001:db8::"}'],
    ['octal', '{"objectClassName":"ip network","startAddress":"0300.0.2.0","endAddress":"192.0.2.255"}'],
    [
      'a prototype',
      '{"__proto__":{"objectClassName":"ip network","startAddress":"192.0.2.0","endAddress":"192.0.2.1"}}',
    ],
  ]
  for (const [what, text] of wrong)
    it(`such as ${what}`, () => assert.equal(readRdapNetwork(text), undefined))
})

describe('A hostile answer', () => {
  const cards: readonly [string, unknown][] = [
    ['no list', { vcard: 1 }],
    ['a list of the wrong thing', ['xcard', [['email', {}, 'text', 'a@example.org']]]],
    [
      'properties that are none',
      ['vcard', [null, 7, 'email', {}, [], ['email'], [['email'], {}, 'text', 'a@example.org']]],
    ],
    [
      'values that are none',
      [
        'vcard',
        [
          ['email', null, 'text', null],
          ['email', {}, 'text', 7],
          ['email', {}, 'text', { a: 1 }],
        ],
      ],
    ],
    ['two mailboxes in one', ['vcard', [['email', {}, 'text', 'a@example.org, b@example.org']]]],
    ['a name with it', ['vcard', [['email', {}, 'text', 'Abuse <a@example.org>']]]],
    ['a header', ['vcard', [['email', {}, 'text', 'a@example.org\r\nBcc: b@example.org']]]],
    ['a literal', ['vcard', [['email', {}, 'text', 'a@[192.0.2.1]']]]],
    ['markup', ['vcard', [['email', {}, 'text', '"><script>@example.org']]]],
  ]
  for (const [what, card] of cards)
    it(`gives no mailbox for a card with ${what}`, () => {
      const read = readRdapNetwork(withCard(card))
      assert.ok(read)
      assert.deepEqual(abuseMailboxes(read), [])
    })

  it('is not followed deeper than four entities, nor wider than two hundred', () => {
    let entity: object = {
      roles: ['abuse'],
      vcardArray: ['vcard', [['email', {}, 'text', 'deep@example.org']]],
    }
    for (let n = 0; n < 4; n++) entity = { roles: [], entities: [entity] }
    const deep = readRdapNetwork(withCard([], { entities: [entity] }))
    assert.deepEqual(deep && [deep.entities.length, abuseMailboxes(deep)], [4, []])
    const many = Array.from({ length: 9000 }, (_, n) => ({
      roles: ['abuse'],
      vcardArray: ['vcard', [['email', {}, 'text', `a${n}@example.org`]]],
    }))
    assert.equal(readRdapNetwork(withCard([], { entities: many }))?.entities.length, 200)
  })

  it('ends in time however it is nested', () => {
    const text = `{"objectClassName":"ip network","startAddress":"192.0.2.0","endAddress":"192.0.2.255","entities":${'[{"entities":'.repeat(9000)}[]${'}]'.repeat(9000)}}`
    const began = performance.now()
    assert.ok((readRdapNetwork(text)?.entities.length ?? 0) <= 4)
    assert.ok(performance.now() - began < 1000)
  })

  it('has its texts cut and its control characters taken out', () => {
    const read = readRdapNetwork(
      withCard([], { name: `a\u0000\u001b[31m${'x'.repeat(9000)}`, remarks: [{ title: 'a\nb' }] }),
    )
    assert.ok(read && read.name.length <= 300)
    assert.doesNotMatch(read.name, /[\u0000-\u001f]/)
    assert.deepEqual(read.remarks, ['a b'])
  })

  it('never throws, whatever JSON it is, and gives canonical mailboxes only', () => {
    const leaf = fc.oneof(
      fc.string(),
      fc.integer(),
      fc.constantFrom(null, true, 'abuse', 'email', 'vcard', 'a@example.org', 'mailto:b@example.org', 'x@@y'),
    )
    const any = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 6 },
        leaf,
        fc.array(tie('value')),
        fc.dictionary(
          fc.constantFrom(
            'entities',
            'roles',
            'vcardArray',
            'remarks',
            'redacted',
            'handle',
            'name',
            '__proto__',
            'method',
          ),
          tie('value'),
        ),
      ),
    })).value
    fc.assert(
      fc.property(any, any, (entities, redacted) => {
        const read = readRdapNetwork(withCard([], { entities, redacted }))
        for (const mailbox of read ? abuseMailboxes(read) : [])
          assert.match(mailbox, /^[^\s@<>,]+@[a-z0-9.-]+$/)
      }),
      { numRuns: 500 },
    )
  })
})

describe('The networks of the fixtures', () => {
  it('hold all of their own prefixes', () => {
    for (const name of ['arin', 'ripe', 'apnic', 'lacnic', 'afrinic'])
      for (const prefix of network(name).prefixes)
        assert.equal(formatPrefix(orThrow(parsePrefix(formatPrefix(prefix)))), formatPrefix(prefix))
  })
})
