import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { silentLog } from '../base/log.ts'
import { Refusal } from '../base/refusal.ts'
import { formatAddress } from '../standards/ip.ts'
import { delivery, type IntakeActions, type ServedRoute } from './deliver.ts'
import type { ParsePool } from './parse-pool.ts'
import type { ParsedMessage, ParseFailure, ParseRequest } from './parsed-message.ts'
import {
  caseToken,
  desk,
  knownToken,
  loopback,
  networks,
  notedActions,
  routes,
  site,
  underInvestigation,
  type Done,
} from './test-intake.ts'

const delistTag: ServedRoute = {
  kind: 'delist-tag',
  tag: 'x.1',
  mailbox: 'delist+x.1@postern.provider.example',
}
const delist: ServedRoute = { kind: 'delist', mailbox: routes.delist }
const bounce: ServedRoute = { kind: 'bounce', tag: 'y.2', mailbox: 'b+y.2@postern.provider.example' }
const postmaster: ServedRoute = { kind: 'postmaster', mailbox: 'postmaster' }

const person: ParsedMessage = {
  from: ['ann@example.org'],
  subject: 'hello',
  text: 'Hello',
  quoted: '',
  automatic: [],
  ambiguous: [],
  authentication: {
    spf: 'pass',
    spfDomain: 'example.org',
    dkim: [],
    dmarc: 'none',
    aligned: ['spf'],
    signedRecipients: [],
    isUnsure: false,
  },
  attachments: [],
  report: null,
  feedback: [],
  hops: [],
  probe: null,
}

interface Try {
  readonly parsed?: Partial<ParsedMessage> | ParseFailure
  readonly to?: readonly ServedRoute[]
  readonly actions?: Partial<IntakeActions>
  readonly mailFrom?: string
  readonly isSender?: boolean
  readonly isRelayed?: boolean
  readonly raw?: string
}

/** Delivers one message to a pool that says `parsed`. */
function trial(): {
  send(about: Try): Promise<string[]>
  readonly done: Done[]
  readonly requests: ParseRequest[]
} {
  const done: Done[] = []
  const requests: ParseRequest[] = []
  let next: ParsedMessage | ParseFailure = person
  let actions: IntakeActions = notedActions(done)
  const pool: ParsePool = {
    parse: async (_raw, request) => (requests.push(request), next),
    analyse: async () => ({ failure: 'busy' }),
    readHeader: async () => ({ failure: 'busy' }),
    examine: async () => ({ failure: 'busy' }),
    checkXarf: async () => ({ failure: 'busy' }),
    view: async () => ({ failure: 'busy' }),
    close: () => undefined,
    counts: { started: 0, killed: 0, parsed: 0 },
  }
  const deliver = delivery({
    actions: new Proxy(actions, { get: (_target, name) => Reflect.get(actions, name) as unknown }),
    pool,
    clock: { now: () => Date.parse('2026-05-04T10:00:00Z'), elapsed: () => 0 },
    log: silentLog,
    site,
    desk,
    ours: async () => ({ names: desk.domains, networks: [...networks, loopback] }),
    replyDomain: routes.replyDomain,
  })
  const send = async (about: Try): Promise<string[]> => {
    next = about.parsed && 'failure' in about.parsed ? about.parsed : { ...person, ...about.parsed }
    actions = notedActions(done, about.actions)
    const client = { address: underInvestigation, isSender: about.isSender ?? true, helo: 'mail.example.org' }
    const raw = Buffer.from(about.raw ?? 'X: y\r\n\r\nz\r\n')
    const answers = await deliver({
      raw,
      client,
      isRelayed: about.isRelayed ?? false,
      mailFrom: about.mailFrom ?? 'ann@example.org',
      routes: about.to ?? [delistTag],
    })
    return answers.map(({ code, text }) => `${code} ${text}`)
  }
  return { send, done, requests }
}

const statuses = (answers: readonly string[]): string[] =>
  answers.map((answer) => answer.split(' ').slice(0, 2).join(' '))

describe('A delivered message', () => {
  it('does what its writer wants and says so', async () => {
    const { send, done } = trial()
    assert.deepEqual(statuses(await send({})), ['250 2.0.0'])
    assert.deepEqual(done, [['proveMailbox', { tag: 'x.1', mailbox: 'ann@example.org' }]])
  })
  it('of an auto-responder is refused in a session of its own server, and noted where our server would write a bounce for it', async () => {
    const { send } = trial()
    const to = [{ kind: 'delist', mailbox: routes.delist }] as const
    const answerTo = async (sign: ParsedMessage['automatic'][number], isRelayed: boolean) =>
      statuses(await send({ to, isRelayed, parsed: { automatic: [sign], text: '192.0.2.66' } })).join()
    for (const sign of ['auto-replied', 'null-return-path', 'precedence', 'list', 'loop', 'hops'] as const) {
      assert.equal(await answerTo(sign, false), '550 5.7.1', sign)
      assert.equal(await answerTo(sign, true), '250 2.0.0', sign)
    }
    // Ticket systems have people behind them.
    for (const sign of ['auto-submitted', 'suppress', 'local-part'] as const)
      assert.equal(await answerTo(sign, true), '550 5.7.1', sign)
  })
  it('is answered by what the action refused', async () => {
    const { send } = trial()
    const refusing = (error: Error): Partial<IntakeActions> => ({ proveMailbox: () => Promise.reject(error) })
    assert.deepEqual(statuses(await send({ actions: refusing(new Refusal('delisting.not-found')) })), [
      '550 5.1.1',
    ])
    assert.deepEqual(statuses(await send({ actions: refusing(new Refusal('database.busy')) })), ['451 4.3.0'])
    assert.deepEqual(statuses(await send({ actions: refusing(new Refusal('disk.full')) })), ['452 4.3.1'])
    assert.deepEqual(statuses(await send({ actions: refusing(new TypeError('bug')) })), ['451 4.3.0'])
    assert.deepEqual(
      statuses(
        await send({
          actions: {
            isOurTag: () => true,
            proveMailbox: () => {
              throw new TypeError('bug')
            },
          },
        }),
      ),
      ['451 4.3.0'],
    )
  })
  it('proves control and the mailbox with one message, and one of them is enough', async () => {
    const { send, done } = trial()
    const text = `postern-verification=${knownToken}`
    assert.deepEqual(statuses(await send({ parsed: { text } })), ['250 2.0.0'])
    assert.deepEqual(
      done.map(([action]) => action),
      ['proveByMail', 'proveMailbox'],
    )
    const unknown = `postern-verification=${'z'.repeat(26)}`
    assert.deepEqual(statuses(await send({ parsed: { text: unknown } })), ['250 2.0.0'])
    const [answer = ''] = await send({ parsed: { text: unknown }, to: [delist] })
    assert.match(answer, /^550 5\.7\.1 The token is not known for \[192\.0\.2\.66\]/)
  })
  it('says nothing about the address of a relay that does not tell for whom it speaks', async () => {
    const { send, done, requests } = trial()
    await send({ parsed: { text: `postern-verification=${knownToken}` }, isSender: false })
    assert.deepEqual(
      done.map(([action]) => action),
      ['proveMailbox'],
    )
    assert.equal(requests[0]?.client, null)
  })
  it('asks for authentication unless it has no sender or is for a letter’s address', async () => {
    const { send, requests } = trial()
    await send({})
    await send({ to: [bounce], parsed: { subject: 'STOP' } })
    await send({
      mailFrom: '',
      to: [bounce],
      parsed: { report: [{ recipient: 'a@b.example', action: 'failed', status: '', diagnostic: '' }] },
    })
    assert.deepEqual(
      requests.map(({ authenticate }) => authenticate),
      [true, false, false],
    )
  })
})

describe('A message to the delist mailbox', () => {
  it('puts the case before a person, with the link that proves the session', async () => {
    const { send, done } = trial()
    assert.deepEqual(
      statuses(await send({ to: [delist], parsed: { text: `Cleaned. ${site}/c/${caseToken}` } })),
      ['250 2.0.0'],
    )
    assert.deepEqual(done, [
      [
        'openReviewsByMail',
        {
          mailbox: 'ann@example.org',
          language: 'en',
          addresses: ['192.0.2.66'],
          ofCase: '192.0.2.66',
          caseToken,
          note: `Cleaned. ${site}/c/${caseToken}`,
        },
      ],
    ])
  })
  it('finds the address that waits for a person among others', async () => {
    const { send, done } = trial()
    const text = 'Our addresses are 198.51.100.1, 192.0.2.45 and 2001:db8::66'
    assert.deepEqual(statuses(await send({ to: [delist], parsed: { text } })), ['250 2.0.0'])
    const [, input] = done[0] ?? []
    assert.deepEqual(input, {
      mailbox: 'ann@example.org',
      language: 'en',
      addresses: ['2001:db8::66'],
      ofCase: undefined,
      caseToken: undefined,
      note: text,
    })
  })
  it('puts each address that it names before a person, and says which were taken and which were not', async () => {
    const { send, done } = trial()
    const many = Array.from({ length: 12 }, (_, n) => `198.51.100.${n + 1}`)
    const wayByMail: IntakeActions['wayByMail'] = async (address) =>
      formatAddress(address).startsWith('198.51.') ? 'case' : 'elsewhere'
    const ask = async (text: string) => await send({ to: [delist], parsed: { text }, actions: { wayByMail } })
    assert.deepEqual(await ask(`${many.slice(0, 2).join(' and ')}, through 203.0.113.9`), [
      '250 2.0.0 Thank you, a person will look at 198.51.100.1, 198.51.100.2',
    ])
    const [, input] = done[0] ?? []
    assert.deepEqual((input as { readonly addresses: unknown }).addresses, many.slice(0, 2))
    const [said = ''] = await ask(many.join('\n'))
    assert.equal(
      said,
      '250 2.0.0 Thank you, a person will look at 198.51.100.1, 198.51.100.2, 198.51.100.3, 198.51.100.4, 198.51.100.5. ' +
        'Please write again, in another message, about 198.51.100.6, 198.51.100.7, 198.51.100.8, 198.51.100.9, 198.51.100.10 and 2 more',
    )
  })
  it('about nothing that is refused is one question, however many addresses it names', async () => {
    const { send, done } = trial()
    const text = 'Where is our mail? 198.51.100.1 by 198.51.100.2 by 192.0.2.66'
    const of = (listed: string): Partial<IntakeActions> => ({
      wayByMail: async (address) => (formatAddress(address) === listed ? 'case' : 'question'),
    })
    await send({ to: [delist], parsed: { text }, actions: of('') })
    await send({ to: [delist], parsed: { text }, actions: of('192.0.2.66') })
    assert.deepEqual(
      done.map(([, input]) => (input as { readonly addresses: unknown }).addresses),
      [['198.51.100.1'], ['192.0.2.66']],
    )
  })
  it('is told the way when nobody needs to be asked, and not whether an address is listed', async () => {
    const { send } = trial()
    for (const ip of ['192.0.2.45', '198.51.100.1']) {
      assert.deepEqual(await send({ to: [delist], parsed: { text: `${ip} and 192.0.2.46` } }), [
        `550 5.7.1 For [${ip}] nobody needs to be asked: see ${site}/delist?ip=${ip}`,
      ])
    }
    const nothing = { taken: [], left: [], refusal: undefined }
    const gone: Partial<IntakeActions> = { openReviewsByMail: async () => nothing }
    assert.deepEqual(statuses(await send({ to: [delist], parsed: { text: '192.0.2.66' }, actions: gone })), [
      '550 5.7.1',
    ])
  })
  it('is told so when our own link shows the address, and when the link shows none', async () => {
    const { send } = trial()
    const text = `${site}/c/${caseToken}`
    const unlisted: Partial<IntakeActions> = { wayByMail: async () => 'unlisted' }
    assert.deepEqual(await send({ to: [delist], parsed: { text }, actions: unlisted }), [
      `550 5.7.1 [192.0.2.66] is not listed here now, see ${site}/ip/192.0.2.66`,
    ])
    const [foreign = ''] = await send({ to: [delist], parsed: { text: `${site}/c/${'x'.repeat(60)}` } })
    assert.match(foreign, /^550 5\.7\.1 The link in the message is not one of ours/)
  })
  it('is told that no case is opened where outsiders open none, and where to look', async () => {
    const { send, done } = trial()
    assert.deepEqual(await send({ to: [delist], parsed: { text: '192.0.2.45 and 192.0.2.77' } }), [
      `550 5.7.1 No case is opened here for [192.0.2.77]; what you can do is at ${site}/ip/192.0.2.77`,
    ])
    assert.deepEqual(done, [])
  })
  it('is not listened to without end', async () => {
    const { send, done } = trial()
    const refusal = new Refusal('limit.exceeded', { limit: 'x', again: '2026-05-04T10:30:00Z' })
    const actions: Partial<IntakeActions> = { hearWriter: () => Promise.reject(refusal) }
    assert.deepEqual(statuses(await send({ to: [delist], parsed: { text: '192.0.2.66' }, actions })), [
      '451 4.7.1',
    ])
    assert.deepEqual(done, [])
  })
  it('is told when a budget is spent', async () => {
    const { send } = trial()
    const spent: Partial<IntakeActions> = {
      openReviewsByMail: async ({ addresses }) => ({
        taken: [],
        left: addresses,
        refusal: new Refusal('limit.exceeded', { limit: 'x', again: '2026-05-05T10:00:00Z' }),
      }),
    }
    const [answer = ''] = await send({ to: [delist], parsed: { text: '192.0.2.66' }, actions: spent })
    assert.match(answer, /^550 5\.7\.1 Too many requests, possible again at 2026-05-05/)
  })
})

describe('A message that cannot be read', () => {
  it('is refused at once when it breaks a budget, with the budget’s name', async () => {
    const { send, done } = trial()
    const [answer = ''] = await send({ parsed: { failure: 'breach', breach: 'containers' } })
    assert.match(answer, /^554 5\.6\.0 .*\(containers\)$/)
    assert.deepEqual(done, [])
  })
  it('is asked for again when it ended its reader, and refused when it does so again: nobody loses it silently', async () => {
    const { send, done } = trial()
    for (const failure of ['crash', 'time', 'memory'] as const) {
      const raw = `X: ${failure}\r\n\r\nz\r\n`
      assert.deepEqual(statuses(await send({ parsed: { failure }, raw })), ['451 4.3.0'])
      assert.deepEqual(statuses(await send({ parsed: { failure }, raw })), ['554 5.6.0'])
      assert.deepEqual(statuses(await send({ raw })), ['250 2.0.0'])
    }
    assert.equal(done.length, 3)
  })
  it('is asked for again, always, while readers are busy', async () => {
    const { send } = trial()
    for (let i = 0; i < 3; i++)
      assert.deepEqual(statuses(await send({ parsed: { failure: 'busy' } })), ['451 4.3.2'])
  })
})

describe('A message to the postmaster', () => {
  it('is handed on as it is, without being read', async () => {
    const { send, done, requests } = trial()
    assert.deepEqual(statuses(await send({ to: [postmaster], raw: 'X: y\r\n\r\nhelp\r\n' })), ['250 2.0.0'])
    assert.deepEqual(done, [['forward', { mailFrom: 'ann@example.org', text: 'X: y\r\n\r\nhelp\r\n' }]])
    assert.deepEqual(requests, [])
  })
  it('is not said to be taken when it could not be handed on', async () => {
    const { send } = trial()
    const down: Partial<IntakeActions> = {
      forwardToPostmaster: () => Promise.reject(new Error('connection refused')),
    }
    assert.deepEqual(statuses(await send({ to: [postmaster], actions: down })), ['451 4.3.0'])
  })
  it('does not go in circles', async () => {
    const { send, done } = trial()
    const raw = `${'Received: from a by b\r\n'.repeat(31)}\r\nhelp\r\n`
    assert.deepEqual(statuses(await send({ to: [postmaster], raw })), ['554 5.4.6'])
    assert.deepEqual(done, [])
    assert.deepEqual(
      statuses(await send({ to: [postmaster], raw: `X: y\r\n\r\n${'Received: quoted\r\n'.repeat(50)}` })),
      ['250 2.0.0'],
    )
  })
  it('reaches the postmaster even when the other recipient’s reader fails', async () => {
    const { send } = trial()
    assert.deepEqual(statuses(await send({ to: [delist, postmaster], parsed: { failure: 'crash' } })), [
      '451 4.3.0',
      '250 2.0.0',
    ])
  })
})

describe('A message to the thread of a case', () => {
  const tag = `goodcase${'0'.repeat(18)}.${'ab'.repeat(10)}`
  const thread: ServedRoute = { kind: 'case', tag, mailbox: `c+${tag}@postern.provider.example` }
  const heard = (writer: string | undefined, automatic: readonly string[] = []): Done => [
    'hearCaseMail',
    { tag, writer, automatic },
  ]

  it('is heard whoever wrote it, and only who is vouched for has written it', async () => {
    const { send, done, requests } = trial()
    assert.deepEqual(statuses(await send({ to: [thread] })), ['250 2.0.0'])
    assert.equal(requests[0]?.authenticate, true)
    const nobody = { ...person.authentication, aligned: [] } as ParsedMessage['authentication']
    assert.deepEqual(statuses(await send({ to: [thread], parsed: { authentication: nobody } })), [
      '250 2.0.0',
    ])
    assert.deepEqual(done, [heard('ann@example.org'), heard(undefined)])
  })

  it('that a program wrote is noted without an answer, bounces and our own letters too', async () => {
    const { send, done } = trial()
    for (const sign of ['auto-replied', 'null-return-path', 'list', 'loop'] as const) {
      const [answer = ''] = await send({ to: [thread], parsed: { automatic: [sign] } })
      assert.match(answer, /^250 2\.0\.0 Automatic/)
    }
    assert.deepEqual(done.at(-1), heard(undefined, ['loop']))
  })

  it('is put off while nobody can tell who wrote it, and refused when it can be read in two ways', async () => {
    const { send, done } = trial()
    const unsure = {
      ...person.authentication,
      aligned: [],
      isUnsure: true,
    } as ParsedMessage['authentication']
    assert.deepEqual(statuses(await send({ to: [thread], parsed: { authentication: unsure } })), [
      '451 4.7.24',
    ])
    assert.deepEqual(statuses(await send({ to: [thread], parsed: { ambiguous: ['nul'] } })), ['550 5.6.0'])
    assert.deepEqual(done, [])
  })

  it('is found by the letter that it answers, when it goes to the delist mailbox', async () => {
    const { send, done } = trial()
    const ours = `<c.${tag}.${'1'.repeat(26)}@postern.provider.example>`
    await send({ to: [delist], parsed: { answers: ['<x@example.org>', ours] } })
    assert.deepEqual(done, [heard('ann@example.org')])
    const foreign = ours.replace('goodcase', 'baadcase')
    const other = ours.replace('provider.example>', 'provider.invalid>')
    assert.deepEqual(statuses(await send({ to: [delist], parsed: { answers: [foreign, other] } })), [
      '550 5.6.0',
    ])
  })

  it('ends the letters with STOP, and is refused with the way where the case is over', async () => {
    const { send, done } = trial()
    assert.match((await send({ to: [thread], parsed: { subject: 'Re: STOP' } }))[0] ?? '', /^250 .*90 days/)
    assert.deepEqual(done, [['stopCaseLetters', tag]])
    const over = async () =>
      await Promise.reject(new Refusal('case.over', { closed: '2026-04-01T00:00:00Z' }))
    const [answer = ''] = await send({ to: [thread], actions: { hearCaseMail: over } })
    assert.match(answer, /^550 5\.7\.1 .*14 days ago.*\/delist$/)
  })
})
