import type { MailParser, AddressObject } from 'mailparser'
import type { ProbeFacts } from '../core/probes/facts.ts'
import { plainText } from '../base/plain-text.ts'
import { parseDomain } from '../standards/domain.ts'
import { tlsOfReceived } from '../standards/received-tls.ts'
import type { Evaluation } from './authenticate.ts'
import { valuesOf, type Header } from './message-budget.ts'
import { formOf } from './probe-form.ts'

/** Everything that a report tells of a message, and nothing of its body. */
export function probeFactsOf(
  raw: Buffer,
  header: Header,
  parser: MailParser,
  from: readonly string[],
  evaluation: Evaluation,
): ProbeFacts {
  const name = entriesOf(parser.from)[0]?.name
  return {
    form: formOf(raw, header, from.length),
    header: {
      from: from[0] ?? null,
      displayName: name ? plainText(name, 200) : null,
      sender: mailboxes(entriesOf(addressField(parser, 'sender')))[0] ?? null,
      replyTo: mailboxes(entriesOf(parser.replyTo)).slice(0, 10),
    },
    tls: valuesOf(header, 'received').slice(0, 100).map(tlsOf),
    list: listOf(header, evaluation),
    spf: evaluation.spf,
    dkim: evaluation.dkim,
    dmarc: evaluation.dmarc,
    arc: evaluation.arc,
  }
}

function tlsOf(value: string): ProbeFacts['tls'][number] {
  const tls = tlsOfReceived(value)
  if (tls === undefined) return { version: null, cipher: null }
  if (typeof tls !== 'string') return tls
  return { version: tls === 'encrypted' ? 'TLS' : 'none', cipher: null }
}

interface Entry {
  readonly address?: string | undefined
  readonly name: string
}

function entriesOf(field: AddressObject | AddressObject[] | undefined): readonly Entry[] {
  const objects = field === undefined ? [] : [field].flat()
  return objects.flatMap(({ value }) => value.flatMap((entry) => entry.group ?? [entry]))
}

function addressField(parser: MailParser, name: string): AddressObject | undefined {
  const value: unknown = parser.headers ? parser.headers.get(name) : undefined
  return typeof value === 'object' && value !== null && 'value' in value
    ? (value as AddressObject)
    : undefined
}

function mailboxes(entries: readonly Entry[]): string[] {
  return entries.flatMap(({ address }) => (address ? [plainText(address, 320)] : []))
}

/** RFC 2369 §3.2: addresses in angle brackets, comments between them. */
function listOf(header: Header, { dkim }: Evaluation): ProbeFacts['list'] {
  const unsubscribe = valuesOf(header, 'list-unsubscribe').join(', ').slice(0, 4000)
  const posts = valuesOf(header, 'list-unsubscribe-post')
  const isSigned = dkim.some(
    ({ result, signed }) =>
      result === 'pass' && signed.includes('list-unsubscribe') && signed.includes('list-unsubscribe-post'),
  )
  const precedence = valuesOf(header, 'precedence').join(' ')
  return {
    ways: [...unsubscribe.matchAll(/<([^<>]{1,2000})>/g)]
      .slice(0, 10)
      .flatMap(([, uri = '']) => wayOf(uri.replaceAll(/\s/g, ''))),
    hasUnsubscribe: unsubscribe !== '',
    post:
      posts.length === 0
        ? 'absent'
        : posts.length === 1 && /^List-Unsubscribe=One-Click$/i.test(posts[0] ?? '')
          ? 'valid'
          : 'invalid',
    isSigned,
    isBulk:
      /\b(?:bulk|list)\b/i.test(precedence) ||
      header.fields.some(({ name }) => name === 'list-id' || name === 'list-post' || name === 'feedback-id'),
  }
}

function wayOf(uri: string): { scheme: string; host: string }[] {
  const [, scheme = '', rest = ''] = /^([a-z][a-z0-9+.-]{0,19}):(.*)$/is.exec(uri) ?? []
  if (scheme === '') return []
  const host =
    scheme.toLowerCase() === 'mailto'
      ? (/@([^?,]+)/.exec(rest)?.[1] ?? '')
      : (/^\/\/(?:[^/@]*@)?([^/:?#]+)/.exec(rest)?.[1] ?? '')
  return [{ scheme: scheme.toLowerCase(), host: parseDomain(host, 1) ?? '' }]
}
