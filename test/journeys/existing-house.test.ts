import { strict as assert } from 'node:assert'
import { spawn, type ChildProcess } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { day, hour, second } from '../../src/base/clock.ts'
import { freePort, startInstance, type Instance } from '../support/instance.ts'
import { startPostfix, type Postfix } from '../support/postfix.ts'
import { smtpSession } from '../support/smtp-session.ts'

const entry = join(import.meta.dirname, '..', '..', 'src', 'cli.ts')

/** What it usually sends: one message each so often. */
const usualMs = 8 * hour
const historyDays = 20

interface Correspondent {
  readonly ip: string
  readonly name: string | null
  readonly domain: string
  /** Whether the old logs have a verdict of a filter for its messages. */
  readonly isFiltered: boolean
}

const known: readonly Correspondent[] = [
  { ip: '192.0.2.10', name: 'mx.one.example', domain: 'one.example', isFiltered: true },
  { ip: '192.0.2.20', name: null, domain: 'two.example', isFiltered: true },
  { ip: '198.51.100.30', name: 'mx.three.example', domain: 'three.example', isFiltered: false },
  { ip: '198.51.100.40', name: null, domain: 'four.example', isFiltered: false },
]
const spammer = '192.0.2.200'
const secondSpammer = '198.51.100.201'

/**
 * Postern in front of a mail server that has run for years (docs/reputation.md, "Starting in an existing house"): it watches, reads the
 * old logs, and then refuses. Whoever is known to be good notices nothing of any of it.
 */
describe('Starting in an existing house', { timeout: 120_000 }, () => {
  let postern: Instance
  let postfix: Postfix
  let reader: ChildProcess
  let token = ''
  let told = 0

  before(async () => {
    postern = await startInstance({ settings: 'reputation: { mode: observe }\n' })
    const { stdout } = await postern.run('token', 'add', 'events', 'filter', '--roles', 'filter', '--json')
    token = (JSON.parse(stdout) as { token: string }).token
    postfix = await startPostfix({
      policy: `127.0.0.1:${postern.ports.policy}`,
      domain: 'provider.example',
      port: await freePort(),
    })
    const words = ['ingest', postfix.logFile, '--follow', '--format', 'postfix', '--source', 'mx1']
    reader = spawn(process.execPath, [entry, ...words, '--roles', 'mta', '--config', postern.config], {
      stdio: 'ignore',
    })
  })

  after(async () => {
    reader?.kill()
    await postfix?.stop()
    await postern?.stop()
  })

  /** What the mail server's content filter says of messages that it has just taken. */
  async function tell(ip: string, verdict: 'ham' | 'spam', queueIds: readonly string[]): Promise<void> {
    const at = new Date().toISOString()
    const lines = queueIds.map((queueId) =>
      JSON.stringify({ v: 1, id: `f${told++}`, at, type: 'message', ip, verdict, queueId }),
    )
    const answer = await fetch(`${postern.site}/api/v1/events`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/x-ndjson' },
      body: lines.join('\n'),
    })
    assert.equal(answer.status, 202, await answer.text())
  }

  /** Sends so many messages through the mail server; what it said to each. */
  async function send(
    { ip, name, domain }: Omit<Correspondent, 'isFiltered'>,
    count: number,
    verdict: 'ham' | 'spam',
  ): Promise<readonly string[]> {
    const session = await smtpSession({ port: postfix.port, client: ip, name, helo: `mail.${domain}` })
    const replies: string[] = []
    for (let nth = 0; nth < count; nth++) {
      const reply = await session.send(`news@${domain}`, 'user@provider.example')
      replies.push(reply)
    }
    await session.quit()
    const taken = replies.flatMap((reply) => /queued as (\w+)/.exec(reply)?.[1] ?? [])
    if (taken.length > 0) await tell(ip, verdict, taken)
    return replies
  }

  /** Spam until it is refused; how many messages were taken, and what was said in the end. */
  async function burst(ip: string): Promise<{ readonly taken: number; readonly refusal: string }> {
    let [taken, last] = [0, '']
    for (let nth = 0; nth < 100; nth++) {
      const replies = await send({ ip, name: null, domain: 'burst.example' }, nth === 0 ? 25 : 2, 'spam')
      taken += replies.filter((reply) => reply.startsWith('250 ')).length
      const refusal = replies.find((reply) => reply.startsWith('5'))
      last = replies.at(-1) ?? ''
      if (refusal !== undefined) return { taken, refusal }
      await sleep(300)
    }
    throw new Error(`never refused, ${taken} taken, ${last}\n${postern.log()}`)
  }

  async function explained(ip: string): Promise<Explained> {
    return JSON.parse((await postern.run('explain', ip, '--json')).stdout) as Explained
  }

  /** Waits until what was told of an address shows in what is said of it. */
  async function until(ip: string, isSo: (known: Explained) => boolean): Promise<void> {
    for (let nth = 0; nth < 100; nth++) {
      if (isSo(await explained(ip))) return
      await sleep(200)
    }
    throw new Error(`${ip}: ${JSON.stringify(await explained(ip))}`)
  }

  it('watches at first: a burst of spam is noted, and all of it passes', async () => {
    const replies = await send({ ip: spammer, name: null, domain: 'burst.example' }, 60, 'spam')
    assert.deepEqual(
      replies.filter((reply) => !reply.startsWith('250 ')),
      [],
    )
  })

  it('reads the old logs, and knows whom it has to do with', async () => {
    const { log, verdicts } = oldLogs(Date.now())
    const [logFile, verdictFile] = ['old.log', 'old.ndjson'].map((name) => join(postern.folder, name))
    writeFileSync(logFile ?? '', log)
    writeFileSync(verdictFile ?? '', verdicts)
    const mta = ['--format', 'postfix', '--source', 'old-mx1', '--roles', 'mta', '--zone', 'UTC']
    const filter = ['--format', 'ndjson', '--source', 'old-filter', '--roles', 'filter']
    for (const words of [
      ['ingest', logFile ?? '', ...mta, '--backfill'],
      ['ingest', verdictFile ?? '', ...filter, '--backfill'],
    ]) {
      const { status, stderr } = await postern.run(...words)
      assert.equal(status, 0, stderr)
    }
    for (const { ip } of known) await until(ip, ({ standing }) => standing?.budget === null)
  })

  it('then defers and refuses, and no known good sender notices, whatever it has to send that day', async () => {
    await postern.restart('reputation: { mode: enforce }\n')
    const { standing } = await explained('192.0.2.150')
    const budget = standing?.budget?.perHour ?? Infinity
    assert.ok(budget <= 40, `one of whom no log tells may send ${budget} messages an hour`)
    await Promise.all(
      known.map(async (correspondent) => {
        const replies = await send(correspondent, 3 * budget, 'ham')
        assert.deepEqual(
          replies.filter((reply) => !reply.startsWith('250 ')),
          [],
          correspondent.ip,
        )
      }),
    )
  })

  it('refuses a new burst of spam, and only that', async () => {
    const { taken, refusal } = await burst(secondSpammer)
    assert.match(refusal, /^550 5\.7\.606 .*\[198\.51\.100\.201\]/)
    assert.ok(taken >= 20 && taken <= 60, `${taken} were taken`)
    for (const correspondent of known) {
      const replies = await send(correspondent, 5, 'ham')
      assert.ok(
        replies.every((reply) => reply.startsWith('250 ')),
        `${correspondent.ip}: ${replies.join('\n')}`,
      )
    }
  })
})

interface Explained {
  readonly standing?: { readonly grade: string; readonly budget: { readonly perHour: number } | null }
}

/** What Postfix and the filter wrote about the known senders up to yesterday. */
function oldLogs(now: number): { readonly log: string; readonly verdicts: string } {
  const log: string[] = []
  const verdicts: string[] = []
  const end = now - day
  for (let at = end - historyDays * day, nth = 0; at < end; at += usualMs, nth++) {
    for (const [place, { ip, name, domain, isFiltered }] of known.entries()) {
      const queueId = `4${nth.toString(16).toUpperCase().padStart(4, '0')}${place}BC`
      const client = `${name ?? 'unknown'}[${ip}]`
      const say = (after: number, program: string, text: string): void =>
        void log.push(`${new Date(at + place * second + after).toISOString()} mx postfix/${program}: ${text}`)
      say(0, 'smtpd[71]', `connect from ${client}`)
      say(10, 'smtpd[71]', `${queueId}: client=${client}`)
      say(20, 'cleanup[72]', `${queueId}: message-id=<${queueId}@${domain}>`)
      say(30, 'qmgr[73]', `${queueId}: from=<news@${domain}>, size=1423, nrcpt=1 (queue active)`)
      say(
        40,
        'discard[74]',
        `${queueId}: to=<user@provider.example>, relay=none, delay=0.1, delays=0.1/0/0/0, dsn=2.0.0, status=sent (kept)`,
      )
      say(50, 'qmgr[73]', `${queueId}: removed`)
      say(60, 'smtpd[71]', `disconnect from ${client} ehlo=1 mail=1 rcpt=1 data=1 quit=1 commands=5`)
      if (!isFiltered) continue
      const told = { v: 1, id: `old${queueId}`, at: new Date(at + place * second + 25).toISOString() }
      verdicts.push(JSON.stringify({ ...told, type: 'message', ip, verdict: 'ham', queueId }))
    }
  }
  return {
    log: log.map((line) => `${line}\n`).join(''),
    verdicts: verdicts.map((line) => `${line}\n`).join(''),
  }
}
