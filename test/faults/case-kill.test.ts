import { strict as assert } from 'node:assert'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, it, type TestContext } from 'node:test'
import { BareClient, dkimRecord } from '../../src/intake/test-intake.ts'
import { seededRandom, type Random } from '../fuzz/random.ts'
import { answerTo, letterFrom, replyAddress } from '../support/case-mail.ts'
import { startDns } from '../support/dns.ts'
import { fuzzSeed } from '../support/fuzz.ts'
import type { Instance } from '../support/instance.ts'
import { smtpSink, type SmtpSink } from '../support/smtp-sink.ts'
import { until } from './delist-flow.ts'
import { inParallel } from './in-parallel.ts'
import { killAndWait } from './killer.ts'
import { onDatabase } from './on-database.ts'
import { number, type Rows } from './rows.ts'

/** `POSTERN_TORTURE`: the full count. `POSTERN_KILLS=20/300` tries another one. */
const isFull = process.env['POSTERN_TORTURE'] !== undefined
const [someKills, someMessages] = (process.env['POSTERN_KILLS'] ?? '').split('/').map(Number)
const series = [
  { database: 'SQLite', kills: isFull ? 40 : 1, messages: isFull ? 1000 : 20 },
  { database: 'PostgreSQL', kills: isFull ? 10 : 1, messages: isFull ? 250 : 10 },
] as const

/** Of each sender: one that opens a case, one more to the delist mailbox, and answers to our letter. */
const eachSays = 5
const atOnce = 6

const delistMailbox = 'delist@provider.example'
const mailboxOf = (nth: number): string => `s${nth}@example.org`
const addressOf = (nth: number): string => `198.51.${100 + Math.floor(nth / 200)}.${1 + (nth % 200)}`
const wordsOf = (nth: number, saying: number): string => `Saying ${saying} of sender ${nth}.`

/** What is lifted: all come from one domain, and what comes again costs as well. What a mailbox gets stays as it is. */
const settings = (dnsPort: number, senders: number): string =>
  [
    `dns: { servers: ["127.0.0.1:${dnsPort}"] }`,
    `delisting: { reviews: ${2 * senders + 10} }`,
    'limits:',
    ...[
      'intake.sender.hour',
      'cases.mailbox.hour',
      'cases.domain.hour',
      'letters.domain.hour',
      'letters.domain.day',
      'letters.all.hour',
      'letters.no-mail-host.hour',
      'delisting.mailbox.addresses.day',
    ].map((name) => `  ${name}: { count: 100000, per: 1h }`),
    '',
  ].join('\n')

describe('Random kill -9 of core while mail comes to cases', { timeout: 30 * 60_000 }, () => {
  for (const { database, ...usual } of series) {
    const kills = someKills || usual.kills
    const senders = Math.ceil((someMessages || usual.messages) / eachSays)
    const messages = senders * eachSays
    it(`keeps every message that it took once and in its order, and writes each letter once, on ${database} (${kills} kills, ${messages} messages)`, async (t) => {
      const [sink, dns] = await Promise.all([
        smtpSink(),
        startDns({ 's1._domainkey.example.org': dkimRecord }),
      ])
      try {
        const options = { smarthost: sink.url, settings: settings(dns.port, senders) }
        await onDatabase(t, database, options, async (postern, rows) => {
          await killSeries(t, { postern, rows, sink, kills, senders, messages })
        })
      } finally {
        await sink.close()
        await dns.close()
      }
    })
  }
})

interface Series {
  readonly postern: Instance
  readonly rows: Rows
  readonly sink: SmtpSink
  readonly kills: number
  readonly senders: number
  readonly messages: number
}

interface Figures {
  /** Deliveries begun. */
  asked: number
  /** Messages that were taken. */
  taken: number
  /** The same bytes once more, after a lost answer or without need. */
  again: number
}

async function killSeries(t: TestContext, run: Series): Promise<void> {
  const { postern, rows, sink, kills, senders, messages } = run
  const seed = fuzzSeed()
  const [killing, sending] = [seededRandom(seed), seededRandom(seed + 1)]
  await listAll(postern, senders)
  const figures: Figures = { asked: 0, taken: 0, again: 0 }
  const ending = new AbortController()
  const begun = performance.now()
  const speaking = inParallel(atOnce, senders, async (nth) => {
    await speak({ postern, sink, figures, random: sending, over: ending.signal }, nth)
  })
  let killed = 0
  const killer = async (): Promise<void> => {
    for (; killed < kills && figures.taken < messages; killed++) {
      while (figures.taken < ((killed + 0.5) / kills) * messages && !ending.signal.aborted) await sleep(10)
      if (ending.signal.aborted) return
      await sleep(killing.below(200))
      await killAndWait(postern, 'core', 180_000)
    }
  }
  await Promise.all([speaking, killer()]).catch((error: unknown) => {
    ending.abort()
    throw error
  })
  await until(
    'the end of all letters',
    async () => ((await countOf(rows, `letters where state <> 'sent'`)) === 0 ? true : undefined),
    300_000,
  )
  const seconds = (performance.now() - begun) / 1000
  await assertKept(run)
  const ids = new Set(sink.received.map(({ parsed }) => parsed.messageId))
  t.diagnostic(
    `${killed} kills, ${messages} messages in ${senders} cases in ${seconds.toFixed(0)} s, handed over ${figures.asked} times, ` +
      `${figures.again} of them after they were taken; ${ids.size} letters, ${sink.received.length - ids.size} second copies; seed ${seed}`,
  )
  assert.equal(killed, kills)
}

async function listAll(postern: Instance, senders: number): Promise<void> {
  const file = join(postern.folder, 'listings.csv')
  const lines = Array.from({ length: senders }, (_, nth) => `${addressOf(nth)},malware`)
  writeFileSync(file, `ip,reason\n${lines.join('\n')}\n`)
  const { status, stdout, stderr } = await postern.run('listing', 'import', file, '--format', 'csv', '--wait')
  assert.equal(status, 0, stdout + stderr)
}

interface World {
  readonly postern: Instance
  readonly sink: SmtpSink
  readonly figures: Figures
  readonly random: Random
  readonly over: AbortSignal
}

/** One sender: writes to the delist mailbox twice, waits for our letter, and answers it until everything is said. */
async function speak(world: World, nth: number): Promise<void> {
  const mailbox = mailboxOf(nth)
  for (const saying of [0, 1]) {
    const words = `${wordsOf(nth, saying)} It is about ${addressOf(nth)}.`
    await handOver(world, mailbox, delistMailbox, await letterFrom(mailbox, delistMailbox, words))
  }
  const letter = await until(`the letter to ${mailbox}`, () =>
    world.over.aborted ? world.sink.received[0] : world.sink.received.find(({ to }) => to.includes(mailbox)),
  )
  for (let saying = 2; saying < eachSays; saying++) {
    // Some mail programs answer to the address, some users to the one that they know.
    const to = saying === 3 ? delistMailbox : replyAddress(letter)
    await handOver(world, mailbox, to, await answerTo(letter, mailbox, wordsOf(nth, saying), { to }))
  }
}

/** As a mail server does: until it is taken, and again where it did not hear the answer. */
async function handOver(world: World, from: string, to: string, message: Buffer): Promise<void> {
  const { postern, figures, random, over } = world
  const isLost = random.oneIn(6)
  const deliver = async (hears: boolean): Promise<boolean> => {
    figures.asked++
    return await bySmtp(postern, { from, to, message, hears })
  }
  if (isLost) await deliver(false)
  while (!over.aborted && !(await deliver(true))) await sleep(200)
  figures.taken++
  if (!random.oneIn(4) || over.aborted) return
  figures.again++
  while (!over.aborted && !(await deliver(true))) await sleep(200)
}

/** True when it was taken. Who does not `hear` goes away with the last dot. */
async function bySmtp(
  { ports }: Instance,
  mail: { readonly from: string; readonly to: string; readonly message: Buffer; readonly hears: boolean },
): Promise<boolean> {
  const smtp = new BareClient({ port: ports.intake })
  try {
    await smtp.greet('mx.example.org')
    // The CRLF before the last dot ends the message (RFC 5321 §4.1.1.4); `mail` writes it.
    const answer = smtp.mail(mail.from, mail.to, mail.message.subarray(0, -2))
    if (!mail.hears) {
      await Promise.race([answer, sleep(60)])
      return false
    }
    const said = await answer
    // A refusal for good would be our fault: all of it is to be taken.
    assert.doesNotMatch(said, /^5/)
    return said.startsWith('250 ')
  } finally {
    smtp.close()
  }
}

/**
 * What is promised. Of messages: what was answered with 250 is in its thread once, in the order in which it was taken. Of letters: one is
 * written for one reason; it may arrive twice when core is killed between sending it and noting it, and then it has the same Message-ID and the
 * same words, so that mail programs show it once.
 */
async function assertKept({ postern, rows, sink, senders, messages }: Series): Promise<void> {
  const { received } = sink
  assert.equal(await countOf(rows, 'cases'), senders, 'a case for each address')
  assert.equal(await countOf(rows, 'case_participants'), senders, 'a thread for each sender')
  assert.equal(await countOf(rows, `case_messages where direction = 'in'`), messages, 'each message once')
  assert.equal(await countOf(rows, 'case_messages where copies > 1'), 0)
  assert.equal(await countOf(rows, `audit_records where action = 'case.opened'`), senders)
  assert.equal(await countOf(rows, `audit_records where action = 'case.heard'`), messages)
  assert.equal(
    await countOf(rows, `cases where messages <> ${eachSays + 1}`),
    0,
    'ours is the one acknowledgement',
  )
  assert.equal(await countOf(rows, 'letters'), senders, 'one acknowledgement for each sender')
  for (let nth = 0; nth < senders; nth++) {
    const copies = received.filter(({ to }) => to.includes(mailboxOf(nth)))
    const alike = new Set(copies.map(({ parsed, text: words }) => `${parsed.messageId}\n${words}`))
    assert.equal(alike.size, 1, `one letter to ${mailboxOf(nth)}, however often it came`)
    const [page = ''] = copies[0]?.links.filter((link) => link.includes('/case/')) ?? []
    const thread = await (await fetch(page)).text()
    const said = [...thread.matchAll(/Saying (\d) of sender (\d+)\./g)].map(([words]) => words)
    const expected = Array.from({ length: eachSays }, (_, saying) => wordsOf(nth, saying))
    assert.deepEqual(said, expected, 'in the order in which it was taken, and nothing of anybody else')
  }
  const verified = await postern.run('verify', '--json')
  assert.equal(verified.status, 0, verified.stdout + verified.stderr)
}

async function countOf(rows: Rows, what: string): Promise<number> {
  const [row] = await rows.all(`select count(*) as count from ${what}`)
  return row ? number(row, 'count') : 0
}
