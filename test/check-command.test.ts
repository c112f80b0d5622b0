import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { startZone, type ZoneServer } from './support/zone-server.ts'

const cli = join(import.meta.dirname, '..', 'src', 'cli.ts')

describe('postern check', () => {
  let dns: ZoneServer
  let folder: string

  before(async () => {
    dns = await startZone({
      'example.org': { MX: ['10 mx.example.org'], TXT: ['v=spf1 include:spf.example.net -all'] },
      'mx.example.org': { A: ['192.0.2.10'] },
      'spf.example.net': { TXT: ['v=spf1 ip4:192.0.2.0/28 -all'] },
      '45.2.0.192.in-addr.arpa': { PTR: ['mail.example.org'] },
      'mail.example.org': { A: ['192.0.2.45'] },
      'example.net': { MX: ['10 mx.example.org'], TXT: ['v=spf1 ip4:192.0.2.45 -all'] },
      '_dmarc.example.net': { TXT: ['v=DMARC1; p=reject; rua=mailto:d@example.net'] },
      'evil.example': { MX: ['10 mx.example.org'], TXT: ['v=spf1 \u001b[31m -all'] },
    })
    folder = mkdtempSync(join(tmpdir(), 'postern-check-'))
    writeFileSync(
      join(folder, 'postern.yaml'),
      `data: ${folder}/data\ndns: { servers: ["${dns.address}"] }\n`,
    )
  })
  after(async () => {
    await dns.close()
    rmSync(folder, { recursive: true, force: true })
  })

  const run = async (
    ...words: readonly string[]
  ): Promise<{ status: number; stdout: string; stderr: string }> =>
    await new Promise((resolve) => {
      const child = spawn(process.execPath, [
        cli,
        'check',
        ...words,
        '--config',
        join(folder, 'postern.yaml'),
      ])
      let [stdout, stderr] = ['', '']
      child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
      child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
      child.once('close', (code) => resolve({ status: code ?? -1, stdout, stderr }))
    })

  it('prints a JSON object for each finding and a last one that sums up; a fault is status 1', async () => {
    const { status, stdout } = await run('example.org', '--ip', '192.0.2.45', '--json')
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
    const spf = lines.find(({ finding }) => finding === 'spf.fail')
    assert.ok(spf, stdout)
    assert.deepEqual([spf['topic'], spf['result'], spf['guide']], ['spf', 'fault', 'page:authentication/spf'])
    assert.deepEqual(spf['publish'], [
      'example.org. IN TXT "v=spf1 include:spf.example.net ip4:192.0.2.45 -all"',
    ])
    assert.deepEqual(
      (spf['trace'] as { term: string }[]).map(({ term }) => term),
      ['include:spf.example.net', 'ip4:192.0.2.0/28', '-all', '-all'],
    )
    const { domain, ip, result, faults } = lines.at(-1) ?? {}
    assert.deepEqual([domain, ip, result, faults, status], ['example.org', '192.0.2.45', 'fault', 1, 1])
  })

  it('says it in sentences, with what was found and what to publish; without a fault the status is 0', async () => {
    const { status, stdout } = await run('example.net', '--ip', '192.0.2.45')
    assert.match(stdout, /^pass {5}SPF: SPF passes for mail from 192\.0\.2\.45, after 0 look-ups\.$/m)
    assert.match(stdout, /^ {9}found {4}example\.net TXT v=spf1 ip4:192\.0\.2\.45 -all$/m)
    assert.match(stdout, /^pass {5}Reverse name \(PTR\): 192\.0\.2\.45 is called mail\.example\.org/m)
    assert.match(stdout, /^example\.net, mail from 192\.0\.2\.45: 0 to mend, \d warnings, 0 not known$/m)
    assert.equal(status, 0)
  })

  it('refuses what is no domain in a sentence, and no words at all as wrong usage', async () => {
    const literal = await run('192.0.2.45')
    assert.deepEqual([literal.status, literal.stdout], [1, ''])
    assert.match(literal.stderr, /is an IP address, and a domain is asked for here.*\(domain\.is-address\)/)
    assert.equal((await run()).status, 2)
  })

  it('lets no record steer the terminal', async () => {
    const { stdout } = await run('evil.example')
    assert.doesNotMatch(stdout, /\u001b/)
    assert.match(stdout, /\\u001b\[31m/)
  })
})
