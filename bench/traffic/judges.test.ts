import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { MailVerdict, MessageEvent } from '../../src/access/mail-event.ts'
import { day, hour, minute } from '../../src/base/clock.ts'
import { Refusal } from '../../src/base/refusal.ts'
import { parseAddress, type Address } from '../../src/standards/ip.ts'
import type { Action, Judge } from './judge.ts'
import { judges } from './judges.ts'
import { ColourJudge } from './judges/colour.ts'
import { GreylistJudge } from './judges/greylist.ts'
import { SrlJudge } from './judges/srl.ts'

const start = Date.UTC(2026, 4, 4)
const ip = '192.0.2.45'

function addressOf(text: string): Address {
  const address = parseAddress(text)
  if (address instanceof Refusal) throw address
  return address
}

function ask(judge: Judge, at: number, from = ip, mailFrom = 'alder.example'): Action {
  const name = 'mail.alder.example'
  return judge.decide({ at, address: addressOf(from), ip: from, helo: name, ptr: name, mailFrom }).action
}

interface Said {
  readonly at: number
  readonly verdict: MailVerdict
  readonly from?: string
  readonly helo?: string
}

let ids = 0
function learn(judge: Judge, { at, verdict, from = ip, helo = 'mail.alder.example' }: Said): void {
  const event: MessageEvent = {
    type: 'message',
    id: `m${++ids}`,
    at,
    address: addressOf(from),
    ip: from,
    helo,
    ptr: 'mail.alder.example',
    mailFrom: 'alder.example',
    outcome: 'accepted',
    isOurs: false,
    verdict,
  }
  judge.learn(event)
}

function learnMany(judge: Judge, count: number, said: Said): void {
  for (let nth = 0; nth < count; nth++) learn(judge, said)
}

describe('the judges', () => {
  it('have names of their own, and a fresh one is made each time', () => {
    assert.equal(new Set(judges.map(({ name }) => name)).size, judges.length)
    for (const { make } of judges) assert.notEqual(make(), make())
  })
})

describe('the SRL-like judge', () => {
  it('says nothing before 20 messages, and refuses a stream of spam soon after', () => {
    const judge = new SrlJudge()
    learnMany(judge, 19, { at: start, verdict: 'spam' })
    assert.equal(ask(judge, start), 'pass')
    learnMany(judge, 1, { at: start, verdict: 'spam' })
    assert.equal(ask(judge, start), 'reject')
    assert.equal(ask(judge, start, '192.0.2.46'), 'pass')
  })

  it('ends the block after 24 hours and begins from nothing', () => {
    const judge = new SrlJudge()
    learnMany(judge, 20, { at: start, verdict: 'spam' })
    assert.equal(ask(judge, start + 24 * hour - 1), 'reject')
    assert.equal(ask(judge, start + 24 * hour), 'pass')
    learnMany(judge, 19, { at: start + 25 * hour, verdict: 'spam' })
    assert.equal(ask(judge, start + 25 * hour), 'pass')
  })

  it('looks at the share of all messages so far', () => {
    const judge = new SrlJudge()
    learnMany(judge, 60, { at: start, verdict: 'ham' })
    learnMany(judge, 60, { at: start + hour, verdict: 'spam' })
    assert.equal(ask(judge, start + hour), 'pass')
    learnMany(judge, 100, { at: start + hour, verdict: 'spam' })
    assert.equal(ask(judge, start + hour), 'reject')
  })

  it('is stricter with many HELOs and a name that does not fit', () => {
    const mixed = (helo: (nth: number) => string): Action => {
      const judge = new SrlJudge()
      for (let nth = 0; nth < 50; nth++) {
        learn(judge, { at: start, verdict: nth % 2 === 0 ? 'ham' : 'spam', helo: helo(nth) })
      }
      return ask(judge, start)
    }
    assert.equal(
      mixed(() => 'mail.alder.example'),
      'pass',
    )
    assert.equal(
      mixed((nth) => `host${nth}.other.example`),
      'reject',
    )
  })

  it('lets go of an address on removal', () => {
    const judge = new SrlJudge()
    learnMany(judge, 20, { at: start, verdict: 'spam' })
    judge.delist(start, addressOf(ip))
    assert.equal(ask(judge, start), 'pass')
  })
})

describe('the colour of the day', () => {
  const today = (verdicts: Partial<Record<MailVerdict, number>>): Judge => {
    const judge = new ColourJudge()
    for (const [verdict, count] of Object.entries(verdicts)) {
      learnMany(judge, count, { at: start + hour, verdict: verdict as MailVerdict })
    }
    return judge
  }

  it('refuses on the day after a RED one and on no other', () => {
    const judge = today({ spam: 95, ham: 5 })
    assert.equal(ask(judge, start + 23 * hour), 'pass')
    assert.equal(ask(judge, start + day), 'reject')
    assert.equal(ask(judge, start + 2 * day - 1), 'reject')
    assert.equal(ask(judge, start + 2 * day), 'pass')
  })

  it('defers as many attempts after a YELLOW day as were spam', () => {
    const judge = today({ spam: 40, ham: 60 })
    const actions = Array.from({ length: 100 }, (_, nth) => ask(judge, start + day + nth * minute))
    assert.equal(actions.filter((action) => action === 'defer').length, 40)
    assert.equal(actions.includes('reject'), false)
  })

  it('lets a GREEN day pass, and one with too little mail', () => {
    assert.equal(ask(today({ spam: 9, ham: 91 }), start + day), 'pass')
    assert.equal(ask(today({ spam: 19 }), start + day), 'pass')
  })

  it('counts exactly nine tenths as YELLOW', () => {
    const judge = today({ spam: 90, ham: 10 })
    const actions = Array.from({ length: 10 }, () => ask(judge, start + day))
    assert.equal(actions.includes('reject'), false)
    assert.ok(actions.includes('defer'))
  })

  it('forgets yesterday on removal', () => {
    const judge = today({ spam: 95, ham: 5 })
    judge.delist(start + day, addressOf(ip))
    assert.equal(ask(judge, start + day), 'pass')
  })
})

describe('the greylist', () => {
  it('defers a pair until five minutes have passed, and knows it then', () => {
    const judge = new GreylistJudge()
    assert.equal(ask(judge, start), 'defer')
    assert.equal(ask(judge, start + 5 * minute - 1), 'defer')
    assert.equal(ask(judge, start + 5 * minute), 'pass')
    assert.equal(ask(judge, start + 6 * minute, '192.0.2.99'), 'pass')
    assert.equal(ask(judge, start + 7 * minute, ip, 'other.example'), 'defer')
  })

  it('begins anew when the second try comes after two days', () => {
    const judge = new GreylistJudge()
    assert.equal(ask(judge, start), 'defer')
    assert.equal(ask(judge, start + 2 * day + 1), 'defer')
  })

  it('asks an address nothing more after five passes', () => {
    const judge = new GreylistJudge()
    ask(judge, start)
    for (let nth = 0; nth < 5; nth++) assert.equal(ask(judge, start + hour + nth), 'pass')
    assert.equal(ask(judge, start + hour, ip, 'other.example'), 'pass')
  })
})
