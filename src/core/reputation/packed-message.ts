import { orThrow } from '../../base/refusal.ts'
import type { MessageEvent } from '../../access/mail-event.ts'
import { parseAddress } from '../../standards/ip.ts'

/**
 * A message event in one short text, for memory that holds very many of them: a fifth of what the event itself takes. `unpackMessage` gives
 * it back.
 */
export function packMessage(event: MessageEvent): string {
  return JSON.stringify(fields.map((name) => event[name] ?? (event[name] === null ? null : absent)))
}

export function unpackMessage(packed: string): MessageEvent {
  const values = JSON.parse(packed) as readonly unknown[]
  const event: Record<string, unknown> = { type: 'message', isOurs: values[fields.indexOf('isOurs')] }
  for (const [nth, name] of fields.entries()) if (values[nth] !== absent) event[name] = values[nth]
  const address = orThrow(parseAddress(String(event['ip'])))
  return { ...event, address } as unknown as MessageEvent
}

/** Stands for what is not known: null says that there is no name. */
const absent = false

/** Every field, so that none is forgotten; the address is in `ip`. */
const places: Record<Exclude<keyof MessageEvent, 'type' | 'address'>, true> = {
  id: true,
  at: true,
  ip: true,
  isOurs: true,
  helo: true,
  ptr: true,
  mailFrom: true,
  from: true,
  spf: true,
  dkim: true,
  dmarc: true,
  recipients: true,
  unknownRecipients: true,
  trapRecipients: true,
  rcpt: true,
  outcome: true,
  verdict: true,
  size: true,
  messageId: true,
  queueId: true,
}
const fields = Object.keys(places) as readonly (keyof typeof places)[]
