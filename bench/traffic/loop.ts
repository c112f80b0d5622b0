import type { ConnectionEvent, MailEvent, MessageEvent } from '../../src/access/mail-event.ts'
import type { Decision, Judge } from './judge.ts'
import type { Step, Traffic, TryStep } from './traffic.ts'

/** Sees what was decided; `decision` is there for tries. */
export type Watcher = (step: Step, decision: Decision | undefined) => void

/**
 * Runs the traffic through a judge to the end. `lagMs`: what the judge let through it knows so much later, as filters and log readers
 * take their time; its own attempts, removals and complaints it knows at once.
 */
export function runTraffic(traffic: Traffic, judge: Judge, watch: Watcher, lagMs = 0): void {
  const late: { readonly due: number; readonly event: MessageEvent | ConnectionEvent }[] = []
  let told = 0
  for (let step = traffic.next(); step !== undefined; step = traffic.next()) {
    for (let next = late[told]; next !== undefined && next.due <= step.at; next = late[told]) {
      judge.learn(next.event)
      told++
    }
    if (told > 10_000) {
      late.splice(0, told)
      told = 0
    }
    if (step.kind === 'complaint') judge.complain(step.event)
    // A removal that was not done frees nobody.
    if (step.kind === 'delist' && !judge.delist(step.at, step.address)) continue
    if (step.kind !== 'try') {
      watch(step, undefined)
      continue
    }
    const decision = judge.decide(step.glance)
    if (decision.action !== 'pass') judge.attempt(attemptOf(step, decision))
    else if (lagMs > 0) late.push({ due: step.at + lagMs, event: step.event })
    else judge.learn(step.event)
    watch(step, decision)
    traffic.answer(decision.action)
  }
}

/** Of what was not let through only the envelope is known. */
export function attemptOf({ event, glance }: TryStep, { action }: Decision): MessageEvent | ConnectionEvent {
  if (event.type === 'connection') return event
  const outcome = action === 'reject' ? 'rejected' : 'deferred'
  return { type: 'message', id: event.id, ...glance, outcome, isOurs: true }
}

/** An event as a line of NDJSON (contracts 2), without the line end. */
export function lineOf(event: MailEvent): string {
  const { address: _, at, id, ...fields } = event
  const by = event.type === 'message' && event.isOurs ? 'postern' : undefined
  return JSON.stringify({ v: 1, id, at: new Date(at).toISOString(), ...fields, isOurs: undefined, by })
}
