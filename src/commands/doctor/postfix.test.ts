import { strict as assert } from 'node:assert'
import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { policyChecks, postfixSeconds, readPostconf } from './postconf.ts'
import { judgePostfix, type Wanted } from './postfix.ts'

const wanted: Wanted = { policy: { host: '127.0.0.1', port: 10040 }, replyDomain: 'postern.provider.example' }
const service = 'check_policy_service { inet:127.0.0.1:10040, timeout=2s, try_limit=1, default_action=DUNNO }'
const good = {
  smtpd_client_restrictions: `permit_mynetworks, permit_sasl_authenticated, ${service}`,
  smtpd_end_of_data_restrictions: service,
  relay_domains: 'vm, postern.provider.example',
}

/** What is not ok, as `state what`. */
function troubles(parameters: Readonly<Record<string, string>>, other: Wanted = wanted): readonly string[] {
  const findings = judgePostfix(new Map(Object.entries(parameters)), other)
  for (const { state, todo } of findings)
    assert.equal(todo === '', state === 'ok', 'every trouble says what to do')
  return findings.filter(({ state }) => state !== 'ok').map(({ state, what }) => `${state}: ${what}`)
}

describe('postconf', () => {
  it('is read as Postfix prints it', () => {
    const read = readPostconf('biff = no\nrelayhost =\nmynetworks = 127.0.0.0/8 [::1]/128\n')
    assert.deepEqual(
      [...read],
      [
        ['biff', 'no'],
        ['relayhost', ''],
        ['mynetworks', '127.0.0.0/8 [::1]/128'],
      ],
    )
  })

  it('shows policy checks with and without braces, with what stands before them', () => {
    const checks = policyChecks(
      'permit_mynetworks, check_policy_service unix:private/a check_policy_service {inet:[::1]:7, timeout=5}, reject',
    )
    assert.deepEqual(
      checks.map(({ service: asked, settings, before }) => [asked, [...settings], before.length]),
      [
        ['unix:private/a', [], 1],
        ['inet:[::1]:7', [['timeout', '5']], 3],
      ],
    )
    assert.deepEqual(policyChecks('permit_mynetworks check_policy_service'), [
      { service: '', settings: new Map(), before: ['permit_mynetworks'] },
    ])
  })

  it('has times with and without a unit', () => {
    assert.deepEqual(['2s', '100', '2m', '1h', '', '2x', '-1'].map(postfixSeconds), [
      2,
      100,
      120,
      3600,
      undefined,
      undefined,
      undefined,
    ])
  })
})

describe('A Postfix', () => {
  it('set up as documented has nothing wrong', () => {
    assert.deepEqual(troubles(good), [])
  })

  it('that really reads the shipped main.cf has nothing wrong', () => {
    const folder = mkdtempSync(join(tmpdir(), 'postern-postconf-'))
    cpSync(join(import.meta.dirname, '../../../deploy/postfix'), folder, { recursive: true })
    const { status, stdout } = spawnSync('/usr/sbin/postconf', ['-nx', '-c', folder], { encoding: 'utf8' })
    rmSync(folder, { recursive: true })
    assert.equal(status, 0, 'this test needs Postfix (npm run check installs it when it runs as root)')
    assert.deepEqual(troubles(Object.fromEntries(readPostconf(stdout))), [])
  })

  const cases: readonly (readonly [
    what: string,
    change: Readonly<Record<string, string>>,
    found: readonly RegExp[],
  ])[] = [
    [
      'does not ask at all',
      { smtpd_client_restrictions: 'permit_mynetworks' },
      [/^warning: the Postfix of this machine does not ask/],
    ],
    [
      'asks another server',
      { smtpd_client_restrictions: service.replace('10040', '10023') },
      [/^warning: .* does not ask Postern/],
    ],
    [
      'asks where its refusal blames the recipient',
      { smtpd_client_restrictions: '', smtpd_recipient_restrictions: `permit_mynetworks, ${service}` },
      [/^fault: .*smtpd_recipient_restrictions.*drop good addresses/],
    ],
    [
      'never comes to the question',
      { smtpd_client_restrictions: `permit_mynetworks, permit_sasl_authenticated, permit, ${service}` },
      [/^fault: "permit" stands before/],
    ],
    [
      'asks about its own users',
      { smtpd_client_restrictions: `permit_mynetworks, ${service}` },
      [/^warning: permit_sasl_authenticated does not stand before/],
    ],
    [
      'asks before the recipient is known',
      { smtpd_delay_reject: 'no' },
      [/^fault: smtpd_delay_reject is no/],
    ],
    [
      'does not tell of messages let through',
      { smtpd_end_of_data_restrictions: '' },
      [/^warning: smtpd_end_of_data_restrictions does not ask/],
    ],
    [
      'has its own defaults, which refuse when we are away',
      {
        smtpd_client_restrictions:
          'permit_mynetworks permit_sasl_authenticated check_policy_service inet:127.0.0.1:10040',
      },
      [
        /^fault: smtpd_client_restrictions: whenever Postern is away or late, Postfix answers "451 4\.3\.5/,
        /^warning: .* waits 100s/,
        /^warning: .* asks 2 times/,
      ],
    ],
    [
      'would switch off its other checks when we are away',
      { smtpd_end_of_data_restrictions: service.replace('DUNNO', 'OK') },
      [/^fault: smtpd_end_of_data_restrictions: .* skips every check behind it/],
    ],
    [
      'waits too long',
      { smtpd_end_of_data_restrictions: service.replace('2s', '1m') },
      [/^warning: .* waits 1m/],
    ],
    [
      'is not seen to take mail for the reply domain',
      { relay_domains: 'vm' },
      [/^warning: it cannot be seen that Postfix takes mail for postern\.provider\.example/],
    ],
    [
      'may know the reply domain from a table',
      { relay_domains: 'hash:/etc/postfix/relay' },
      [/^warning: it cannot be seen without the tables/],
    ],
  ]
  for (const [what, change, found] of cases) {
    it(`is told when it ${what}`, () => {
      const all = troubles({ ...good, ...change })
      assert.equal(all.length, found.length, all.join('\n'))
      for (const [index, pattern] of found.entries()) assert.match(all[index] ?? '', pattern)
    })
  }

  it('may set the same for all its policy servers', () => {
    const bare = 'check_policy_service inet:localhost:10040'
    const global = {
      smtpd_policy_service_default_action: 'DUNNO',
      smtpd_policy_service_timeout: '2s',
      smtpd_policy_service_try_limit: '1',
    }
    const restrictions = {
      smtpd_client_restrictions: `permit_mynetworks permit_sasl_authenticated ${bare}`,
      smtpd_end_of_data_restrictions: bare,
    }
    assert.deepEqual(troubles({ ...good, ...restrictions, ...global }), [])
  })

  it('may reach us by socket, inside its queue directory or not', () => {
    for (const [path, written] of [
      ['/run/postern/policy.sock', 'unix:/run/postern/policy.sock'],
      ['/var/spool/postfix/private/postern', 'unix:private/postern'],
    ] as const) {
      const changed = Object.fromEntries(
        Object.entries(good).map(([name, value]) => [
          name,
          value.replaceAll('inet:127.0.0.1:10040', written),
        ]),
      )
      assert.deepEqual(troubles(changed, { ...wanted, policy: { path } }), [], path)
      assert.equal(troubles(changed).length, 1, 'and not at another place')
    }
  })

  it('may reach a door that listens everywhere', () => {
    assert.deepEqual(troubles(good, { ...wanted, policy: { host: '0.0.0.0', port: 10040 } }), [])
  })
})

describe('the message door in Postfix', () => {
  const refusing = { ...wanted, refusesMessages: true }

  it('needs a milter and header checks where a rule refuses messages, and is not asked for elsewhere', () => {
    assert.deepEqual(troubles(good), [])
    assert.deepEqual(troubles(good, refusing), [
      'warning: highVolume.mode is reject, but Postfix does not set smtpd_milters and milter_header_checks: nothing is refused at the end of DATA',
    ])
    const milters = { smtpd_milters: 'inet:127.0.0.1:11332', milter_header_checks: 'regexp:/etc/postfix/x' }
    assert.deepEqual(troubles({ ...good, ...milters }, refusing), [])
  })
})
