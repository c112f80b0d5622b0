import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { day, fixedClock, hour, minute } from '../base/clock.ts'
import { silentLog } from '../base/log.ts'
import { Refusal } from '../base/refusal.ts'
import { Secret } from '../base/secret.ts'
import { openCaseLink } from '../access/case-link.ts'
import { exemptMailboxes } from '../access/exempt.ts'
import type { DecisionRecord, LetThrough } from '../access/feed-frame.ts'
import type { ListingEntry } from '../access/listing-entry.ts'
import { ourNames } from '../access/our-names.ts'
import type { StandingEntry } from '../access/standing.ts'
import type { StandingsFrame } from '../access/standings-frame.ts'
import { ListingTable } from '../access/table.ts'
import { vouchHash } from '../access/vouch.ts'
import { PolicyReader, type PolicyRequest } from '../standards/postfix-policy.ts'
import { entry, listable } from '../../test/support/listing-entries.ts'
import { caseLinkKey, policyRequest } from '../../test/support/edge.ts'
import { newCounters } from './counters.ts'
import { answerPolicy, openDesk, type Desk } from './policy-answer.ts'
import { Records } from './records.ts'
import { Standings } from './standings.ts'
import type { EdgeState } from './state.ts'

const start = 1_760_000_000_000

interface Scene {
  readonly desk: Desk
  readonly state: EdgeState
  readonly clock: ReturnType<typeof fixedClock>
  ask(attributes?: Readonly<Record<string, string>>): string
  /** What has been recorded so far. */
  told(): { readonly records: readonly DecisionRecord[]; readonly letThroughs: readonly LetThrough[] }
}

function scene(entries: readonly ListingEntry[], settings: Partial<EdgeState['settings']> = {}): Scene {
  const clock = fixedClock(start)
  const table = new ListingTable()
  for (const each of entries) table.put(each)
  const state: EdgeState = {
    settings: {
      name: 'test',
      site: 'https://postmaster.provider.example',
      profile: 'microsoft-like',
      mode: 'enforce',
      decide: {
        protected: [listable('203.0.113.0/24')],
        protectedNames: ['partner.example'],
        exempt: exemptMailboxes(
          ['provider.example'],
          ['delist@provider.example'],
          'postern.provider.example',
        ),
        exemptPerHour: 2,
        ourNames: ourNames(['provider.example'], 'https://postmaster.provider.example'),
      },
      ...settings,
    },
    clock,
    log: silentLog,
    counters: newCounters(),
    table,
    standings: new Standings(),
    epoch: 'first',
    seq: 7,
    contactAt: start,
    isConnected: true,
    caseLink: { keyId: 1, key: caseLinkKey },
    recipientsKey: undefined,
    vouchKey: undefined,
    isBypassed: false,
    tellsSpent: false,
  }
  const shipped: { records: DecisionRecord[]; letThroughs: LetThrough[] } = { records: [], letThroughs: [] }
  const records = new Records({
    edge: 'test',
    boot: 'boot',
    recipientsKey: new Secret(Buffer.alloc(32, 7)),
    ship: (batch, letThroughs) => {
      shipped.records.push(...batch)
      shipped.letThroughs.push(...letThroughs)
    },
    onLost: () => assert.fail('a record was lost'),
  })
  const desk = openDesk(state, records)
  return {
    desk,
    state,
    clock,
    ask: (attributes = {}) => answerPolicy(desk, requestOf(attributes)),
    told: () => {
      records.close()
      return shipped
    },
  }
}

function requestOf(attributes: Readonly<Record<string, string>>): PolicyRequest {
  const read: PolicyRequest[] = []
  new PolicyReader().push(Buffer.from(policyRequest(attributes), 'latin1'), (request) => read.push(request))
  return read[0] ?? assert.fail('no request')
}

const listed = entry('192.0.2.45')
const refusal =
  /^550 5\.7\.606 Access denied, banned sending IP \[192\.0\.2\.45\]\. To .* please visit https:\/\/postmaster\.provider\.example\/c\/([A-Za-z0-9_-]+) \(PSN606\)$/

describe('the answer at RCPT', () => {
  it('is DUNNO for a sender that is not listed, never OK', () => {
    assert.equal(scene([]).ask(), 'DUNNO')
  })

  it('is the explained line for a listed one', () => {
    assert.match(scene([listed]).ask(), refusal)
  })

  it('is DUNNO for a listed one whose name, as Postfix has confirmed it, is protected', () => {
    const { ask } = scene([listed])
    assert.equal(
      ask({ client_name: 'mx1.partner.example', reverse_client_name: 'mx1.partner.example' }),
      'DUNNO',
    )
    // The name in the reverse zone alone is the sender's own word.
    assert.match(ask({ client_name: 'unknown', reverse_client_name: 'mx1.partner.example' }), refusal)
    assert.match(ask({ helo_name: 'mx1.partner.example', client_name: 'mail.example.org' }), refusal)
  })

  it('carries a link that opens to what was decided', () => {
    const { ask } = scene([listed])
    const token = refusal.exec(ask())?.[1] ?? ''
    const opened = openCaseLink(() => caseLinkKey, token, start)
    assert.ok(!(opened instanceof Refusal))
    assert.deepEqual(
      { ...opened.facts, proves: opened.proves },
      {
        keyId: 1,
        edge: 'test',
        minute: Math.floor(start / minute),
        reason: 'spam',
        listing: '0123456789ab',
        address: { family: 4, words: [0xc000022d, 0, 0, 0] },
        proves: true,
      },
    )
  })

  it('links to the page about the address while no key is known', () => {
    const { ask, state } = scene([listed])
    state.caseLink = undefined
    assert.match(ask(), /please visit https:\/\/postmaster\.provider\.example\/ip\/192\.0\.2\.45 \(PSN606\)$/)
  })

  for (const client_address of ['', 'unknown', '010.0.0.1', 'fe80::1%eth0', '192.0.2.45/32']) {
    it(`is DUNNO when the client is ${JSON.stringify(client_address)}`, () => {
      assert.equal(scene([listed]).ask({ client_address }), 'DUNNO')
    })
  }

  it('is DUNNO for our own users on their way out, and on submission', () => {
    assert.equal(scene([listed]).ask({ sasl_username: 'alice' }), 'DUNNO')
    assert.equal(scene([listed]).ask({ policy_context: 'submission' }), 'DUNNO')
  })

  for (const protocol_state of [
    'CONNECT',
    'EHLO',
    'HELO',
    'MAIL',
    'DATA',
    'END-OF-MESSAGE',
    'VRFY',
    'ETRN',
    'rcpt',
    '',
  ]) {
    it(`is for RCPT only: at ${JSON.stringify(protocol_state)} it is DUNNO`, () => {
      assert.equal(scene([listed]).ask({ protocol_state, queue_id: '4XyZ' }), 'DUNNO')
    })
  }

  it('takes an IPv4 address in IPv6 clothes for what it is, and IPv6 by its /64', () => {
    const { ask } = scene([listed, entry('2001:db8:7::/64', { id: '0123456789ac' })])
    assert.match(ask({ client_address: '::ffff:192.0.2.45' }), refusal)
    assert.match(ask({ client_address: '2001:db8:7::1234' }), /\[2001:db8:7::1234\]/)
  })

  it('spares protected networks, carve-outs and what has ended', () => {
    const entries = [
      entry('203.0.113.0/24'),
      entry('198.51.100.0/24'),
      entry('198.51.100.7', { effect: 'pass' }),
      entry('192.0.2.1', { ends: start }),
    ]
    const { ask, state } = scene(entries)
    assert.equal(ask({ client_address: '203.0.113.5' }), 'DUNNO')
    assert.equal(ask({ client_address: '198.51.100.7' }), 'DUNNO')
    assert.equal(ask({ client_address: '192.0.2.1' }), 'DUNNO')
    assert.match(ask({ client_address: '198.51.100.8' }), /^550 /)
    assert.equal(state.counters.spared, 2)
  })

  it('can be injected with nothing: strangers reach neither the line nor its end', () => {
    const { ask } = scene([listed])
    const line = ask({ helo_name: 'a b\tc', sender: '<script>@example.org', client_name: 'x.example' })
    assert.match(line, refusal)
    assert.ok(line.length <= 450)
  })
})

describe('exempt mailboxes', () => {
  it('take mail from listed senders within a budget, then 451 and never 5yz', () => {
    const { ask, clock } = scene([listed])
    for (const [nth, recipient] of ['postmaster@provider.example', 'abuse@provider.example'].entries()) {
      assert.equal(ask({ recipient, instance: `m${nth}` }), 'DUNNO')
    }
    assert.match(
      ask({ recipient: 'delist+abc@provider.example', instance: 'm9' }),
      /^451 4\.7\.500 .*\(PSN501\)$/,
    )
    assert.match(ask({ recipient: 'c+1@postern.provider.example', instance: 'm10' }), /^451 /)
    clock.advance(1.5 * hour)
    assert.equal(ask({ recipient: 'postmaster', instance: 'm11' }), 'DUNNO')
  })

  it('count a message once, however many recipients it has', () => {
    const { ask } = scene([listed])
    for (let nth = 0; nth < 10; nth++)
      assert.equal(ask({ recipient: 'postmaster@provider.example', instance: 'one' }), 'DUNNO')
    assert.equal(ask({ recipient: 'postmaster@provider.example', instance: 'two' }), 'DUNNO')
    assert.match(ask({ recipient: 'postmaster@provider.example', instance: 'three' }), /^451 /)
  })

  it('cost the same of a hundred messages begun at once', () => {
    const { ask } = scene([listed])
    const messages = Array.from({ length: 100 }, (_, nth) => `m${nth}`)
    for (const instance of messages) assert.match(ask({ instance }), refusal)
    const answers = messages.map((instance) => ask({ instance, recipient: 'postmaster@provider.example' }))
    assert.equal(answers.filter((answer) => answer === 'DUNNO').length, 2)
    assert.equal(ask({ instance: 'm0', recipient: 'abuse@provider.example' }), 'DUNNO')
  })

  it('cost nobody a budget who is not listed', () => {
    const { ask } = scene([])
    for (let nth = 0; nth < 10; nth++)
      assert.equal(ask({ recipient: 'postmaster@provider.example', instance: `m${nth}` }), 'DUNNO')
  })
})

describe('within one message', () => {
  it('the table does not change, and the record names the table that decided', () => {
    const { ask, state, told } = scene([listed])
    assert.match(ask({ instance: 'one' }), refusal)
    state.table.drop(listed.prefix)
    state.seq = 8
    assert.match(ask({ instance: 'one', recipient: 'carol@provider.example' }), refusal)
    assert.equal(ask({ instance: 'two' }), 'DUNNO')
    state.table.put(listed)
    assert.equal(ask({ instance: 'two' }), 'DUNNO')
    assert.deepEqual(
      told().records.map(({ table, count }) => [table, count]),
      [[7, 2]],
    )
  })

  it('each recipient is judged for itself: an exempt one does not save the others', () => {
    const { ask } = scene([listed])
    assert.equal(ask({ instance: 'one', recipient: 'abuse@provider.example' }), 'DUNNO')
    assert.match(ask({ instance: 'one' }), refusal)
    assert.equal(ask({ instance: 'one', recipient: 'postmaster@provider.example' }), 'DUNNO')
  })
})

describe('records of refusals', () => {
  it('say what happened without naming a mailbox', () => {
    const { ask, told } = scene([listed])
    ask({ sender: 'bob.private@example.org', recipient: 'alice.private@provider.example' })
    const [record] = told().records
    assert.ok(record)
    const { recipients, ...rest } = record
    assert.deepEqual(rest, {
      v: 1,
      edge: 'test',
      boot: 'boot',
      seq: 1,
      at: start,
      stage: 'rcpt',
      ip: '192.0.2.45',
      helo: 'mail.example.org',
      ptr: 'mail.example.org',
      mailFrom: 'example.org',
      code: 550,
      status: '5.7.606',
      reason: 'spam',
      listing: '0123456789ab',
      standing: null,
      budget: null,
      table: 7,
      count: 1,
      mode: 'enforce',
      minute: Math.floor(start / minute),
    })
    assert.ok(!JSON.stringify(record).includes('private'))
    assert.equal(recipients.length, 1)
  })

  it('are one for each link: the same line in the same minute, another in the next', () => {
    const { ask, clock, told } = scene([listed])
    const first = ask()
    assert.equal(ask({ client_address: '::ffff:192.0.2.45' }), first)
    clock.advance(minute)
    assert.notEqual(ask(), first)
    assert.deepEqual(
      told().records.map(({ count }) => count),
      [2, 1],
    )
  })

  it('have null for names that do not exist and for the spent budget what ran out', () => {
    const { ask, told } = scene([listed])
    for (const instance of ['a', 'b', 'c']) {
      ask({
        recipient: 'abuse@provider.example',
        instance,
        client_name: 'unknown',
        helo_name: '',
        sender: '',
      })
    }
    const [record] = told().records
    assert.deepEqual([record?.ptr, record?.helo, record?.mailFrom, record?.code], [null, null, '', 451])
    assert.deepEqual(record?.budget, { limit: 2, spent: 2, until: start + hour })
  })

  it('are made in observe mode too, with DUNNO for an answer', () => {
    const { ask, told, state } = scene([listed], { mode: 'observe' })
    assert.equal(ask(), 'DUNNO')
    assert.equal(state.counters.observed, 1)
    assert.equal(told().records[0]?.mode, 'observe')
  })

  it('hold what strangers said in a form that core takes', () => {
    const { ask, told } = scene([listed])
    ask({
      helo_name: `\u0001${'x'.repeat(400)}`,
      sender: 'b@\u00ff\u00fe.example',
      client_name: 'caf\u00c3\u00a9.example',
    })
    const [record] = told().records
    assert.equal(record?.helo?.length, 255)
    assert.equal(record?.helo?.[0], '?')
    assert.doesNotMatch(`${record?.mailFrom}${record?.ptr}`, /\p{Cc}/u)
  })
})

describe('let-through notices', () => {
  const passed = { protocol_state: 'END-OF-MESSAGE', queue_id: '4XyZ' }

  it('tell of a message from a watched unit with its queue id', () => {
    const { ask, state, told } = scene([])
    state.table.apply({ kind: 'watch', unit: listable('192.0.2.45'), until: start + hour })
    assert.equal(ask(passed), 'DUNNO')
    assert.equal(ask({ ...passed, client_address: '192.0.2.46' }), 'DUNNO')
    assert.deepEqual(told().letThroughs, [
      {
        edge: 'test',
        boot: 'boot',
        seq: 1,
        at: start,
        ip: '192.0.2.45',
        queueId: '4XyZ',
        helo: 'mail.example.org',
        mailFrom: 'example.org',
      },
    ])
  })

  it('are not made of what a listed sender writes to postmaster, nor without a queue id, nor after the watch', () => {
    const { ask, state, told, clock } = scene([listed])
    state.table.apply({ kind: 'watch', unit: listable('192.0.2.45'), until: start + hour })
    state.table.apply({ kind: 'watch', unit: listable('192.0.2.46'), until: start + hour })
    ask(passed)
    ask({ ...passed, client_address: '192.0.2.46', queue_id: '' })
    ask({ ...passed, client_address: '192.0.2.46', queue_id: '../../etc' })
    clock.advance(hour)
    ask({ ...passed, client_address: '192.0.2.46' })
    assert.deepEqual(told().letThroughs, [])
  })
})

describe('the edge fails open', () => {
  it('under the bypass', () => {
    const { ask, state } = scene([listed])
    state.isBypassed = true
    assert.equal(ask(), 'DUNNO')
    assert.equal(state.counters.open, 1)
  })

  it('after seven days without core, and not before', () => {
    const { ask, clock, state } = scene([entry('192.0.2.45', { ends: start + 30 * day })])
    clock.advance(7 * day)
    assert.match(ask(), refusal)
    clock.advance(1)
    assert.equal(ask(), 'DUNNO')
    state.contactAt = clock.now()
    assert.match(ask(), refusal)
  })
})

/** A scene in which core has said what these senders are held to. */
function held(entries: readonly StandingEntry[], changes: Partial<StandingsFrame> = {}): Scene {
  const here = scene([])
  here.state.standings.take(
    {
      type: 'standings',
      at: start,
      mode: 'enforce',
      rules: { newPerHour: 2, greyKeptMs: 6 * hour, stormAttempts: 60 },
      whole: true,
      more: false,
      seq: 1,
      entries,
      ...changes,
    },
    start,
  )
  return here
}

describe('A sender that is not listed', () => {
  const suspicious: StandingEntry = ['192.0.2.45/32', { kind: 'hourly', perHour: 2, reason: 'suspicious' }]

  it('may send as many messages an hour as its standing says, each to as many recipients as it likes', () => {
    const { ask } = held([suspicious])
    for (const instance of ['a', 'b'])
      for (const recipient of ['x@provider.example', 'y@provider.example', 'z@provider.example'])
        assert.equal(ask({ instance, recipient }), 'DUNNO')
    for (const recipient of ['x@provider.example', 'y@provider.example'])
      assert.match(ask({ instance: 'c', recipient }), /^451 4\.7\.550 .*\(PSN550\)$/)
    assert.equal(ask({ instance: 'b', recipient: 'w@provider.example' }), 'DUNNO')
  })

  it('has recipients for its messages too: who writes to hundreds at once waits with the next message', () => {
    const rules = { newPerHour: 2, greyKeptMs: 6 * hour, stormAttempts: 60, recipientsPerMessage: 3 }
    const { ask } = held([suspicious], { rules })
    const many = Array.from({ length: 7 }, (_, nth) =>
      ask({ instance: 'a', recipient: `${nth}@provider.example` }),
    )
    assert.deepEqual(new Set(many), new Set(['DUNNO']), 'one message is not torn')
    assert.match(ask({ instance: 'b' }), /^451 4\.7\.550 /)
    assert.equal(ask({ instance: 'b', recipient: 'postmaster@provider.example' }), 'DUNNO')
  })

  it('gets through again as the hour goes by', () => {
    const { ask, clock } = held([suspicious])
    assert.deepEqual([ask(), ask()], ['DUNNO', 'DUNNO'])
    assert.match(ask(), /^451 /)
    clock.advance(14 * minute)
    assert.match(ask(), /^451 /)
    const again = held([suspicious])
    assert.deepEqual([again.ask(), again.ask()], ['DUNNO', 'DUNNO'])
    again.state.standings.take(confirmation(start + 2 * hour), start + 2 * hour)
    again.clock.advance(2 * hour)
    assert.equal(again.ask(), 'DUNNO')
  })

  it('always reaches our service mailboxes, which its budget is not spent on', () => {
    const { ask } = held([suspicious])
    const recipient = 'postmaster@provider.example'
    for (let nth = 0; nth < 5; nth++) assert.equal(ask({ instance: `m${nth}`, recipient }), 'DUNNO')
    assert.deepEqual([ask({ instance: 'm0' }), ask({ instance: 'm1' })], ['DUNNO', 'DUNNO'])
    assert.match(ask({ instance: 'm2' }), /^451 /)
    assert.equal(ask({ instance: 'm6', recipient }), 'DUNNO')
  })

  it('is put off at first when it is grey, and passes when it tries the same again', () => {
    const { ask, clock } = held([
      ['192.0.2.45/32', { kind: 'grey', waitMs: 4 * minute, spacingMs: 10 * minute, reason: 'new-sender' }],
    ])
    assert.match(ask({ sender: 'bob@example.org' }), /^451 4\.7\.500 .*\(PSN500\)$/)
    clock.advance(5 * minute)
    assert.match(ask({ sender: 'bob@example.net' }), /^451 4\.7\.500 /)
    assert.equal(ask({ sender: 'bob@example.org' }), 'DUNNO')
    assert.match(ask({ sender: 'bob@example.org' }), /^451 4\.7\.500 /)
  })

  it('is told so when it storms', () => {
    const { ask, clock } = held([suspicious])
    clock.advance(10 * minute - (start % (10 * minute)))
    for (let nth = 0; nth < 62; nth++) ask()
    assert.match(ask(), /^451 4\.7\.850 .*\(PSN850\)$/)
  })

  it('is nobody with our name, and in IPv6 somebody with a name', () => {
    const { ask } = held([])
    assert.match(ask({ helo_name: 'provider.example' }), /^550 5\.7\.506 .*\(PSN506\)$/)
    const nameless = { client_address: '2001:db8::45', client_name: 'unknown' }
    assert.match(ask(nameless), /^450 4\.7\.25 .*\(PSN025\)$/)
    assert.equal(ask({ client_address: '2001:db8::45' }), 'DUNNO')
  })

  it('is a user of ours when it has signed in', () => {
    const { ask } = held([suspicious])
    for (let nth = 0; nth < 5; nth++) assert.equal(ask({ sasl_username: 'alice' }), 'DUNNO')
  })

  it('is recorded with what ran out, and only recorded while the engine observes', () => {
    for (const mode of ['enforce', 'observe'] as const) {
      const { ask, told, state } = held([suspicious], { mode })
      const answers = [ask(), ask(), ask(), ask()]
      assert.equal(answers.filter((answer) => answer !== 'DUNNO').length, mode === 'enforce' ? 2 : 0)
      const [record, ...others] = told().records
      assert.equal(others.length, 0)
      assert.deepEqual(
        [record?.reason, record?.mode, record?.count, record?.listing, record?.budget],
        ['suspicious', mode, 2, null, { limit: 2, spent: 2, until: start + hour }],
      )
      assert.equal(state.counters[mode === 'enforce' ? 'deferred' : 'observed'], 2)
    }
  })

  it('passes when core has not said for a quarter of an hour that what it said is true', () => {
    const { ask, clock, state } = held([suspicious])
    for (let nth = 0; nth < 3; nth++) ask()
    assert.match(ask(), /^451 /)
    clock.advance(15 * minute)
    assert.equal(ask(), 'DUNNO')
    assert.equal(ask({ helo_name: 'provider.example' }), 'DUNNO')
    state.standings.take(confirmation(clock.now()), clock.now())
    assert.match(ask({ helo_name: 'provider.example' }), /^550 /)
  })

  it('that the engine listed passes while it observes, and is put off while it defers', () => {
    const observed = scene([entry('192.0.2.45', { effect: 'observe' })])
    assert.equal(observed.ask(), 'DUNNO')
    const [record] = observed.told().records
    assert.deepEqual([record?.reason, record?.mode, record?.listing], ['spam', 'observe', '0123456789ab'])
    const deferred = scene([entry('192.0.2.45', { effect: 'defer' })])
    assert.match(deferred.ask(), /^451 4\.7\.550 /)
    assert.equal(deferred.ask({ recipient: 'postmaster@provider.example' }), 'DUNNO')
  })

  it('that the brake holds hears in words that our filter has a problem and its mail is only delayed', () => {
    const { ask, told } = scene([entry('192.0.2.45', { effect: 'delay' })])
    const line = ask()
    assert.match(line, /^451 4\.7\.700 Our own mail filter has a problem, so this mail is only delayed/)
    assert.match(line, /\[192\.0\.2\.45\]\. Please try again later.* https:.* \(PSN700\)$/)
    const [record] = told().records
    assert.deepEqual([record?.reason, record?.code, record?.listing], ['own-trouble', 451, '0123456789ab'])
    assert.equal(ask({ recipient: 'postmaster@provider.example' }), 'DUNNO')
  })

  it('hears the same when it is suspicious while the filter is doubted, and the usual words afterwards', () => {
    const { ask, clock, state } = held([suspicious])
    for (let nth = 0; nth < 2; nth++) ask()
    assert.match(ask(), /^451 4\.7\.550 /)
    state.standings.take({ ...confirmation(clock.now()), doubted: true }, clock.now())
    assert.match(ask({ instance: 'doubted' }), /^451 4\.7\.700 Our own mail filter/)
    state.standings.take(confirmation(clock.now()), clock.now())
    assert.match(ask({ instance: 'sane' }), /^451 4\.7\.550 /)
    const fresh = held([['192.0.2.45/32', { kind: 'hourly', perHour: 1, reason: 'new-sender' }]])
    fresh.state.standings.take({ ...confirmation(clock.now()), doubted: true }, clock.now())
    fresh.ask()
    assert.match(fresh.ask(), /^451 4\.7\.500 /, 'who is only new is not held up by the filter')
  })
})

/** Core says that all stays as it was. */
function confirmation(at: number): StandingsFrame {
  const rules = { newPerHour: 2, greyKeptMs: 6 * hour, stormAttempts: 60 }
  return { type: 'standings', at, mode: 'enforce', rules, whole: false, more: false, seq: 1, entries: [] }
}

describe('a message from a listed range that claims a good domain', () => {
  const range = entry('192.0.2.0/24')
  const claim = { sender: 'news@mail.good.example' }

  /** A scene whose core has said which domain is good. */
  function house(entries: readonly ListingEntry[], isDoorInstalled = true): Scene {
    const here = scene(entries, { isDoorInstalled })
    const good: StandingEntry = ['domain good.example', { kind: 'free' }]
    here.state.standings.take({ ...confirmation(start), entries: [good] }, start)
    return here
  }

  it('passes, and no other does', () => {
    const { ask, state } = house([range])
    assert.equal(ask(claim), 'DUNNO')
    assert.equal(state.counters.spared, 1)
    assert.match(ask({ sender: 'news@other.example', instance: 'b' }), /^550 5\.7\.606 /)
    assert.match(ask({ sender: '', instance: 'c' }), /^550 5\.7\.606 /)
  })

  it('is refused where nobody asks the message door, and when core has not been heard for long', () => {
    assert.match(house([range], false).ask(claim), /^550 5\.7\.606 /)
    const { ask, clock } = house([range])
    clock.advance(16 * minute)
    assert.match(ask(claim), /^550 5\.7\.606 /)
  })

  it('is refused for a listing of the sender itself, and for a range that a person has to look into', () => {
    assert.match(house([range, entry('192.0.2.45')]).ask(claim), /^550 5\.7\.606 /)
    assert.match(house([{ ...range, class: 'investigate' }]).ask(claim), /^550 5\.7\.511 /)
  })
})

describe('A recipient who vouches', () => {
  const key = new Secret(Buffer.alloc(32, 9))

  /** A listed sender for whose domain and network alice vouches. */
  function vouched(entries: readonly ListingEntry[] = [listed], more: Partial<EdgeState['settings']> = {}) {
    const stage = scene(entries, more)
    stage.state.vouchKey = key
    const about = { mailbox: 'alice@provider.example', domain: 'example.org' }
    const network = listable('192.0.2.0/24')
    const hash = vouchHash(key, { ...about, network })
    stage.state.table.apply({ kind: 'vouch', vouch: { hash, network, until: start + hour } })
    return { ...stage, hash }
  }

  it('gets the mail of that domain from that network, and nobody else does', () => {
    const { ask, state } = vouched([listed, entry('192.0.2.46'), entry('192.0.3.45')])
    assert.equal(ask(), 'DUNNO')
    assert.equal(ask({ sender: 'other@EXAMPLE.org', recipient: 'Alice@Provider.example' }), 'DUNNO')
    assert.equal(ask({ client_address: '192.0.2.46' }), 'DUNNO', 'another address of the network')
    for (const other of [
      { recipient: 'bob@provider.example' },
      { recipient: 'alice+x@provider.example' },
      { sender: 'bob@mail.example.org' },
      { sender: 'bob@example.com' },
      { sender: '' },
      { client_address: '192.0.3.45' },
    ])
      assert.match(ask(other), /^550/, JSON.stringify(other))
    assert.deepEqual([state.counters.vouched, state.counters.refused], [3, 6])
  })

  it('among several of a message is the only one who gets it', () => {
    const { ask } = vouched()
    const answers = ['bob', 'alice', 'cyd'].map((name) =>
      ask({ instance: 'one', recipient: `${name}@provider.example` }).slice(0, 5),
    )
    assert.deepEqual(answers, ['550 5', 'DUNNO', '550 5'])
  })

  it('gets it until the vouch ends or is taken back, and as long as core lets vouches act', () => {
    const ended = vouched()
    ended.clock.advance(hour)
    assert.match(ended.ask(), /^550/)
    const withdrawn = vouched()
    withdrawn.state.table.apply({ kind: 'unvouch', hash: withdrawn.hash })
    assert.match(withdrawn.ask(), /^550/)
    const off = vouched()
    off.state.vouchKey = undefined
    assert.match(off.ask(), /^550/)
  })

  it('is refused malware and phishing all the same', () => {
    for (const cause of ['malware', 'phish'] as const)
      assert.match(vouched([entry('192.0.2.45', { cause })]).ask(), /^550 5\.7\.511/)
  })

  it('stands in the record: what would have been said, and that it passed', () => {
    const { ask, told } = vouched()
    ask()
    ask({ recipient: 'bob@provider.example' })
    const { records } = told()
    assert.deepEqual(
      records.map(({ reason, mode, isVouched = false, recipients, mailFrom }) => [
        reason,
        mode,
        isVouched,
        recipients.length,
        mailFrom,
      ]),
      [
        ['spam', 'observe', true, 1, 'example.org'],
        ['spam', 'enforce', false, 1, 'example.org'],
      ],
    )
  })

  it('spends nothing of the sender’s budget, and adds nothing to it', () => {
    const stage = vouched([])
    stage.state.standings.take(
      {
        type: 'standings',
        at: start,
        seq: 1,
        whole: true,
        more: false,
        mode: 'enforce',
        rules: { newPerHour: 1, greyKeptMs: day, stormAttempts: 100 },
        entries: [],
      },
      start,
    )
    const first = { recipient: 'bob@provider.example', instance: 'first' }
    assert.equal(stage.ask(first), 'DUNNO', 'a new sender has one message')
    assert.match(stage.ask({ ...first, instance: 'second' }), /^451/)
    for (let nth = 0; nth < 5; nth++) assert.equal(stage.ask({ instance: `vouched-${nth}` }), 'DUNNO')
    assert.match(stage.ask({ ...first, instance: 'third' }), /^451/)
    stage.clock.advance(hour + minute)
    assert.equal(stage.ask({ ...first, instance: 'next hour' }), 'DUNNO')
  })
})
