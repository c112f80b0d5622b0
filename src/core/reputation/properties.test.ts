import { strict as assert } from 'node:assert'
import { describe, it } from 'node:test'
import { fuzzCount, fuzzSeed } from '../../../test/support/fuzz.ts'
import { pick, seededRandom, type Random } from '../../../test/support/listing-entries.ts'
import { added, message, send, start, testReputation } from '../../../test/support/mail-events.ts'
import { day, hour, minute, second } from '../../base/clock.ts'
import { orThrow } from '../../base/refusal.ts'
import type { MailVerdict, MessageEvent } from '../../access/mail-event.ts'
import { parseAddress } from '../../standards/ip.ts'
import type { Note } from './notes.ts'
import type { Reputation } from './reputation.ts'

/** What must hold whatever happens: `POSTERN_FUZZ_COUNT` random histories, `POSTERN_FUZZ_SEED` repeats a run. */

const histories = fuzzCount(400)
const seed = fuzzSeed()
const verdicts: readonly MailVerdict[] = ['ham', 'spam', 'spam', 'phish', 'malware', 'bulk', 'unknown']

const names: readonly { readonly ptr: string | null | undefined }[] = [
  { ptr: 'mx.sender.example' },
  { ptr: null },
  { ptr: undefined },
  { ptr: '45-2-0-192.pool.isp.example' },
]

interface History {
  readonly judge: Reputation
  readonly notes: Note[]
  now: number
}

/** A run of mail of one nature, from one to eighty messages, at any pace. */
function phase(history: History, ip: string, random: Random): void {
  const verdict = pick(random, verdicts)
  const everyMs = pick(random, [second, 10 * second, minute, 20 * minute])
  const { ptr } = pick(random, names)
  for (let nth = random(80); nth >= 0; nth--) {
    history.now += everyMs
    const trapRecipients = random(30) === 0 ? 1 : 0
    const unknownRecipients = random(10) === 0 ? random(3) : 0
    send(history.judge, message(ip, history.now, { verdict, ptr, trapRecipients, unknownRecipients }))
    history.notes.push(...history.judge.takeNotes())
  }
}

function newHistory(): History {
  return { judge: testReputation(), notes: [], now: start }
}

describe(`The judgement in ${histories} random histories (seed ${seed})`, () => {
  it('never lists again on what came before a removal', () => {
    const random = seededRandom(seed)
    const ip = '192.0.2.45'
    const address = orThrow(parseAddress(ip))
    for (let nth = 0; nth < histories; nth++) {
      const history = newHistory()
      for (let some = random(4); some >= 0; some--) phase(history, ip, random)
      const old = Array.from({ length: random(60) }, () =>
        message(ip, history.now - random(hour), { verdict: 'spam', trapRecipients: random(2) }),
      )
      history.now += second
      const { judge, now } = history
      const answer = judge.delist(address, now)
      if (answer !== 'done') continue
      judge.takeNotes()
      // What is heard of the past afterwards, and complaints about it.
      for (const event of old) {
        judge.learn(event, now)
        const fields = {
          id: `c${event.id}`,
          ip,
          address,
          kind: 'junk',
          reporter: event.id,
          message: event.id,
        } as const
        judge.complain({ type: 'complaint', at: now, ...fields })
      }
      for (let clean = 0; clean < 30; clean++) {
        const { action } = send(judge, message(ip, now + clean * minute))
        assert.equal(action, 'pass', `history ${nth}: a clean message after the removal`)
      }
      assert.deepEqual(added(judge.takeNotes()), [], `history ${nth}`)
    }
  })

  it('never lists a sender for a shorter time than before', () => {
    const random = seededRandom(seed + 1)
    for (let nth = 0; nth < histories / 10; nth++) {
      const history = newHistory()
      for (let again = 0; again < 6; again++) {
        phase(history, '192.0.2.45', random)
        history.now += random(3) * day
      }
      const terms = added(history.notes)
        .filter(({ listing }) => listing.prefix.length === 32)
        .map(({ listing }) => listing.ends - listing.since)
      assert.deepEqual(
        terms,
        terms.toSorted((a, b) => a - b),
        `history ${nth}`,
      )
    }
  })

  it('lists no more than an address, or the range that the rule names, and nobody who is protected', () => {
    const random = seededRandom(seed + 2)
    for (let nth = 0; nth < histories / 20; nth++) {
      const history = newHistory()
      for (let member = 0; member < 12; member++) {
        const last = 1 + random(200)
        phase(
          history,
          pick(random, [`192.0.2.${last}`, `203.0.113.${last}`, `2001:db8:0:${last}::1`]),
          random,
        )
      }
      for (const { listing } of added(history.notes)) {
        const { family, length, words } = listing.prefix
        assert.ok((family === 4 ? [32, 24] : [64, 56]).includes(length), `history ${nth}: /${length}`)
        assert.notEqual(family === 4 ? words[0] >>> 8 : 0, 0xcb_00_71, 'a protected network')
      }
    }
  })

  it('thinks the same of a sender whatever the order of messages within five minutes', () => {
    const random = seededRandom(seed + 3)
    for (let nth = 0; nth < histories / 4; nth++) {
      const events = Array.from({ length: 1 + random(60) }, () =>
        message('192.0.2.45', start + random(5 * minute), {
          verdict: pick(random, ['ham', 'spam', 'phish']),
        }),
      )
      const [one, other] = [testReputation(), testReputation()]
      const hear = (judge: Reputation, event: MessageEvent): void =>
        judge.learn(event, start + 5 * minute, { source: `mx${event.at % 3}` })
      for (const event of events) hear(one, event)
      for (const event of events.toSorted((a, b) => (a.id < b.id ? 1 : -1))) hear(other, event)
      const [a, b] = [one, other].map((judge) =>
        judge.examine(orThrow(parseAddress('192.0.2.45')), start + 5 * minute),
      )
      assert.deepEqual(a?.assessment.hits, b?.assessment.hits, `history ${nth}`)
      assert.deepEqual(a?.assessment.counts, b?.assessment.counts)
      for (const { source, counts } of a?.sender.evidence.said(start + 5 * minute) ?? []) {
        const same = b?.sender.evidence.said(start + 5 * minute).find((each) => each.source === source)
        for (const kind of ['ham', 'spam', 'phish'] as const)
          assert.ok(Math.abs((same?.counts[kind] ?? 0) - counts[kind]) < 1e-9, `history ${nth}: ${source}`)
      }
    }
  })

  it('lists nobody on what one source says, whatever that is, where another knows a sender and speaks well of it', () => {
    const random = seededRandom(seed + 4)
    const ip = '192.0.2.45'
    for (let nth = 0; nth < histories / 40; nth++) {
      const history = newHistory()
      const { judge } = history
      const hear = (source: string, fields: Partial<MessageEvent>): void => {
        const event = message(ip, history.now, fields)
        judge.tick(event.at)
        judge.passed(event)
        judge.learn(event, event.at, { source })
        if (source !== 'liar' || random(5) > 0) return
        const { id, at, address } = event
        const complaint = { id: `c${id}`, at, ip, address, message: id, reporter: id } as const
        judge.complain({ type: 'complaint', kind: 'junk', ...complaint }, at, source)
      }
      for (let some = 9 + random(40); some > 0; some--) {
        history.now += random(20 * minute)
        hear('mx1', {})
      }
      for (let lies = random(200); lies > 0; lies--) {
        history.now += pick(random, [10, second, minute])
        const [unknownRecipients, trapRecipients] = [random(3), random(2)]
        hear('liar', { verdict: pick(random, verdicts), recipients: 3, unknownRecipients, trapRecipients })
        if (random(60) === 0) hear('mx1', {})
      }
      assert.deepEqual(added(judge.takeNotes()), [], `history ${nth}`)
    }
  })
})
