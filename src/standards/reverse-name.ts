import type { Address } from './ip.ts'
import { organisationOf } from './organisation.ts'

/**
 * What the reverse name of an address says about its owner. Mail servers have a name of their own; machines on access lines have
 * one made from their address, or none. Honest senders are of every kind: it is where a judgement starts, never where it ends.
 */
export const nameKinds = ['own', 'generic', 'none', 'unknown'] as const
export type NameKind = (typeof nameKinds)[number]

export interface SenderName {
  readonly kind: NameKind
  /** Organisational domain of a name of its own. */
  readonly organisation: string | undefined
  /** The name itself, if there is one. */
  readonly text?: string
}

/** `ptr` as in a mail event: forward-confirmed, null when there is none, undefined when not known. */
export function readName(ptr: string | null | undefined, address: Address): SenderName {
  if (ptr === undefined) return { kind: 'unknown', organisation: undefined }
  if (ptr === null || ptr === '') return { kind: 'none', organisation: undefined }
  if (isGeneric(ptr, address)) return { kind: 'generic', organisation: undefined, text: ptr }
  return { kind: 'own', organisation: organisationOf(ptr), text: ptr }
}

const accessWords =
  /(?:^|[.-])(?:dyn|dynamic|dhcp|dial|dialup|dialin|ppp|pppoe|adsl|xdsl|dsl|vdsl|cable|catv|broadband|pool|pools|client|customer|cust|cpe|user|users|host|home|res|residential|mobile|wireless|unassigned|unused)\d*(?=[.-]|$)/

/** Whether a name was made from its address, as access providers name lines. */
function isGeneric(name: string, address: Address): boolean {
  const labels = name.split('.')
  // The organisation's own labels may hold numbers.
  const host = labels.slice(0, Math.max(1, labels.length - 2)).join('.')
  if (address.family === 6) return /[0-9a-f]{4}-[0-9a-f]{1,4}-[0-9a-f]{0,4}|(?:[0-9a-f][.-]){8}/.test(host)
  const [word] = address.words
  const octets = [word >>> 24, (word >>> 16) & 255, (word >>> 8) & 255, word & 255]
  const numbers = host.match(/\d+/g)?.map(Number) ?? []
  const found = octets.filter((octet) => numbers.includes(octet)).length
  if (found >= 3 && numbers.length >= 3) return true
  const hexadecimal = octets.map((octet) => octet.toString(16).padStart(2, '0')).join('')
  if (host.includes(hexadecimal)) return true
  const packed = octets.map((octet) => String(octet).padStart(3, '0')).join('')
  if (host.includes(packed)) return true
  return found >= 1 && accessWords.test(host)
}
