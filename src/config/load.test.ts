import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import fc from 'fast-check'
import { formatPrefix } from '../standards/prefix.ts'
import type { Config } from './config.ts'
import { configKeys } from './keys.ts'
import { loadConfig } from './load.ts'
import { ConfigMistakes } from './mistake.ts'

let directory = ''

before(() => {
  directory = mkdtempSync(join(tmpdir(), 'postern-config-'))
})
after(() => rmSync(directory, { recursive: true }))

/** What the text of a file, and an environment, are read as. */
function load(text: string, env: Record<string, string> = {}): Config | ConfigMistakes {
  const file = join(directory, 'postern.yaml')
  writeFileSync(file, text)
  return loadConfig({ file, env, directory })
}

function good(text: string, env: Record<string, string> = {}): Config {
  const config = load(text, env)
  if (config instanceof ConfigMistakes) throw new Error(config.toString())
  return config
}

function wrong(text: string, env: Record<string, string> = {}): readonly string[] {
  const config = load(text, env)
  assert.ok(config instanceof ConfigMistakes, 'there should be mistakes')
  return config.lines()
}

describe('the configuration', () => {
  it('needs no file at all', () => {
    const config = loadConfig({ env: {}, directory: join(directory, 'nowhere') })
    assert.ok(!(config instanceof ConfigMistakes))
    assert.deepEqual(config.listen.policy, { host: '127.0.0.1', port: 10040 })
    assert.deepEqual(config.listen.feed, { path: join(directory, 'nowhere', 'data', 'feed.sock') })
    assert.equal(config.provider.site, 'http://127.0.0.1:8080')
    assert.equal(config.database, 'sqlite')
    assert.equal(config.mail.smarthost, 'smtp://127.0.0.1:25')
  })

  it('reads the file of the contracts', () => {
    const config = good(`
provider:
  name: Example Mail
  domains: [provider.example]
  site: https://postmaster.provider.example
  languages: [en, zh-CN]
  networks: [203.0.113.0/24]
  community: https://forum.provider.example
data: ./data
database: sqlite
listen: { site: 127.0.0.1:8080, console: 127.0.0.1:8081, policy: 127.0.0.1:10040, lookup: 127.0.0.1:8070,
          dnsbl: 127.0.0.1:8053, intake: 127.0.0.1:8025, lmtp: 127.0.0.1:8024, feed: unix }
trustedProxies: []
protected: { networks: [], names: [] }
policy: { mode: enforce }
reputation: { mode: observe }
mail:
  from: postmaster@provider.example
  smarthost: smtp://127.0.0.1:25
  replyDomain: postern.provider.example
addresses: { abuse: abuse@provider.example, delist: delist@provider.example, reports: report-spam@provider.example,
             junk: junk@provider.example, notJunk: not-junk@provider.example, phish: phish@provider.example }
intake: { trust: [127.0.0.0/8] }
notify: mailto:postmaster@provider.example
codes: microsoft-like
dnsbl: { zone: bl.provider.example, allow: [127.0.0.0/8, 203.0.113.0/24], ttl: 10s }
limits: {}
`)
    assert.deepEqual(config.provider.networks.map(formatPrefix), ['203.0.113.0/24'])
    assert.equal(config.data, join(directory, 'data'))
    assert.equal(config.dnsbl.ttl, 10_000)
  })

  it('fills in addresses from the first domain', () => {
    const config = good('provider: { domains: [Example.ORG, example.net] }')
    assert.deepEqual(config.provider.domains, ['example.org', 'example.net'])
    assert.equal(config.mail.from, 'postmaster@example.org')
    assert.equal(config.mail.replyDomain, 'postern.example.org')
    assert.equal(config.addresses.notJunk, 'not-junk@example.org')
    assert.equal(config.notify, 'mailto:postmaster@example.org')
    assert.equal(config.dnsbl.zone, 'bl.example.org')
  })

  it('takes domains in any script as A-labels', () => {
    assert.deepEqual(good('provider: { domains: [例子.example] }').provider.domains, ['xn--fsqu00a.example'])
  })

  it('counts a key with nothing behind it as not written', () => {
    assert.deepEqual(good('webhooks:\nprovider:\n  networks:\n').webhooks, [])
  })

  it('cannot be changed once it is read', () => {
    const config = good('provider: { networks: [203.0.113.0/24] }')
    const [network] = config.provider.networks
    for (const part of [
      config,
      config.provider,
      config.provider.networks,
      network,
      network?.words,
      config.listen.site,
    ]) {
      assert.ok(Object.isFrozen(part))
    }
  })

  it('reads where a door listens', () => {
    const { listen } = good(`listen:
  site: ':9000'
  console: '[::1]:9001'
  policy: /run/postern/policy.sock
  lookup: unix
  dnsbl: unix:/run/postern/dnsbl.sock
  intake: 0.0.0.0:25
  lmtp: ./lmtp.sock
  feed: core.example:10050`)
    assert.deepEqual(listen, {
      site: { host: '127.0.0.1', port: 9000 },
      console: { host: '::1', port: 9001 },
      policy: { path: '/run/postern/policy.sock' },
      lookup: { path: join(directory, 'data', 'lookup.sock') },
      dnsbl: { path: '/run/postern/dnsbl.sock' },
      intake: { host: '0.0.0.0', port: 25 },
      lmtp: { path: join(directory, 'lmtp.sock') },
      feed: { host: 'core.example', port: 10050 },
    })
  })

  it('has a site without a slash at its end', () => {
    assert.equal(
      good('provider: { site: https://Postmaster.Example/ }').provider.site,
      'https://postmaster.example',
    )
  })
})

describe('the environment', () => {
  it('wins over the file, key by key', () => {
    const config = good('listen: { policy: 127.0.0.1:1, lookup: 127.0.0.1:2 }', {
      POSTERN_LISTEN_POLICY: '127.0.0.1:3',
    })
    assert.deepEqual(config.listen.policy, { host: '127.0.0.1', port: 3 })
    assert.deepEqual(config.listen.lookup, { host: '127.0.0.1', port: 2 })
  })

  it('sets every kind of value', () => {
    const config = good('', {
      POSTERN_PROVIDER_DOMAINS: 'example.org, example.net',
      POSTERN_TRUSTED_PROXIES: '["192.0.2.1","2001:db8::/64"]',
      POSTERN_DELISTING_CHALLENGE_COST: '2',
      POSTERN_RETENTION_DECISIONS: '14d',
      POSTERN_LIMITS: '{"lookup.client.day":{"count":100,"per":"24h"}}',
      POSTERN_WEBHOOKS: '[{"url":"https://hooks.example/","secretFile":"hook.secret"}]',
      POSTERN_CODES: 'iana-strict',
    })
    assert.deepEqual(config.provider.domains, ['example.org', 'example.net'])
    assert.deepEqual(config.trustedProxies.map(formatPrefix), ['192.0.2.1/32', '2001:db8::/64'])
    assert.equal(config.delisting.challengeCost, 2)
    assert.equal(config.retention.decisions, 14 * 86_400_000)
    assert.deepEqual(config.limits, { 'lookup.client.day': { count: 100, per: 86_400_000 } })
    assert.deepEqual(config.webhooks, [
      { url: 'https://hooks.example/', secretFile: join(directory, 'hook.secret') },
    ])
    assert.equal(config.codes, 'iana-strict')
  })

  it('may leave out the underscores inside of a key', () => {
    assert.equal(good('', { POSTERN_MAIL_REPLYDOMAIN: 'r.example.org' }).mail.replyDomain, 'r.example.org')
    const both = wrong('', { POSTERN_MAIL_REPLYDOMAIN: 'a.example', POSTERN_MAIL_REPLY_DOMAIN: 'b.example' })
    assert.deepEqual(both, [
      'POSTERN_MAIL_REPLY_DOMAIN mail.replyDomain: POSTERN_MAIL_REPLYDOMAIN says something else',
    ])
  })

  it('has one variable for every key', () => {
    const names = configKeys.flatMap(({ variable }) => variable ?? [])
    assert.equal(new Set(names.map((name) => name.replaceAll('_', ''))).size, names.length)
    assert.ok(names.length > 40)
  })

  it('is not passed over when a name is mistyped', () => {
    assert.deepEqual(wrong('', { POSTERN_LISTEN_POLCY: ':1' }), [
      'POSTERN_LISTEN_POLCY: there is no such key; did you mean POSTERN_LISTEN_POLICY?',
    ])
    assert.deepEqual(wrong('', { POSTERN_LISTEN_TELEPHONE: ':1' }), [
      'POSTERN_LISTEN_TELEPHONE: there is no such key',
    ])
    assert.deepEqual(wrong('', { POSTERN_LIMITS_LOOKUP_CLIENT_DAY: '1' }), [
      'POSTERN_LIMITS_LOOKUP_CLIENT_DAY: there is no such key; POSTERN_LIMITS takes JSON',
    ])
  })

  it('may hold what an orchestrator or a test puts there, and empty variables', () => {
    good('', {
      POSTERN_SERVICE_HOST: '192.0.2.1',
      POSTERN_PORT: 'tcp://192.0.2.1:80',
      POSTERN_POLICY_SERVICE_PORT_HTTP: '80',
      POSTERN_POLICY_PORT_10040_TCP_ADDR: '192.0.2.1',
      POSTERN_TORTURE: '1',
      POSTERN_DATABASE: '',
    })
  })

  it('takes a part of one as a decimal fraction', () => {
    const config = good('', { POSTERN_ABUSE_SHARE: '0.005', POSTERN_ABUSE_NOTIFY_WEIGHT: '2.5' })
    assert.equal(config.abuse.share, 0.005)
    assert.equal(config.abuse.notifyWeight, 2.5)
  })

  it('is named in mistakes', () => {
    assert.deepEqual(
      wrong('codes: microsoft-like', {
        POSTERN_CODES: 'other',
        POSTERN_WEBHOOKS: '{',
        POSTERN_EDGE_EXEMPT_PER_HOUR: 'x',
      }),
      [
        'POSTERN_WEBHOOKS webhooks: expected JSON: a list, each `url` and perhaps `secretFile`',
        'POSTERN_CODES codes: expected microsoft-like or iana-strict; got "other"',
        'POSTERN_EDGE_EXEMPT_PER_HOUR edge.exemptPerHour: expected a whole number from 1 to 10000; got "x"',
      ],
    )
  })
})

describe('mistakes', () => {
  it('are all said at once, each with its place, its path and what was expected', () => {
    assert.deepEqual(
      wrong(`provider:
  site: http://postmaster.provider.example
  networks: [10.0.0.1/8, 010.0.0.0/8]
  lanugages: [en]
listen:
  policy: 127.0.0.1
  site: 8080
policy: { mode: maybe }
mail:
  from: Postmaster <postmaster@provider.example>
delisting:
  link: 10 minutes
  challengeCost: 1.5
zone: bl.provider.example
limits: { Lookup!: { count: 1, per: 1h }, lookup.client.day: { count: 0, pre: 1h } }
`),
      [
        'postern.yaml:2:9 provider.site: expected the address of a site without a path, such as https://postmaster.provider.example: http is for a loopback host only; others need https; got "http://postmaster.provider.example"',
        'postern.yaml:3:14 provider.networks[0]: expected a network such as 203.0.113.0/24 or 2001:db8::/32: it has bits set behind its length; perhaps 10.0.0.0/8 is meant; got "10.0.0.1/8"',
        'postern.yaml:3:26 provider.networks[1]: expected a network such as 203.0.113.0/24 or 2001:db8::/32: an octet begins with zero, which some programs read as octal; got "010.0.0.0/8"',
        'postern.yaml:4:3 provider.lanugages: there is no such key; did you mean languages?',
        'postern.yaml:6:11 listen.policy: expected host:port, :port (on 127.0.0.1), the path of a unix socket, or unix; got "127.0.0.1"',
        'postern.yaml:7:9 listen.site: expected host:port, :port (on 127.0.0.1), the path of a unix socket, or unix; got 8080',
        'postern.yaml:8:17 policy.mode: expected enforce or observe; got "maybe"',
        'postern.yaml:10:9 mail.from: expected a mailbox such as postmaster@provider.example; got "Postmaster <postmaster@provider.example>"',
        'postern.yaml:12:9 delisting.link: expected a duration between 5m and 1d, such as 90s, 30m, 24h or 7d; got "10 minutes"',
        'postern.yaml:13:18 delisting.challengeCost: expected a whole number from 1 to 8; got 1.5',
        'postern.yaml:14:1 zone: there is no such key; did you mean support.calendar.zone?',
        'postern.yaml:15:11 limits.Lookup!: expected the name of a limit, such as lookup.client.day',
        'postern.yaml:15:62 limits.lookup.client.day.per: expected a duration between 1m and 90d, such as 90s, 30m, 24h or 7d',
        'postern.yaml:15:71 limits.lookup.client.day.count: expected a whole number from 1 to 1000000; got 0',
        'postern.yaml:15:74 limits.lookup.client.day.pre: there is no such key; did you mean per?',
      ],
    )
  })

  it('are said of a file that is no YAML, has a key twice, a tag, or something else than keys', () => {
    assert.match(wrong('provider: [').join(), /^postern\.yaml:1:12: /)
    assert.match(
      wrong('codes: microsoft-like\ncodes: iana-strict').join(),
      /^postern\.yaml:2:1: Map keys must be unique/,
    )
    assert.match(wrong('data: !!js/function "x"').join(), /^postern\.yaml:1:7: Unresolved tag/)
    assert.match(wrong('- a').join(), /^postern\.yaml:1:1: expected keys and values/)
    assert.match(
      wrong('provider: here').join(),
      /^postern\.yaml:1:11 provider: expected keys and values; got "here"/,
    )
  })

  it('are said of aliases without end', () => {
    const laughs = [
      'a0: &a0 [x,x,x,x,x,x,x,x,x,x]',
      ...[1, 2, 3, 4, 5, 6].map((n) => `a${n}: &a${n} [${`*a${n - 1},`.repeat(10)}]`),
    ]
    assert.match(wrong(laughs.join('\n')).join(), /alias/i)
  })

  it('are said of keys that mean something to the language', () => {
    assert.deepEqual(
      wrong('__proto__: { codes: iana-strict }\nprovider: { constructor: 1, __proto__: { name: x } }'),
      [
        'postern.yaml:1:1 __proto__: there is no such key',
        'postern.yaml:2:13 provider.constructor: there is no such key',
        'postern.yaml:2:29 provider.__proto__: there is no such key',
      ],
    )
  })

  it('are said of a file that is not there', () => {
    const config = loadConfig({ file: '/nowhere/postern.yaml', env: {} })
    assert.ok(config instanceof ConfigMistakes)
    assert.deepEqual(config.lines(), ['/nowhere/postern.yaml: the file cannot be read (ENOENT)'])
  })

  it('never show what may be a password', () => {
    const lines = wrong('database: mysql://u:swordfish@h/d\nmail: { smarthost: "imap://u:swordfish@h" }')
    assert.equal(lines.length, 2)
    assert.doesNotMatch(lines.join(), /swordfish/)
  })

  it('refuse a network so wide that it is everybody', () => {
    for (const path of ['trustedProxies', 'intake.trust', 'dnsbl.allow', 'provider.networks']) {
      const [first = '', second] = path.split('.')
      const text = second === undefined ? `${first}: [0.0.0.0/0]` : `${first}: { ${second}: ['::/0'] }`
      assert.match(wrong(text).join(), /is the widest that is taken/)
    }
  })

  it('say what is expected also of choices, of parts of one and of names', () => {
    assert.deepEqual(
      wrong(
        'support: { survey: sometimes, reasons: [] }\nowners: { rdap: x }\nabuse: { share: 3, notifyWeight: 0 }\nlisting: { impactShare: x }\nreputation: { tuning: { newBudget: -1 } }',
      ),
      [
        'postern.yaml:1:20 support.survey: expected off or on; got "sometimes"',
        'postern.yaml:1:40 support.reasons: expected names of reasons, each with none, by-path, form or full; got []',
        'postern.yaml:2:17 owners.rdap: expected ask or never; got "x"',
        'postern.yaml:3:17 abuse.share: expected a number from 0 to 1; got 3',
        'postern.yaml:3:34 abuse.notifyWeight: expected a number above 0, at most 1000; got 0',
        'postern.yaml:4:25 listing.impactShare: expected a number from 0 to 1; got "x"',
        'postern.yaml:5:36 reputation.tuning.newBudget: expected a number from 0 on; got -1',
      ],
    )
  })

  it('never take the program down, whatever stands in the file', () => {
    const paths = configKeys.map(({ path }) => path)
    const value = fc.oneof(
      fc.string(),
      fc.jsonValue(),
      fc.constantFrom('unix', '1h', 'https://x', '::/0', '0', ':0', '@', '<>', null),
    )
    fc.assert(
      fc.property(
        fc.dictionary(fc.oneof(fc.constantFrom(...paths), fc.string()), value, { maxKeys: 5 }),
        (values) => {
          const nested: Record<string, unknown> = {}
          for (const [path, given] of Object.entries(values)) {
            const [first = '', second] = path.split('.')
            nested[first] = second === undefined ? given : { [second]: given }
          }
          const config = load(JSON.stringify(nested))
          assert.ok(config instanceof ConfigMistakes ? config.mistakes.length > 0 : Object.isFrozen(config))
        },
      ),
      { numRuns: 300 },
    )
  })
})

describe('keys that do not fit together', () => {
  it('are two doors in one place', () => {
    assert.deepEqual(wrong('listen: { console: 127.0.0.1:8080, lookup: 0.0.0.0:8024 }'), [
      'postern.yaml:1:9 listen.lmtp: listens at 127.0.0.1:8024, where listen.lookup is already',
      'postern.yaml:1:20 listen.console: listens at 127.0.0.1:8080, where listen.site is already',
    ])
    good('listen: { site: 127.0.0.1:0, console: 127.0.0.1:0 }')
  })

  it('are a reply domain with users in it, which would switch listings off', () => {
    assert.match(
      wrong('provider: { domains: [example.org] }\nmail: { replyDomain: example.org }').join(),
      /must be a domain without users/,
    )
  })

  it('are a folder whose sockets have no place in the kernel', () => {
    assert.match(wrong(`data: /tmp/${'x'.repeat(100)}`).join(), /can have 107 bytes at most/)
  })

  it('are a language twice and a term beyond the longest', () => {
    assert.match(wrong('provider: { languages: [en, en] }').join(), /en stands there twice/)
    assert.match(wrong('listing: { longest: 2d }').join(), /a term is longer than listing.longest/)
  })
})

describe('dates', () => {
  it('are the beginning of a UTC day', () => {
    const { highVolume } = good(
      'highVolume: { mode: reject, junkSince: 2026-04-01, rejectSince: 2026-05-05 }',
    )
    assert.equal(highVolume.junkSince, Date.UTC(2026, 3, 1))
    assert.equal(highVolume.rejectSince, Date.UTC(2026, 4, 5))
  })

  for (const date of ['2026-02-30', '2026-5-5', '5 May 2026', '2026-05-05T00:00:00Z', '20260505']) {
    it(`are not ${date}`, () => {
      assert.match(
        wrong(`highVolume: { junkSince: "${date}" }`).join('\n'),
        /highVolume\.junkSince: .*expected a date/,
      )
    })
  }

  it('of junk are before those of reject', () => {
    assert.match(
      wrong('highVolume: { junkSince: 2026-05-05, rejectSince: 2026-05-05 }').join('\n'),
      /highVolume\.junkSince: is not before/,
    )
  })
})

describe('Sign-in of recipients at an OpenID provider', () => {
  const provider = 'issuer: https://id.provider.example/realms/users'
  const ofGroup = 'admins: [{ group: mail-desk, domains: [provider.example] }]'

  it('is off without an issuer, and finds its secret beside the file of the configuration', () => {
    assert.equal(good('').recipients.oidc.issuer, undefined)
    const { oidc, admins } = good(
      `recipients: { ${ofGroup}, oidc: { ${provider}, groupsClaim: groups, secretFile: oidc.secret } }`,
    ).recipients
    assert.deepEqual([oidc.mailboxClaim, oidc.mailboxProof], ['email', 'email_verified'])
    assert.match(oidc.secretFile ?? '', /^\/.*\/oidc\.secret$/)
    assert.deepEqual(admins, [{ group: 'mail-desk', domains: ['provider.example'] }])
  })

  it('believes another claim than the verified one only when told so', () => {
    const oidc = `oidc: { ${provider}, mailboxClaim: upn`
    assert.match(
      wrong(`recipients: { ${oidc} } }`).join('\n'),
      /recipients\.oidc\.mailboxClaim: email_verified says nothing about upn/,
    )
    assert.equal(good(`recipients: { ${oidc}, mailboxProof: claim } }`).recipients.oidc.mailboxClaim, 'upn')
  })

  it('is needed, with a claim of groups, where an admin is named by a group', () => {
    for (const oidc of ['{}', '{ groupsClaim: groups }', `{ ${provider} }`])
      assert.match(
        wrong(`recipients: { ${ofGroup}, oidc: ${oidc} }`).join('\n'),
        /recipients\.admins: names a group/,
        oidc,
      )
  })

  it('knows an admin by one thing', () => {
    for (const who of ['', 'mailbox: a@provider.example, group: b, '])
      assert.match(
        wrong(`recipients: { admins: [{ ${who}domains: [provider.example] }] }`).join('\n'),
        /recipients\.admins/,
        who,
      )
  })
})
