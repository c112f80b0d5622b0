import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { findTests, runFiles, type Report } from './run-tests.ts'

let root = ''

before(() => {
  root = mkdtempSync(join(tmpdir(), 'postern-runner-'))
})
after(() => rmSync(root, { recursive: true }))

/** What the runner says of a file with this text. */
async function ran(text: string, minutes = 1): Promise<Report> {
  writeFileSync(join(root, 'some.test.ts'), `import { describe, it, before } from 'node:test'\n${text}\n`)
  return await runFiles(root, ['some.test.ts'], { minutes, env: { SAID_TO_THE_TEST: 'a word' } })
}

describe('the runner of tests', () => {
  it('counts tests, not suites', async () => {
    const { passed, failures } = await ran(
      `describe('a', () => { it('b', () => {}); describe('c', () => it('d', () => {})) }); it('e', () => {})`,
    )
    assert.deepEqual([passed, failures], [3, []])
  })

  it('names what failed, with the suites around it and why', async () => {
    const { passed, failures } = await ran(
      `describe('a', () => { it('b', () => { throw new Error('because') }); it('c', () => {}) })`,
    )
    assert.equal(passed, 1)
    assert.equal(failures.length, 1)
    assert.match(failures[0] ?? '', /^some\.test\.ts: a › b\n {4}Error: because\n/)
  })

  it('counts a skipped and a postponed test as failed', async () => {
    const { failures } = await ran(
      `it.skip('a', () => {}); it.todo('b'); it('c', () => {}); describe.skip('d', () => it('e', () => {}))`,
    )
    assert.deepEqual(
      failures.map((failure) => failure.split('\n')[0]),
      ['some.test.ts: a', 'some.test.ts: b', 'some.test.ts: d'],
    )
  })

  it('counts what a hook throws, what comes after the end, and an exit', async () => {
    for (const text of [
      `describe('a', () => { before(() => { throw new Error('hook') }); it('b', () => {}) })`,
      `it('a', () => {}); setTimeout(() => { throw new Error('late') }, 20)`,
      `it('a', () => {}); process.exit(3)`,
      `const broken: = 1`,
      `const nothing = 1`,
    ]) {
      const { failures } = await ran(text)
      assert.ok(failures.length > 0, text)
    }
  })

  it('ends a file that hangs, with everything it started, and says where it was', async () => {
    const child = `import { spawn } from 'node:child_process'; it('a', async () => { spawn('sleep', ['987']); await new Promise((done) => setTimeout(done, 1e6)) })`
    const { failures, seconds } = await ran(child, 0.03)
    assert.match(failures.join(), /did not end within 0\.03 minutes; “a” was the last to begin/)
    assert.ok(seconds < 20)
  })

  it('keeps figures that a test prints, and hands it the environment', async () => {
    const { said } = await ran(
      `it('a', (t) => { console.log(process.env.SAID_TO_THE_TEST); t.diagnostic('p99 7 ms') })`,
    )
    assert.deepEqual(said, ['a word', 'p99 7 ms'])
  })

  it('says which of several files failed, does not run or has no test', async () => {
    const texts = {
      'a.test.ts': `it('a', () => {})`,
      'b.test.ts': `it('b', () => { throw new Error('because') })`,
      'c.test.ts': `const nothing = 1`,
    }
    for (const [file, text] of Object.entries(texts))
      writeFileSync(join(root, file), `import { it } from 'node:test'\n${text}\n`)
    const { passed, failures } = await runFiles(root, Object.keys(texts), { minutes: 1 })
    assert.equal(passed, 1)
    assert.match(failures.join('\n'), /^b\.test\.ts: b\n {4}Error: because/)
    assert.ok(failures.includes('c.test.ts: has no test'), failures.join('\n'))
    writeFileSync(join(root, 'c.test.ts'), 'const broken: = 1')
    const broken = await runFiles(root, Object.keys(texts), { minutes: 1 })
    assert.match(broken.failures.join('\n'), /c\.test\.ts/)
  })

  it('finds every test file once', () => {
    for (const path of [
      'src/core/a.test.ts',
      'src/core/n/a.test.ts',
      'src/web/a.test.ts',
      'test/b.test.ts',
      'test/journeys/c.test.ts',
      'test/support/d.ts',
      'src/edge/policy-server.test.ts',
    ]) {
      mkdirSync(join(root, path, '..'), { recursive: true })
      writeFileSync(join(root, path), '')
    }
    assert.deepEqual(findTests(root), {
      together: [
        ['test/b.test.ts'],
        ['test/journeys/c.test.ts'],
        ['src/core/a.test.ts', 'src/core/n/a.test.ts'],
        ['src/web/a.test.ts'],
      ],
      alone: [['src/edge/policy-server.test.ts']],
    })
  })
})
