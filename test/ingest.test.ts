import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { openDatabase } from '../src/db/open.ts'
import { startInstance, type Instance } from './support/instance.ts'

/** `postern ingest` against a running core, and without one. */

const entry = join(import.meta.dirname, '..', 'src', 'cli.ts')

const line = (id: string, more: object = {}): string =>
  `${JSON.stringify({ v: 1, id, at: new Date().toISOString(), type: 'message', ip: '192.0.2.45', ...more })}\n`

let instance: Instance
before(async () => {
  instance = await startInstance()
})
after(async () => await instance.stop())

async function ids(source: string): Promise<readonly string[]> {
  const db = await openDatabase('sqlite', { file: join(instance.folder, 'data', 'postern.sqlite') })
  try {
    const rows = await db.queries
      .selectFrom('mail_events')
      .select('id')
      .where('source', '=', source)
      .orderBy('seq')
      .execute()
    return rows.map(({ id }) => id)
  } finally {
    await db.close()
  }
}

async function until(source: string, wanted: readonly string[]): Promise<void> {
  let found: readonly string[] = []
  for (let attempt = 0; attempt < 150 && found.length < wanted.length; attempt++) {
    await sleep(100)
    found = await ids(source)
  }
  assert.deepEqual(found, wanted)
}

function follow(file: string, source: string): ChildProcess {
  const words = ['ingest', file, '--follow', '--source', source, '--config', instance.config]
  return spawn(process.execPath, [entry, ...words], { stdio: ['ignore', 'ignore', 'inherit'] })
}

describe('postern ingest', () => {
  it('takes a file once, names the lines that cannot be used, and ends with 1 for them', async () => {
    const file = join(instance.folder, 'events.ndjson')
    writeFileSync(
      file,
      `${line('a')}\nbroken\n${line('b')}${line('old', { at: new Date(Date.now() - 90 * 86_400_000).toISOString() })}`,
    )
    const first = await instance.run('ingest', file, '--json')
    assert.equal(first.status, 1, first.stderr)
    const { accepted, refused } = JSON.parse(first.stdout) as {
      accepted: number
      refused: { line: number }[]
    }
    assert.deepEqual([accepted, refused.map((each) => each.line)], [2, [3, 5]])
    assert.match(first.stderr, /line 5: at: more than 72 hours ago.*--backfill/)
    const again = await instance.run('ingest', file, '--backfill')
    assert.match(again.stdout, /^1 events taken, 2 known before, 1 lines not used$/m)
    assert.deepEqual(await ids('ndjson'), ['a', 'b', 'old'])
  })

  it('says everything that is wrong with its options, with status 2', async () => {
    const { status, stderr } = await instance.run(
      'ingest',
      '--follow',
      '--backfill',
      '--format',
      'papyrus',
      '--zone',
      'Moon/Far',
    )
    assert.equal(status, 2)
    for (const wrong of ['--format', '--follow needs', 'exclude', '--zone'])
      assert.match(stderr, new RegExp(wrong))
  })

  it('reads Postfix logs of another time zone', async () => {
    const file = join(instance.folder, 'mail.log')
    const local = new Intl.DateTimeFormat('sv', {
      timeZone: 'Asia/Shanghai',
      dateStyle: 'short',
      timeStyle: 'medium',
    }).format(new Date())
    const log = (pid: string, text: string): string =>
      `${local.replace(' ', 'T')} mx postfix/${pid}: ${text}\n`
    const rejected =
      'NOQUEUE: reject: RCPT from unknown[192.0.2.9]: 550 5.1.1 <x@provider.example>: Recipient address rejected: User unknown in virtual mailbox table; from=<a@sender.example> to=<x@provider.example> proto=ESMTP helo=<mx.sender.example>'
    writeFileSync(
      file,
      [
        log('smtpd[42]', 'connect from unknown[192.0.2.9]'),
        log('smtpd[42]', rejected),
        'a line that was cut\n',
        log('smtpd[42]', 'disconnect from unknown[192.0.2.9] ehlo=1 mail=1 rcpt=0/1 quit=1 commands=3/4'),
      ].join(''),
    )
    const { status, stdout, stderr } = await instance.run(
      'ingest',
      file,
      '--format',
      'postfix',
      '--zone',
      'Asia/Shanghai',
    )
    assert.match(stdout, /^1 events taken, 0 known before, 1 lines not used$/m, stderr)
    assert.match(stderr, /line 3: not a line of syslog/)
    assert.equal(status, 1)
  })

  it('follows a log over kill -9 of itself and of core, loses nothing and counts nothing twice', async () => {
    const file = join(instance.folder, 'followed.ndjson')
    const wanted = Array.from({ length: 40 }, (_, nth) => `f${nth}`)
    const write = (from: number, to: number): void =>
      appendFileSync(
        file,
        wanted
          .slice(from, to)
          .map((id) => line(id))
          .join(''),
      )
    write(0, 10)
    const first = follow(file, 'followed')
    await until('followed', wanted.slice(0, 10))
    first.kill('SIGKILL')
    await once(first, 'exit')
    write(10, 20)
    renameSync(file, `${file}.1`)
    write(20, 25)
    const second = follow(file, 'followed')
    await until('followed', wanted.slice(0, 25))
    const { core } = await instance.pids()
    if (core !== undefined) process.kill(core, 'SIGKILL')
    write(25, 40)
    await until('followed', wanted)
    second.kill('SIGTERM')
    assert.deepEqual(await once(second, 'exit'), [0, null])
  })
})
