import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { testSettings, testStart } from '../../test/support/context.ts'
import { knownSender, raisedSender } from '../../test/support/known-sender.ts'
import { orThrow } from '../base/refusal.ts'
import { explanationOf } from '../core/senders/explanation.ts'
import { parseAddress } from '../standards/ip.ts'
import { judgedLines, verdictSentence } from './explanation-words.ts'

const pass = { action: 'pass', reason: null, listing: null, spared: null } as const

function linesOf(known: Parameters<typeof knownSender>[0]): readonly string[] {
  const address = orThrow(parseAddress(raisedSender.address))
  const judged = { sender: knownSender(known), now: testStart }
  return judgedLines(explanationOf(address, pass, [], testSettings(), 'operator', judged))
}

describe('What explain says in a terminal', () => {
  it('is first what happens to mail, and what would if the judgement were acted on', () => {
    const said = {
      ip: '192.0.2.45',
      mode: 'enforce',
      code: 550,
      status: '5.7.606',
      reason: 'spam',
      reference: 'PSN606',
      path: 'portal',
      who: 'sender',
    }
    const told = 'told 550 5.7.606 (spam, PSN606); way out: portal, to act: sender'
    assert.equal(verdictSentence({ ...said, action: 'reject' }), `192.0.2.45 is ${told}`)
    assert.equal(
      verdictSentence({ ...said, action: 'pass', wouldBe: 'reject' }),
      `192.0.2.45 passes: the judgement only observes (reputation.mode); in enforce mode it would be ${told}`,
    )
    assert.equal(verdictSentence({ ip: '192.0.2.45', mode: 'enforce', action: 'pass' }), '192.0.2.45 passes')
  })

  it('names the forecast that raises the budget, with its figures and its end, where there is one', () => {
    assert.ok(
      linesOf({ raise: raisedSender.raise }).includes(
        'forecast    agreed: raises the budget to 1000 an hour, 24000 today, until 2026-05-18T10:00:00.000Z',
      ),
    )
    assert.ok(!linesOf({}).some((line) => line.startsWith('forecast')))
  })
})
