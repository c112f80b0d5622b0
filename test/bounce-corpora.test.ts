import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { readInput } from '../src/core/analysis/read.ts'
import type { Recipient } from '../src/core/analysis/analysis.ts'
import { messagesOf } from '../src/standards/mbox.ts'
import { corporaFolder, readLabels, type Label } from './support/bounce-corpora.ts'
import { readFixtures } from './support/bounce-fixtures.ts'

/**
 * Bounces of other projects with labels. They are no part of the repository; without them the fixtures of the repository
 * stand alone.
 */
const folder = corporaFolder()

interface Score {
  rows: number
  recipient: number
  status: number
  replyCode: number
  /** Codes that the mail does not say. */
  invented: number
  reason: number
  /** Wrong, and not `unknown`. */
  confident: number
  refusedOf: number
  refused: number
  /** A refused address where there is none. */
  refusedWrongly: number
}

function score(labels: readonly Label[], read: (file: string) => Buffer): Score {
  const total: Score = {
    rows: 0,
    recipient: 0,
    status: 0,
    replyCode: 0,
    invented: 0,
    reason: 0,
    confident: 0,
    refusedOf: 0,
    refused: 0,
    refusedWrongly: 0,
  }
  for (const [file, rows] of Map.groupBy(labels, (label) => label.file)) {
    const findings = messagesOf(read(file)).map(readInput)
    if (rows.every(isNoBounce)) {
      assert.ok(
        findings.every(({ kind }) => kind !== 'bounce'),
        file,
      )
      continue
    }
    const left = findings.flatMap((finding) => ('recipients' in finding ? finding.recipients : []))
    for (const label of rows) add(total, label, take(left, label, rows.length > 1))
  }
  return total
}

function isNoBounce({ recipient, status, replyCode, reasons }: Label): boolean {
  return recipient.length + status.length + replyCode.length + reasons.length === 0
}

function take(left: Recipient[], { recipient }: Label, isOneOfMany: boolean): Recipient | undefined {
  const index = left.findIndex(({ address }) => recipient.includes(address ?? ''))
  const found = left[Math.max(0, index)]
  if (isOneOfMany && index >= 0) left.splice(index, 1)
  return found
}

function add(total: Score, label: Label, told: Recipient | undefined): void {
  const is = (right: readonly string[], value: string | undefined): number =>
    Number(right.length === 0 ? value === undefined : right.includes(value ?? ''))
  total.rows += 1
  total.recipient += label.recipient.length === 0 ? 1 : is(label.recipient, told?.address)
  total.status += is(label.status, told?.status)
  total.replyCode += is(label.replyCode, told?.replyCode)
  total.invented += Number(label.status.length === 0 && told?.status !== undefined)
  total.invented += Number(label.replyCode.length === 0 && told?.replyCode !== undefined)
  const isReason = label.isAnyReason || is(label.reasons, told?.reason) === 1
  total.reason += Number(isReason)
  total.confident += Number(!isReason && told?.reason !== undefined && told.reason !== 'unknown')
  if (label.rejectedIp === undefined) return
  const { ip, isOptional } = label.rejectedIp
  const refused = told?.rejectedIp ?? ''
  if (ip === '') total.refusedWrongly += Number(refused !== '')
  else {
    total.refusedOf += 1
    total.refused += Number(refused === ip || (refused === '' && isOptional))
  }
}

/** The floors that are promised, in hundredths. */
function holdsFloors(total: Score): void {
  const share = (count: number): number => (100 * count) / total.rows
  assert.ok(share(total.status) >= 99, 'status')
  assert.ok(share(total.replyCode) >= 99, 'reply code')
  assert.ok(share(total.invented) <= 1, 'invented codes')
  assert.ok(share(total.recipient) >= 98, 'recipient')
  assert.ok(share(total.reason) >= 93, 'reason')
  assert.ok(share(total.confident) <= 3, 'confident wrong reasons')
  assert.ok(total.refused >= 0.98 * total.refusedOf, 'refused address')
  assert.equal(total.refusedWrongly, 0, 'refused addresses that are none')
}

/** Fields of a machine part. */
const claims = [
  'feedbackType',
  'userAgent',
  'version',
  'sourceIp',
  'arrivalDate',
  'originalMailFrom',
  'originalRcptTo',
  'reportedDomain',
  'reportedUri',
  'authenticationResults',
]

function isSaid(value: unknown): boolean {
  return value !== undefined && !(Array.isArray(value) && value.length === 0)
}

/** Names in encoded words may keep the spaces at their ends. */
function spaced(value: unknown): unknown {
  return typeof value === 'string' ? value.replaceAll(/(?<=") | (?=")/g, '') : value
}

describe('Labelled bounces', () => {
  if (folder !== undefined) tryCorpora(folder)
  else
    it('of other projects are not beside this checkout: those of the repository stand in for them', () => {
      assert.ok(readFixtures().length >= 400)
    })
})

function tryCorpora(place: string): void {
  const sets = {
    'bounces-sisimai': { labels: 'expected.tsv', mails: 'mail' },
    'bounces-crisp': { labels: 'contract.tsv', mails: 'text' },
  }
  for (const [name, { labels, mails }] of Object.entries(sets)) {
    it(`of ${name} are read above the floors`, (t) => {
      const rows = readLabels(join(place, name, labels))
      const total = score(rows, (file) => readFileSync(join(place, name, mails, file)))
      t.diagnostic(JSON.stringify(total))
      holdsFloors(total)
    })

    it(`of ${name} say the same with CR, LF and CRLF`, () => {
      for (const file of new Set(readLabels(join(place, name, labels)).map((label) => label.file))) {
        const text = readFileSync(join(place, name, mails, file), 'latin1').replaceAll(/\r\n?/g, '\n')
        const [lf, crlf, cr] = ['\n', '\r\n', '\r'].map((end) =>
          readInput(Buffer.from(text.replaceAll('\n', end), 'latin1')),
        )
        assert.deepEqual(crlf, lf, file)
        assert.deepEqual(cr, lf, file)
      }
    })
  }

  it('beside feedback reports are none: each of those is a feedback report with every field it has', () => {
    const lines = readFileSync(join(place, 'arf', 'expected.jsonl'), 'utf8')
      .trim()
      .split('\n')
    for (const line of lines) {
      const { file, kind, derived, note: _, ...fields } = JSON.parse(line) as Record<string, unknown>
      const name = String(file)
      const finding = readInput(readFileSync(join(place, 'arf', 'mail', name)))
      assert.ok(finding.kind === 'feedback' && kind === 'feedback', name)
      const told = new Map(Object.entries(finding.feedback))
      for (const [field, value] of Object.entries(fields))
        assert.deepEqual(spaced(told.get(field)), spaced(value), `${name} ${field}`)
      // What the machine part does not say comes from the message, and that is said.
      const others = claims.filter((field) => !(field in fields) && isSaid(told.get(field)))
      const names: unknown[] = Array.isArray(derived) ? others.concat(derived) : others
      assert.deepEqual(new Set(finding.feedback.derived), new Set(names), `${name} derived`)
    }
  })

  it('and XARF reports are valid or not as their projects say', () => {
    const [, ...rows] = readFileSync(join(place, 'xarf', 'expected.tsv'), 'utf8')
      .trim()
      .split('\n')
    for (const row of rows) {
      const [file = '', valid, version = '', category, type, sourceIp] = row.split('\t')
      const finding = readInput(
        readFileSync(join(place, 'xarf', valid === 'yes' ? 'valid' : 'invalid', file)),
      )
      assert.ok(finding.kind === 'xarf', file)
      assert.equal(
        finding.feedback.errors === undefined,
        valid === 'yes',
        `${file} ${finding.feedback.errors?.join() ?? ''}`,
      )
      for (const error of finding.feedback.errors ?? []) assert.match(error, /^\S+: \S/, file)
      if (valid === 'yes') assert.equal(finding.feedback.version?.charAt(0), version.charAt(1), file)
      if (category !== '') assert.equal(finding.feedback.category, category, file)
      if (type !== '') assert.equal(finding.feedback.type, type, file)
      if (sourceIp !== '') assert.equal(finding.feedback.sourceIp, sourceIp, file)
    }
  })
}
