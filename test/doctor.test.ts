import { strict as assert } from 'node:assert'
import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { startInstance, type Instance } from './support/instance.ts'

/** `postern doctor` over a whole Postern that runs. */
describe('postern doctor', () => {
  let postern: Instance

  before(async () => void (postern = await startInstance()))
  after(async () => await postern?.stop())

  interface Line {
    readonly about: string
    readonly state: string
    readonly what: string
    readonly todo: string
  }

  async function ask(): Promise<{ readonly status: number; readonly lines: readonly Line[] }> {
    const { status, stdout } = await postern.run('doctor', '--json')
    return {
      status,
      lines: stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Line),
    }
  }

  it('finds no fault in one that is well, and asks every door', async () => {
    const { status, lines } = await ask()
    assert.deepEqual(
      lines.filter(({ state }) => state === 'fault'),
      [],
    )
    assert.equal(status, 0)
    const processes = lines
      .filter(({ about, state }) => about === 'processes' && state === 'ok')
      .map(({ what }) => what.replace(/ \(.*\)/, ''))
    assert.deepEqual(processes, [
      'core runs and answers commands',
      'edge edge follows',
      ...['site', 'console', 'intake', 'lmtp', 'policy', 'lookup'].map((door) => `${door} answers`),
    ])
    assert.deepEqual(
      lines.filter(({ about }) => about === 'database').map(({ what }) => what),
      ['it answers and has this version’s tables'],
    )
  })

  it('says a fault with what to do, and ends with 1', async () => {
    const master = join(postern.folder, 'data', 'keys', 'master')
    chmodSync(master, 0o644)
    const { status, lines } = await ask()
    chmodSync(master, 0o600)
    assert.equal(status, 1)
    assert.deepEqual(
      lines.filter(({ state }) => state === 'fault'),
      [
        {
          about: 'files',
          state: 'fault',
          what: `${master} can be read by others (mode 0644)`,
          todo: `chmod 0600 ${master}`,
        },
      ],
    )
  })

  it('speaks to people in lines of state, subject, and what to do', async () => {
    const { stdout } = await postern.run('doctor')
    assert.match(stdout, /^ok {7}configuration it can be used$/m)
    assert.match(stdout, /^\n0 faults, \d+ warnings$/m)
  })
})
