import type { ComplaintEvent } from '../../access/mail-event.ts'
import { count } from './count.ts'
import { assessed, type Mind } from './mind.ts'
import { weigh } from './weigh.ts'

const mostReporters = 256

/** A recipient's report. False when it matches no message that was let in. */
export function complain(mind: Mind, event: ComplaintEvent, now: number, source: string): boolean {
  const { messages, reporters, senders, settings } = mind
  const witness = { source, isOld: false }
  const message = messages.about(event, now)
  if (message === undefined) return false
  const sender = senders.byKey(message.sender)
  if (sender === undefined || message.at < sender.watermark) return true
  settings.writing?.onSender(sender)
  if (event.kind === 'not-junk') {
    count(mind, sender, 'notJunk', 1, event.at, witness)
    return true
  }
  const { reporter = `nobody ${sender.key}` } = event
  const assessment = assessed(mind, sender, now)
  const isContradicted = message.isWanted && (assessment.isSteady || assessment.grade === 'good')
  const weight = reporters.weigh(reporter, sender.key, isContradicted, now)
  if (weight === 0) return true
  for (const known of [sender.reporters, sender.trial?.reporters])
    if (known && known.size < mostReporters) known.add(reporter)
  count(mind, sender, 'complaints', weight, event.at, witness)
  if (!assessment.isSteady) sender.drift.add(weight, 0, event.at, assessment.limits.mean)
  weigh(mind, sender, now)
  return true
}
