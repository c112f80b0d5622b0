import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { execFile } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { promisify } from 'node:util'

const folder = mkdtempSync(join(tmpdir(), 'postern-void-'))
after(() => rmSync(folder, { recursive: true, force: true }))

const config = join(folder, 'postern.yaml')
writeFileSync(config, `data: ${join(folder, 'data')}\n`)
const cli = new URL('../src/cli.ts', import.meta.url).pathname

async function postern(
  ...words: readonly string[]
): Promise<{ stdout: string; stderr: string; code: number }> {
  try {
    const ran = await promisify(execFile)(process.execPath, [cli, ...words, '--config', config])
    return { ...ran, code: 0 }
  } catch (error) {
    const { stdout, stderr, code } = error as { stdout: string; stderr: string; code: number }
    return { stdout, stderr, code }
  }
}

describe('postern void', () => {
  it('takes back what a source has said since a time, and says how much that was', async () => {
    const file = join(folder, 'events.ndjson')
    const at = new Date(Date.now() - 600_000).toISOString()
    const event = {
      v: 1,
      id: 'a1',
      at,
      type: 'message',
      ip: '192.0.2.45',
      verdict: 'spam',
      outcome: 'accepted',
    }
    writeFileSync(file, `${JSON.stringify(event)}\n`)
    assert.equal((await postern('ingest', file, '--source', 'liar')).code, 0)
    const { stdout, code } = await postern('void', 'liar', '--since', '1h', '--json')
    assert.equal(code, 0)
    const { source, events, ended } = JSON.parse(stdout) as {
      source: string
      events: number
      ended: unknown[]
    }
    assert.deepEqual([source, events, ended], ['liar', 1, []])
    assert.equal((await postern('void', 'liar', '--since', '2026-01-01T00:00:00Z')).code, 0)
  })

  it('asks for a time that it understands, and refuses the future', async () => {
    for (const words of [['void', 'liar'], ['void', 'liar', '--since', 'yesterday'], ['void']])
      assert.equal((await postern(...words)).code, 2, words.join(' '))
    const { code, stderr } = await postern('void', 'liar', '--since', '2999-01-01T00:00:00Z')
    assert.equal(code, 1)
    assert.match(stderr, /form\.invalid/)
  })

  it('has its fruits in explain: what is known of a sender, in lines and as JSON', async () => {
    const { stdout } = await postern('explain', '192.0.2.45')
    assert.match(stdout, /^grade +new/m)
    assert.match(stdout, /^line +listed when the lower bound is over 60 %/m)
    const seen = JSON.parse((await postern('explain', '192.0.2.45', '--json')).stdout) as Record<
      string,
      unknown
    >
    assert.deepEqual([seen['line'], seen['rule']], [0.6, 'nobody-judges'])
  })
})
