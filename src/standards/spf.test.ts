import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { dnsOf, type Names } from '../../test/support/dns-questions.ts'
import { orThrow } from '../base/refusal.ts'
import { parseAddress } from './ip.ts'
import { evaluateSpf, type SpfEvaluation } from './spf.ts'

const six = '2001:db8:1:2::45'

async function evaluate(
  record: string | readonly string[],
  {
    ip = '192.0.2.45',
    sender,
    helo = 'mail.example.org',
    ...more
  }: { ip?: string; sender?: string; helo?: string; names?: Names } = {},
): Promise<SpfEvaluation> {
  const names: Names = {
    'example.org': {
      TXT: typeof record === 'string' ? [record] : record,
      A: ['192.0.2.1'],
      MX: ['10 mx.example.org'],
    },
    'mx.example.org': { A: ['192.0.2.10'], AAAA: ['2001:db8:1::10'] },
    ...more.names,
  }
  return await evaluateSpf(
    {
      address: orThrow(parseAddress(ip)),
      domain: 'example.org',
      helo,
      ...(sender === undefined ? {} : { sender }),
    },
    dnsOf(names),
  )
}

async function resultOf(...given: Parameters<typeof evaluate>): Promise<string> {
  return (await evaluate(...given)).result
}

describe('SPF records', () => {
  it('are those that begin with v=spf1 and a blank or nothing (§4.5)', async () => {
    assert.equal(await resultOf(['v=spf10', 'v=spf1-all', 'spf2.0/pra +all', 'text']), 'none')
    assert.equal(await resultOf('v=spf1'), 'neutral')
    assert.equal(await resultOf('V=SPF1 -ALL'), 'fail')
    assert.equal(await resultOf(['v=spf10 +all', 'v=spf1 -all', 'other']), 'fail')
  })

  it('are void when there are two (§4.5)', async () => {
    const { result, trouble } = await evaluate(['v=spf1 +all', 'v=spf1 -all'])
    assert.equal(result, 'permerror')
    assert.deepEqual(trouble, { kind: 'several-records', domain: 'example.org', count: 2 })
  })

  it('are none where the name is not there or cannot be asked for, and a temperror where DNS does not answer', async () => {
    const ask = async (domain: string): Promise<string> =>
      (
        await evaluateSpf(
          { address: orThrow(parseAddress('192.0.2.45')), domain, helo: 'x' },
          dnsOf({ 'silent.example.org': 'silent' }),
        )
      ).result
    assert.equal(await ask('gone.example.org'), 'none')
    assert.equal(await ask('localhost'), 'none')
    assert.equal(await ask(`${'a'.repeat(64)}.example.org`), 'none')
    assert.equal(await ask('a..example.org'), 'none')
    assert.equal(await ask('silent.example.org'), 'temperror')
  })

  it('are read to their end before anything is asked: a mistake behind all voids them too (§4.6)', async () => {
    const { result, trouble } = await evaluate('v=spf1 +all  moo')
    assert.equal(result, 'permerror')
    assert.ok(trouble?.kind === 'syntax')
    assert.deepEqual(trouble.mistake, { term: 'moo', position: 14, why: 'unknown-mechanism' })
  })

  it('have the results of their qualifiers (§4.6.2)', async () => {
    assert.equal(await resultOf('v=spf1 all'), 'pass')
    assert.equal(await resultOf('v=spf1 +all'), 'pass')
    assert.equal(await resultOf('v=spf1 -all'), 'fail')
    assert.equal(await resultOf('v=spf1 ~all'), 'softfail')
    assert.equal(await resultOf('v=spf1 ?all'), 'neutral')
    assert.equal(await resultOf('v=spf1 ip4:198.51.100.1'), 'neutral')
  })

  it('are void by one wrong term', async () => {
    const wrong: Readonly<Record<string, string>> = {
      'all.': 'unknown-mechanism',
      'all:foo.example.org': 'argument-given',
      'all/8': 'argument-given',
      include: 'argument-missing',
      'include:': 'bad-domain',
      'include:example.org/24': 'bad-domain',
      'include:museum': 'bad-domain',
      exists: 'argument-missing',
      'exists:': 'bad-domain',
      'exists:%': 'bad-domain',
      'exists:%{x}.example.org': 'bad-domain',
      'exists:%{c}.example.org': 'bad-domain',
      'exists:%{d0}.example.org': 'bad-domain',
      'exists:%{d2r}': 'ok',
      'exists:%{dr2}': 'bad-domain',
      'exists:%abc.example.org': 'bad-domain',
      'a/': 'bad-length',
      'a/33': 'bad-length',
      'a//129': 'bad-length',
      'a/24//64': 'ok',
      'a//64': 'ok',
      'a/024': 'bad-length',
      'a/0': 'ok',
      'a:': 'bad-domain',
      'a:/24': 'bad-domain',
      'a:museum': 'bad-domain',
      'a:museum.': 'bad-domain',
      'a:111.222.33.44': 'bad-domain',
      'a:example.com:8080': 'bad-domain',
      'a:foo-bar': 'bad-domain',
      'a:example.-com': 'bad-domain',
      'a:foo:bar/baz.example.com': 'ok',
      'a:example.net.': 'ok',
      'mx/24//129': 'bad-length',
      'mx:abc.123': 'bad-domain',
      'mx:%%%_': 'ok',
      ptr: 'ok',
      'ptr:': 'bad-domain',
      'ptr/0': 'bad-domain',
      'ip4:1.2.3': 'bad-address',
      'ip4:1.2.3.4:8080': 'bad-address',
      'ip4:1.2.3.256': 'bad-address',
      'ip4:01.2.3.4': 'bad-address',
      'ip4:1.2.3.4/': 'bad-length',
      'ip4:1.2.3.4/33': 'bad-length',
      'ip4:1.2.3.4/032': 'bad-length',
      'ip4:1.2.3.4//32': 'bad-length',
      'ip4:1.2.3.4/32': 'ok',
      'ip4:2001:db8::1': 'bad-address',
      ip4: 'argument-missing',
      'ip6:2001:db8::/32': 'ok',
      'ip6:2001:db8::/129': 'bad-length',
      'ip6:2001:db8::1::2': 'bad-address',
      'ip6:192.0.2.1': 'bad-address',
      'ip6:::1.1.1.1/0': 'ok',
      'redirect=museum': 'bad-domain',
      'redirect=': 'bad-domain',
      'redirect:example.org': 'unknown-mechanism',
      'exp=': 'bad-domain',
      'moo=%{d}x': 'ok',
      'moo=%abc': 'bad-macro',
      'moo.cow-far_out=man:dog/cat': 'ok',
      'a:caf\u00e9.example.org': 'bad-character',
      '-': 'unknown-mechanism',
      '+-all': 'unknown-mechanism',
      'include-mail:example.org': 'unknown-mechanism',
    }
    const names = { 'example.com': { TXT: ['v=spf1 -all'] } }
    for (const [term, why] of Object.entries(wrong)) {
      const { trouble } = await evaluate(`v=spf1 ${term} -all`, { names })
      const found = trouble?.kind === 'syntax' ? trouble.mistake : undefined
      assert.equal(found?.why ?? 'ok', why, term)
      if (why !== 'ok') assert.deepEqual({ term: found?.term, at: found?.position }, { term, at: 8 }, term)
    }
  })

  it('may have redirect and exp once each (§6)', async () => {
    const twice = async (record: string): Promise<string | undefined> => {
      const { trouble } = await evaluate(record)
      return trouble?.kind === 'syntax' ? trouble.mistake.why : undefined
    }
    assert.equal(await twice('v=spf1 exp=a.example.org exp=b.example.org -all'), 'modifier-twice')
    assert.equal(await twice('v=spf1 redirect=a.example.org redirect=b.example.org'), 'modifier-twice')
    assert.equal(await twice('v=spf1 moo=a moo=b -all'), undefined)
  })

  it('never throw, whatever they are', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 80 }), async (text) => {
        await evaluate(`v=spf1 ${text}`)
      }),
    )
  })

  it('are read in time that grows with their length only', async () => {
    const began = performance.now()
    for (const part of ['a:%{d}', '%{', '/1', 'a//', '.-', 'ip4:1', 'x=%{', 'a:b.c/1'])
      await evaluate(`v=spf1 a:${part.repeat(8000 / part.length)}/x`)
    assert.ok(performance.now() - began < 1500)
  })
})

describe('SPF mechanisms', () => {
  it('ip4 and ip6 match networks of their own family (§5.6)', async () => {
    assert.equal(await resultOf('v=spf1 ip4:192.0.2.45 -all'), 'pass')
    assert.equal(await resultOf('v=spf1 ip4:192.0.2.99/24 -all'), 'pass')
    assert.equal(await resultOf('v=spf1 ip4:198.51.100.0/24 -all'), 'fail')
    assert.equal(await resultOf('v=spf1 ip4:0.0.0.0/0 -all', { ip: six }), 'fail')
    assert.equal(await resultOf('v=spf1 ip6:2001:db8:1::/48 -all', { ip: six }), 'pass')
    assert.equal(await resultOf('v=spf1 ip6:::/0 -all'), 'fail')
    // §5: an IPv4-mapped client is an IPv4 client, and `ip6` never speaks of one.
    assert.equal(await resultOf('v=spf1 ip4:192.0.2.45 -all', { ip: '::ffff:192.0.2.45' }), 'pass')
    assert.equal(await resultOf('v=spf1 ip6:::ffff:192.0.2.45 -all'), 'fail')
  })

  it('a matches an address of the name, with the length of the family (§5.3)', async () => {
    const names = { 'host.example.net': { A: ['198.51.100.9', '192.0.2.200'], AAAA: ['2001:db8:1:2::1'] } }
    assert.equal(await resultOf('v=spf1 a -all', { ip: '192.0.2.1' }), 'pass')
    assert.equal(await resultOf('v=spf1 a:host.example.net -all', { names }), 'fail')
    assert.equal(await resultOf('v=spf1 a:host.example.net/24 -all', { names }), 'pass')
    assert.equal(await resultOf('v=spf1 a:HOST.example.net./24//128 -all', { names }), 'pass')
    assert.equal(await resultOf('v=spf1 a:host.example.net/24//128 -all', { names, ip: six }), 'fail')
    assert.equal(await resultOf('v=spf1 a:host.example.net//64 -all', { names, ip: six }), 'pass')
    assert.equal(await resultOf('v=spf1 a/0 -all'), 'pass')
  })

  it('mx matches an address of a mail host, and more than ten hosts void the record (§5.4, §4.6.4)', async () => {
    assert.equal(await resultOf('v=spf1 mx -all', { ip: '192.0.2.10' }), 'pass')
    assert.equal(await resultOf('v=spf1 mx//64 -all', { ip: '2001:db8:1::99' }), 'pass')
    // Without MX the address of the name is no mail host.
    assert.equal(
      await resultOf('v=spf1 mx:bare.example.net -all', {
        names: { 'bare.example.net': { A: ['192.0.2.45'] } },
      }),
      'fail',
    )
    const hosts = Array.from({ length: 11 }, (_, index) => `10 mx${index}.example.net`)
    const many = {
      'many.example.net': { MX: hosts },
      ...Object.fromEntries(hosts.map((host) => [host.slice(3), { A: ['192.0.2.45'] }])),
    }
    const { result, trouble } = await evaluate('v=spf1 mx:many.example.net -all', { names: many })
    assert.equal(result, 'permerror')
    assert.equal(trouble?.kind, 'too-many-hosts')
  })

  it('include matches only by pass, and an included name without a record voids the record (§5.2)', async () => {
    const of = async (record: string | undefined): Promise<string> =>
      await resultOf('v=spf1 include:other.example.net ~all', {
        names: { 'other.example.net': record === undefined ? {} : { TXT: [record] } },
      })
    assert.equal(await of('v=spf1 ip4:192.0.2.45 -all'), 'pass')
    assert.equal(await of('v=spf1 -all'), 'softfail')
    assert.equal(await of('v=spf1 ?all'), 'softfail')
    assert.equal(await of('v=spf1 moo'), 'permerror')
    assert.equal(await of(undefined), 'permerror')
    assert.equal(
      await resultOf('v=spf1 include:other.example.net ~all', { names: { 'other.example.net': 'silent' } }),
      'temperror',
    )
    assert.equal(await resultOf('v=spf1 include:gone.example.net ~all'), 'permerror')
  })

  it('exists asks for an A record, also for an IPv6 client (§5.7)', async () => {
    const names = { 'there.example.net': { A: ['127.0.0.2'] }, 'six.example.net': { AAAA: ['2001:db8::1'] } }
    assert.equal(await resultOf('v=spf1 exists:there.example.net -all', { names, ip: six }), 'pass')
    assert.equal(await resultOf('v=spf1 exists:six.example.net -all', { names, ip: six }), 'fail')
    assert.equal(
      await resultOf('v=spf1 exists:silent.example.net -all', { names: { 'silent.example.net': 'silent' } }),
      'temperror',
    )
  })

  it('ptr matches a confirmed name in the domain; names that cannot be looked up are no error (§5.5)', async () => {
    const at = '45.2.0.192.in-addr.arpa'
    const names: Names = {
      [at]: { PTR: ['silent.example.org', 'liar.example.org', 'mail.example.org'] },
      'silent.example.org': 'silent',
      'liar.example.org': { A: ['198.51.100.1'] },
      'mail.example.org': { A: ['192.0.2.45'] },
    }
    assert.equal(await resultOf('v=spf1 ptr -all', { names }), 'pass')
    assert.equal(await resultOf('v=spf1 ptr:example.net -all', { names }), 'fail')
    assert.equal(await resultOf('v=spf1 ptr:ample.org -all', { names }), 'fail')
    assert.equal(await resultOf('v=spf1 ptr -all', { names: { [at]: 'silent' } }), 'fail')
    // Only ten of them are looked at (§4.6.4).
    const many = Array.from({ length: 10 }, (_, index) => `n${index}.example.org`)
    assert.equal(
      await resultOf('v=spf1 ptr -all', {
        names: { ...names, [at]: { PTR: [...many, 'mail.example.org'] } },
      }),
      'fail',
    )
  })

  it('redirect takes the other record’s result where nothing matched, and is passed over behind all (§6.1)', async () => {
    const names = { 'other.example.net': { TXT: ['v=spf1 ip4:192.0.2.45 ?all'] } }
    assert.equal(await resultOf('v=spf1 redirect=other.example.net', { names }), 'pass')
    assert.equal(
      await resultOf('v=spf1 ip4:198.51.100.1 redirect=other.example.net', { names, ip: '192.0.2.9' }),
      'neutral',
    )
    assert.equal(await resultOf('v=spf1 redirect=other.example.net -all', { names }), 'fail')
    assert.equal(await resultOf('v=spf1 redirect=gone.example.net'), 'permerror')
  })
})

describe('The limits of SPF (§4.6.4)', () => {
  const chain = (length: number): Names =>
    Object.fromEntries(
      Array.from({ length }, (_, index) => [
        `s${index}.example.net`,
        {
          TXT: [
            index === length - 1
              ? 'v=spf1 ip4:192.0.2.45 -all'
              : `v=spf1 include:s${index + 1}.example.net -all`,
          ],
        },
      ]),
    )

  it('are ten terms that ask DNS, however deep', async () => {
    const ten = await evaluate('v=spf1 include:s0.example.net -all', { names: chain(10) })
    assert.deepEqual([ten.result, ten.lookups], ['pass', 10])
    const eleven = await evaluate('v=spf1 include:s0.example.net -all', { names: chain(11) })
    assert.deepEqual([eleven.result, eleven.trouble?.kind], ['permerror', 'too-many-lookups'])
  })

  it('end a record that includes itself', async () => {
    assert.equal(await resultOf('v=spf1 include:example.org -all'), 'permerror')
    assert.equal(await resultOf('v=spf1 redirect=example.org'), 'permerror')
  })

  it('do not count ip4, ip6, all and exp', async () => {
    const { result, lookups } = await evaluate(
      `v=spf1 ${'ip4:198.51.100.1 '.repeat(30)}${'ip6:2001:db8::1 '.repeat(30)}~all exp=e.example.org`,
    )
    assert.deepEqual([result, lookups], ['softfail', 0])
  })

  it('are two look-ups that find nothing', async () => {
    const names = { 'empty.example.net': {} }
    const two = await evaluate('v=spf1 a:gone1.example.net a:empty.example.net ip4:192.0.2.45 -all', {
      names,
    })
    assert.deepEqual([two.result, two.voids], ['pass', 2])
    const three = await evaluate(
      'v=spf1 a:gone1.example.net mx:empty.example.net exists:gone3.example.net ip4:192.0.2.45 -all',
      { names },
    )
    assert.deepEqual([three.result, three.trouble?.kind], ['permerror', 'too-many-voids'])
  })
})

describe('SPF macros (§7)', () => {
  const asked = async (
    spec: string,
    more: Parameters<typeof evaluate>[1] = {},
  ): Promise<string | undefined> =>
    (await evaluate(`v=spf1 exists:${spec} -all`, { sender: 'strong-bad@email.example.com', ...more }))
      .trace[0]?.asked

  it('expand as in the examples of §7.4', async () => {
    const examples: Readonly<Record<string, string>> = {
      '%{s}': 'strong-bad@email.example.com',
      '%{o}': 'email.example.com',
      '%{d}': 'example.org',
      '%{d2}': 'example.org',
      '%{d1}': 'org',
      '%{dr}': 'org.example',
      '%{o4}': 'email.example.com',
      '%{o1}': 'com',
      '%{o2r}': 'example.email',
      '%{l}': 'strong-bad',
      '%{l-}': 'strong.bad',
      '%{lr}': 'strong-bad',
      '%{lr-}': 'bad.strong',
      '%{l1r-}': 'strong',
      '%{ir}.%{v}._spf.%{d2}': '45.2.0.192.in-addr._spf.example.org',
      '%{lr-}.lp._spf.%{d2}': 'bad.strong.lp._spf.example.org',
      '%{ir}.%{v}.%{l1r-}.lp._spf.%{d2}': '45.2.0.192.in-addr.strong.lp._spf.example.org',
      '%{h}': 'mail.example.org',
      '%{S}': 'strong-bad%40email.example.com',
      'a%%b%-.%{d}': 'a%b%20.example.org',
    }
    for (const [spec, name] of Object.entries(examples)) assert.equal(await asked(spec), name, spec)
  })

  it('write an IPv6 address in nibbles', async () => {
    assert.equal(
      await asked('%{ir}.%{v}._spf.%{d2}', { ip: '2001:db8::cb01' }),
      '1.0.b.c.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6._spf.example.org',
    )
  })

  it('give the confirmed name of the address, and unknown where there is none', async () => {
    const names = {
      '45.2.0.192.in-addr.arpa': { PTR: ['mx.example.org', 'out.example.net'] },
      'mx.example.org': { A: ['192.0.2.45'] },
      'out.example.net': { A: ['192.0.2.45'] },
    }
    assert.equal(await asked('%{p}.p.example.org', { names }), 'mx.example.org.p.example.org')
    assert.equal(await asked('%{p}.p.example.org'), 'unknown.p.example.org')
  })

  it('are cut from the left to the length of a name (§7.3)', async () => {
    const name = await asked(`%{l}.${'x'.repeat(60)}.%{d}`, {
      sender: `${'abcdefghi.'.repeat(24)}z@example.org`,
    })
    assert.ok(name !== undefined && name.length <= 253 && name.endsWith(`${'x'.repeat(60)}.example.org`))
    assert.match(name, /^abcdefghi\./)
  })
})

describe('The trace of an evaluation', () => {
  it('tells each term, what it asked for and the look-ups so far, included ones one deeper', async () => {
    const names = {
      'spf.example.net': { TXT: ['v=spf1 a:host.example.net ?all'] },
      'host.example.net': { A: ['198.51.100.1'] },
    }
    const { trace } = await evaluate('v=spf1 include:spf.example.net mx/24 -all', { names })
    assert.deepEqual(
      trace.map(({ depth, term, outcome, asked, lookups }) => [depth, term, outcome, asked, lookups]),
      [
        [0, 'include:spf.example.net', 'no-match', 'spf.example.net', 2],
        [1, 'a:host.example.net', 'no-match', 'host.example.net', 2],
        [1, '?all', 'match', undefined, 2],
        [0, 'mx/24', 'match', 'example.org', 3],
      ],
    )
  })

  it('ends at the term that voids the record', async () => {
    const { trace, trouble } = await evaluate('v=spf1 mx include:gone.example.net -all')
    assert.equal(trace.at(-1)?.outcome, 'error')
    assert.deepEqual(trouble, {
      kind: 'no-record-there',
      domain: 'example.org',
      term: 'include:gone.example.net',
      target: 'gone.example.net',
    })
  })
})
