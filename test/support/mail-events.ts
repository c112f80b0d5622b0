import type { MessageEvent } from '../../src/access/mail-event.ts'
import { orThrow } from '../../src/base/refusal.ts'
import { reputationSettings } from '../../src/core/reputation/own-settings.ts'
import type { Note } from '../../src/core/reputation/notes.ts'
import type { Opinion } from '../../src/core/reputation/opinion.ts'
import { Reputation } from '../../src/core/reputation/reputation.ts'
import { parseAddress } from '../../src/standards/ip.ts'
import { testSettings } from './context.ts'

/** A time in whole hours, so that tests can speak of hours. */
export const start = Date.UTC(2026, 4, 4)

let counter = 0

export function message(ip: string, at: number, fields: Partial<MessageEvent> = {}): MessageEvent {
  return {
    type: 'message',
    id: `m${++counter}`,
    at,
    ip,
    address: orThrow(parseAddress(ip)),
    helo: 'mx.sender.example',
    ptr: 'mx.sender.example',
    mailFrom: 'sender.example',
    recipients: 1,
    outcome: 'accepted',
    isOurs: false,
    verdict: 'ham',
    ...fields,
  }
}

export function testReputation(): Reputation {
  return new Reputation(reputationSettings(testSettings()))
}

/** One message through the judgement as the replay does it: decided, then learned or only noted. */
export function send(judge: Reputation, event: MessageEvent): Opinion {
  judge.tick(event.at)
  const opinion = judge.decide(event)
  if (opinion.action === 'pass') {
    judge.passed(event)
    judge.learn(event)
  } else {
    judge.attempted(event)
  }
  return opinion
}

/** `count` messages, `everyMs` apart; how many were passed, deferred, rejected. */
export function sendMany(
  judge: Reputation,
  ip: string,
  from: number,
  count: number,
  everyMs: number,
  fields: Partial<MessageEvent> = {},
): Record<Opinion['action'], number> {
  const tally = { pass: 0, defer: 0, reject: 0 }
  for (let nth = 0; nth < count; nth++) tally[send(judge, message(ip, from + nth * everyMs, fields)).action]++
  return tally
}

export function added(notes: readonly Note[]): readonly Extract<Note, { kind: 'added' }>[] {
  return notes.flatMap((note) => (note.kind === 'added' ? [note] : []))
}
