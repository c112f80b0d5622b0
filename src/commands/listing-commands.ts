import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { importFormats } from '../core/listings/import-line.ts'
import { causeNames, listingClasses } from '../access/reasons.ts'
import type { Refusal, RefusalCode } from '../base/refusal.ts'
import { readLines } from '../control/frame.ts'
import type { Explanation } from '../core/senders/explanation.ts'
import { UsageError, type Command, type Invocation } from './command.ts'
import { judgedLines, verdictSentence } from './explanation-words.ts'
import { inWords, withCore } from './with-core.ts'
import { facts, line, plain } from './output.ts'

const listingOptions = {
  reason: { type: 'string' },
  class: { type: 'string' },
  ends: { type: 'string' },
  note: { type: 'string' },
  url: { type: 'string' },
  test: { type: 'string' },
} as const

const listingHelp = {
  reason: causeNames.join(', '),
  class: `${listingClasses.join(', ')} (default: the reason's)`,
  ends: 'a duration (24h, 7d) or an RFC 3339 time (default: longer with each recurrence)',
  note: 'for operators',
  url: 'where to go, of class third-party',
  test: 'name of the test that ends it, of class policy',
}

const wait = { wait: { type: 'boolean' } } as const
const waitHelp = { wait: 'wait until every connected edge acts on it' }

export const listingCommands: readonly Command[] = [
  {
    name: 'listing add',
    usage:
      'ADDRESS|PREFIX --reason R [--class C] [--ends WHEN] [--note TEXT] [--carve-out] [--replace] [--emergency]',
    summary: 'Put an address (IPv6: its /64) or a prefix on the list.',
    options: {
      ...listingOptions,
      'carve-out': { type: 'boolean' },
      replace: { type: 'boolean' },
      emergency: { type: 'boolean' },
      ...wait,
    },
    optionHelp: {
      ...listingHelp,
      'carve-out': 'let it through a wider listing instead',
      replace: 'end a listing of the same prefix that does the opposite',
      emergency: 'in force at once whatever wanted mail it hits; the audit says so',
      ...waitHelp,
    },
    words: [1, 1],
    run: async (invocation) => {
      const { 'carve-out': carveOut, wait: _, ...fields } = invocation.options
      checkChoices(invocation, fields['reason'] === undefined ? ['--reason is missing'] : [])
      const input = { ip: invocation.words[0], ...fields, ...(carveOut ? { effect: 'pass' } : {}) }
      return await withCore(invocation, 'listing.add', input, sayListing, {
        onValue: (value) => {
          if ('state' in value && value.state === 'proposed') invocation.output.note(needsSecondPerson)
        },
      })
    },
  },
  {
    name: 'listing impact',
    usage: 'ADDRESS|PREFIX',
    summary: 'What listing it would have hit in the last three days, and how many people it needs.',
    words: [1, 1],
    run: async (invocation) =>
      await withCore(invocation, 'listing.impact', { ip: invocation.words[0] }, sayListing),
  },
  {
    name: 'listing end',
    usage: 'ADDRESS|PREFIX|ID [--note TEXT]',
    summary: 'End a listing now, or withdraw one that is only proposed.',
    options: { note: { type: 'string' }, ...wait },
    optionHelp: { note: 'why, for operators', ...waitHelp },
    words: [1, 1],
    run: async (invocation) =>
      await withCore(
        invocation,
        'listing.end',
        { what: invocation.words[0], note: invocation.options['note'] },
        sayListing,
      ),
  },
  {
    name: 'listing show',
    usage: 'ADDRESS|PREFIX|ID',
    summary: 'One listing with its history.',
    words: [1, 1],
    run: async (invocation) =>
      await withCore(invocation, 'listing.show', { what: invocation.words[0] }, sayListing),
  },
  {
    name: 'listing search',
    usage: '[ADDRESS|PREFIX] [--state active|ended|proposed] [--reason R] [--class C] [--limit N]',
    summary: 'Listings that cover an address or lie in a prefix, newest first.',
    options: {
      state: { type: 'string' },
      reason: { type: 'string' },
      class: { type: 'string' },
      limit: { type: 'string' },
    },
    words: [0, 1],
    run: async (invocation) => {
      const { limit, ...filters } = invocation.options
      const isCount = limit === undefined || /^[1-9]\d{0,8}$/.test(String(limit))
      checkChoices(invocation, isCount ? [] : ['--limit is a number from 1'])
      const input = {
        ...filters,
        text: invocation.words[0],
        limit: limit === undefined ? undefined : Number(limit),
      }
      return await withCore(invocation, 'listing.search', input, sayLine)
    },
  },
  {
    name: 'listing import',
    usage:
      'FILE|- [--format ndjson|csv|rbldnsd] [--reason R] [--class C] [--ends WHEN] [--note TEXT] [--replace]',
    summary: 'Put a file of listings in force in one go; options fill in what a line lacks.',
    options: { ...listingOptions, format: { type: 'string' }, replace: { type: 'boolean' }, ...wait },
    optionHelp: {
      ...listingHelp,
      format: `${importFormats.join(', ')} (default ndjson)`,
      replace: 'end listings of the same prefixes that do the opposite',
      ...waitHelp,
    },
    words: [1, 1],
    run: importFile,
  },
  {
    name: 'listing export',
    usage: '[--format ndjson|csv|rbldnsd]',
    summary: 'Every active listing, one a line.',
    options: { format: { type: 'string' } },
    words: [0, 0],
    run: async (invocation) =>
      await withCore(
        { ...invocation, json: false },
        'listing.export',
        { format: formatOf(invocation) },
        (value, { say }) => {
          if ('line' in value) say(String(value.line))
        },
      ),
  },
  {
    name: 'explain',
    usage: 'IP',
    summary: 'What this address is told now, and why.',
    words: [1, 1],
    run: async (invocation) =>
      await withCore(invocation, 'explain', { ip: invocation.words[0] }, sayExplanation),
  },
]

interface Imported {
  readonly added: number
  readonly lines: number
  /** The first of them. */
  readonly refused: readonly {
    readonly line: number
    readonly code: RefusalCode
    readonly facts: Refusal['facts']
  }[]
  readonly refusedCount: number
}

async function importFile(invocation: Invocation): Promise<number> {
  const [file = '-'] = invocation.words
  const { format: _format, wait: _wait, ...defaults } = invocation.options
  checkChoices(invocation)
  const input = { ...defaults, format: formatOf(invocation) }
  const size = file === '-' ? 0 : (await stat(file)).size
  const bytes = file === '-' ? process.stdin : createReadStream(file)
  let read = 0
  const counted = async function* (): AsyncGenerator<Uint8Array> {
    for await (const chunk of bytes as AsyncIterable<Uint8Array>) {
      read += chunk.length
      if (size > 0) invocation.output.progress('reading (bytes)', read, size)
      yield chunk
    }
  }
  let refused = 0
  const status = await withCore(
    invocation,
    'listing.import',
    input,
    (value, { say }) => {
      const { added, lines } = value as Imported
      say(`${added} listings from ${lines} lines`)
    },
    {
      lines: readLines(counted()),
      onProgress: (done, all) => {
        if (all !== undefined) invocation.output.progress('in force', done, all)
        else if (size === 0) invocation.output.progress('lines read', done)
      },
      onValue: (value) => {
        const imported = value as Imported
        refused = imported.refusedCount
        for (const each of imported.refused) invocation.output.note(`line ${each.line}: ${inWords(each)}`)
        const left = refused - imported.refused.length
        if (left > 0) invocation.output.note(`and ${left} more lines`)
      },
    },
  )
  return status === 0 && refused > 0 ? 1 : status
}

const needsSecondPerson =
  'It is so wide, or so much wanted mail comes from it, that a second person has to agree; until then it is not in force.'

const choices: Readonly<Record<string, readonly string[]>> = {
  reason: causeNames,
  class: listingClasses,
  state: ['active', 'ended', 'proposed'],
}

/** Throws every option that is none of its words, after those that are `wrong` otherwise. */
function checkChoices({ options }: Invocation, wrong: readonly string[] = []): void {
  const strange = Object.entries(choices).filter(
    ([name, known]) => options[name] !== undefined && !known.includes(String(options[name])),
  )
  const all = [...wrong, ...strange.map(([name, known]) => `--${name} is one of ${known.join(', ')}`)]
  if (all.length > 0) throw new UsageError(all.join('\n'))
}

function formatOf({ options }: Invocation): string {
  const format = options['format'] ?? 'ndjson'
  if (!importFormats.some((known) => known === format))
    throw new UsageError(`--format is one of ${importFormats.join(', ')}`)
  return String(format)
}

/** The verdict in a sentence, then each listing, the line, the ways out and what the edges said lately. */
function sayExplanation(value: object, { say }: Invocation['output']): void {
  const { listings, decisions, ...rest } = value as Record<string, unknown>
  say(plain(verdictSentence(rest)))
  const shown = Object.fromEntries(Object.entries(rest).filter(([name]) => !saidOfVerdict.has(name)))
  for (const each of Array.isArray(listings) ? (listings as object[]) : []) say(`\n${facts(each)}`)
  if (facts(shown) !== '') say(`\n${facts(shown)}`)
  const judged = judgedLines(value as Explanation)
  if (judged.length > 0) say(`\n${judged.map(plain).join('\n')}`)
  for (const each of Array.isArray(decisions) ? (decisions as object[]) : []) say(`\n${facts(each)}`)
}

/** What the sentence about the verdict says, or the list of listings after it. */
const saidOfVerdict = new Set(
  [
    'ip action mode wouldBe code status reason reference path who listing',
    // The judgement has lines of its own.
    'standing rule bounds line prior counters concerns ways recurrence firstSeen lastSeen name home days',
  ].flatMap((names) => names.split(' ')),
)

function sayListing(value: object, { say }: Invocation['output']): void {
  say(facts(value))
}

function sayLine(value: object, { say }: Invocation['output']): void {
  say(line(value, { id: 12, ip: 20, reason: 11, class: 13, state: 8 }, ['ends']))
}
