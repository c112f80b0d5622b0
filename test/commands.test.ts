import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { callCore } from '../src/control/client.ts'

/** Commands as scripts call them: exit status, stdout, stderr (contracts 1). No core runs here. */
const entry = join(import.meta.dirname, '..', 'src', 'cli.ts')
let folder = ''
let config = ''

interface Ran {
  readonly status: number
  readonly stdout: string
  readonly stderr: string
}

async function postern(...words: readonly string[]): Promise<Ran> {
  return await new Promise((resolve) => {
    const child = fork(entry, [...words, '--config', config], { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] })
    let [stdout, stderr] = ['', '']
    child.stdout?.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
    child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
    child.once('close', (code) => resolve({ status: code ?? -1, stdout, stderr }))
  })
}

const json = ({ stdout }: Ran): unknown => JSON.parse(stdout) as unknown

before(() => {
  folder = mkdtempSync(join(tmpdir(), 'postern-commands-'))
  config = join(folder, 'postern.yaml')
  writeFileSync(config, `data: ${folder}/data\nlisten: { policy: unix, lookup: unix }\n`)
})

after(() => rmSync(folder, { recursive: true, force: true }))

describe('wrong options', () => {
  it('are all named at once, with exit status 2', async () => {
    const ran = await postern(
      'listing',
      'add',
      '192.0.2.45',
      '--reason',
      'bogus',
      '--class',
      'nope',
      '--json',
    )
    assert.equal(ran.status, 2)
    assert.equal(ran.stdout, '')
    assert.match(ran.stderr, /--reason is one of spam, .*\n--class is one of self-service, /)
  })

  it('of a search are refused as well', async () => {
    const ran = await postern('listing', 'search', '--state', 'gone', '--limit', '0')
    assert.equal(ran.status, 2)
    assert.match(ran.stderr, /--limit is a number from 1\n--state is one of active, ended, proposed/)
  })
})

describe('listing', () => {
  it('says on stderr that a wide prefix waits for a second person', async () => {
    const ran = await postern('listing', 'add', '9.0.0.0/8', '--reason', 'spam', '--json')
    assert.equal((json(ran) as { state: string }).state, 'proposed')
    assert.match(ran.stderr, /a second person has to agree/)
  })

  it('import says refused lines in words on stderr, with --json too', async () => {
    const file = join(folder, 'lines.ndjson')
    writeFileSync(file, '{"ip":"192.0.2.1","reason":"spam"}\n{"ip":"010.0.0.1","reason":"spam"}\n')
    const ran = await postern('listing', 'import', file, '--json')
    assert.equal(ran.status, 1)
    assert.equal((json(ran) as { added: number }).added, 1)
    assert.match(ran.stderr, /^line 2: .*begins with zero.* \(address\.leading-zero\)$/m)
  })
})

describe('explain', () => {
  it('says in observe mode that nothing is refused, and what would be', async () => {
    await postern('listing', 'add', '192.0.2.77', '--reason', 'spam')
    const enforced = await postern('explain', '192.0.2.77')
    assert.match(enforced.stdout, /^192\.0\.2\.77 is told 550 5\.7\.606 \(/)
    writeFileSync(config, `${readFileSync(config, 'utf8')}policy: { mode: observe }\n`)
    try {
      const observed = await postern('explain', '192.0.2.77')
      assert.match(
        observed.stdout,
        /^192\.0\.2\.77 passes: nothing is refused at present, this receiver only observes .*would be told 550 5\.7\.606/,
      )
    } finally {
      writeFileSync(config, readFileSync(config, 'utf8').replace(/policy: \{ mode.*\n/, ''))
    }
  })
})

describe('an answer that nobody reads to its end', () => {
  it('is no fault: the command goes on without a word', async () => {
    const child = fork(entry, ['explain', '192.0.2.78', '--config', config], {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    })
    let stderr = ''
    child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
    child.stdout?.destroy()
    const status = await new Promise((resolve) => child.once('close', resolve))
    assert.deepEqual([status, stderr], [0, ''])
  })
})

describe('lists of operators and tokens', () => {
  it('have one of them a line, and one name for when it was made', async () => {
    for (const name of ['ada', 'bob']) {
      await postern('operator', 'add', name)
      await postern('token', 'add', 'api', name)
    }
    const when = String.raw`\d{4}-\d\d-\d\dT[\d:.]+Z`
    const [operators, tokens] = [await postern('operator', 'list'), await postern('token', 'list')]
    assert.match(
      operators.stdout,
      new RegExp(`^ada {19}viewer +created ${when}\nbob {19}viewer +created ${when}\n$`),
    )
    assert.match(tokens.stdout, new RegExp(`^ada {19}api +created ${when}\nbob {19}api +created ${when}\n$`))
    const [first] = (await postern('operator', 'list', '--json')).stdout.split('\n')
    assert.deepEqual(Object.keys(JSON.parse(first ?? '') as object), ['name', 'roles', 'created'])
  })
})

describe('a listing that would do the opposite', () => {
  it('is refused with what to do, and put with --replace; a proposed one is withdrawn by its prefix', async () => {
    await postern('listing', 'add', '192.0.2.78', '--reason', 'spam')
    const turned = await postern('listing', 'add', '192.0.2.78', '--reason', 'spam', '--carve-out')
    assert.equal(turned.status, 1)
    assert.match(turned.stderr, /End that one first \([0-9a-z]{12}\), or .*“--replace” on the command line/)
    const replaced = await postern(
      'listing',
      'add',
      '192.0.2.78',
      '--reason',
      'spam',
      '--carve-out',
      '--replace',
    )
    assert.equal(replaced.status, 0)
    await postern('listing', 'add', '11.0.0.0/8', '--reason', 'spam')
    const withdrawn = await postern('listing', 'end', '11.0.0.0/8', '--json')
    assert.equal((json(withdrawn) as { state: string }).state, 'ended')
  })
})

describe('--json', () => {
  it('keeps stdout to one JSON object a line', async () => {
    assert.deepEqual(json(await postern('bypass', 'on', '--json')), { bypass: true })
    assert.deepEqual(json(await postern('bypass', 'off', '--json')), { bypass: false })
    assert.match(
      (json(await postern('operator', 'code', 'GEZDGNBVGY3TQOJQ', '--json')) as { code: string }).code,
      /^\d{6}$/,
    )
  })
})

describe('backup and restore', () => {
  it('bring back what was there, and keep what was put aside', async () => {
    const [backup, data] = [join(folder, 'backup'), join(folder, 'data')]
    mkdirSync(backup)
    writeFileSync(join(data, 'webhook.secret'), 'whsec_before\n', { mode: 0o600 })
    assert.deepEqual(json(await postern('backup', backup, '--json')), { backup })
    for (const file of ['postern.sqlite', 'keys/master', 'webhook.secret'])
      assert.equal(statSync(join(backup, file)).mode & 0o777, 0o600, file)
    await postern('listing', 'add', '192.0.2.99', '--reason', 'spam')
    writeFileSync(join(data, 'webhook.secret'), 'whsec_after\n')
    const restored = json(await postern('restore', backup, '--json')) as { aside: string }
    assert.equal((await postern('listing', 'show', '192.0.2.99')).status, 1)
    assert.equal((await postern('verify')).status, 0)
    for (const file of ['postern.sqlite', 'keys/master', 'webhook.secret'])
      assert.ok(existsSync(join(data, `${file}.${restored.aside}`)), file)
    assert.equal(readFileSync(join(data, 'webhook.secret'), 'utf8'), 'whsec_before\n')
    assert.equal(readFileSync(join(data, `webhook.secret.${restored.aside}`), 'utf8'), 'whsec_after\n')
  })

  it('of a backup without a webhook secret leave the one that is there', async () => {
    const [backup, data] = [join(folder, 'without'), join(folder, 'data')]
    rmSync(join(data, 'webhook.secret'))
    assert.equal((await postern('backup', backup)).status, 0)
    assert.ok(!existsSync(join(backup, 'webhook.secret')))
    writeFileSync(join(data, 'webhook.secret'), 'whsec_new\n')
    assert.equal((await postern('restore', backup)).status, 0)
    assert.equal(readFileSync(join(data, 'webhook.secret'), 'utf8'), 'whsec_new\n')
  })

  it('with PostgreSQL say which tools do it, with exit status 2', async (test) => {
    process.env['POSTERN_DATABASE'] = 'postgres://postern@127.0.0.1:1/postern'
    test.after(() => delete process.env['POSTERN_DATABASE'])
    for (const [command, tool] of [
      ['backup', 'pg_dump'],
      ['restore', 'pg_restore'],
    ] as const) {
      const ran = await postern(command, join(folder, 'no'))
      assert.equal(ran.status, 2)
      assert.match(
        ran.stderr,
        new RegExp(`with PostgreSQL use ${tool}, .*data/keys and data/webhook\\.secret`),
      )
    }
  })

  it('refuse a backup that is not whole, and change nothing', async () => {
    const [broken, data] = [join(folder, 'broken'), join(folder, 'data')]
    mkdirSync(join(broken, 'keys'), { recursive: true })
    writeFileSync(
      join(broken, 'postern.sqlite'),
      'not a database, and long enough to be looked at'.repeat(100),
    )
    const before = [readdirSync(data), readFileSync(join(data, 'postern.sqlite'))]
    assert.match((await postern('restore', broken)).stderr, /keys\/master is missing\. Nothing was changed/)
    copyFileSync(join(data, 'keys', 'master'), join(broken, 'keys', 'master'))
    const ran = await postern('restore', broken)
    assert.equal(ran.status, 1)
    assert.match(ran.stderr, /postern\.sqlite is not a database\. Nothing was changed/)
    assert.deepEqual([readdirSync(data), readFileSync(join(data, 'postern.sqlite'))], before)
  })
})

describe('a core that does not answer', () => {
  it('is given up after a while, and said so', async () => {
    const path = join(folder, 'silent.sock')
    const server = createServer(() => {}).listen(path)
    await new Promise((resolve) => server.once('listening', resolve))
    assert.equal(await callCore(path, 'verify', {}, undefined, { emit() {}, progress() {} }, 50), 'silent')
    server.close()
  })
})

describe('postern person', () => {
  it('prints what is known as one JSON value, erases, and says by its status whether it is done', async () => {
    const exported = await postern('person', 'export', 'nobody@example.org', '--json')
    assert.equal(exported.status, 0, exported.stderr)
    assert.deepEqual((json(exported) as { places: readonly unknown[] }).places, [])
    const erased = await postern('person', 'erase', 'nobody@example.org', '--json')
    assert.equal(erased.status, 0, erased.stderr)
    const { state, counts, open } = json(erased) as Record<string, unknown>
    assert.deepEqual([state, counts, open], ['done', {}, []])
    const wrong = await postern('person', 'erase', 'nonsense')
    assert.deepEqual([wrong.status, wrong.stdout], [1, ''])
    assert.match(wrong.stderr, /mailbox\.invalid/)
    assert.equal((await postern('person', 'export')).status, 2)
  })
})

describe('Ctrl-C', () => {
  it('is left to the supervisor, which ends its children in order', async () => {
    const child = fork(entry, ['edge', '--config', config], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] })
    await new Promise((resolve) => child.once('message', resolve))
    const ended = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGINT')
    await sleep(300)
    assert.equal(child.exitCode, null)
    child.kill('SIGTERM')
    assert.equal(await ended, 0)
  })
})
