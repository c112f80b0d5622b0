import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Secret } from '../base/secret.ts'
import { defaultHighVolume } from '../access/high-volume.ts'
import type { ListingEntry } from '../access/listing-entry.ts'
import { vouchHash, vouchNetwork } from '../access/vouch.ts'
import { orThrow } from '../base/refusal.ts'
import { parseAddress } from '../standards/ip.ts'
import { entry } from '../../test/support/listing-entries.ts'
import { startFakeCore, startTestEdge, testFolder, until } from '../../test/support/edge.ts'
import type { MessageAnswer } from './message-door.ts'

type Test = Parameters<typeof startTestEdge>[0] & Parameters<typeof testFolder>[0]

const key = new Secret(Buffer.alloc(32, 9))
const [alice, bob] = ['alice@provider.example', 'bob@provider.example']
const network = vouchNetwork(orThrow(parseAddress('192.0.2.45')))

const bare = {
  ip: '192.0.2.45',
  mailFrom: 'example.org',
  from: 'bank.example',
  spf: 'none',
  dkim: ['lists.example'],
  dmarc: 'fail',
  recipients: [alice],
}

/** An edge for which one message a day is much, and what alice vouches for: what lists.example signs, and example.org from the network. */
async function start(test: Test, entries: readonly ListingEntry[] = [], messages = 1) {
  const folder = testFolder(test)
  const core = await startFakeCore(test, folder, entries)
  const highVolume = { ...defaultHighVolume, mode: 'reject', messages } as const
  const edge = await startTestEdge(test, folder, { highVolume, messageDoor: 'installed' })
  await core.acked(1)
  edge.state.vouchKey = key
  const until2100 = Date.UTC(2100, 0)
  for (const [domain, where] of [
    ['lists.example', null],
    ['example.org', network],
  ] as const) {
    const hash = vouchHash(key, { mailbox: alice, domain, network: where })
    core.change({ kind: 'vouch', vouch: { hash, network: where, until: until2100 } })
  }
  await core.acked(3)
  const ask = async (more: Readonly<Record<string, unknown>> = {}): Promise<MessageAnswer> => {
    const body = JSON.stringify({ ...bare, ...more })
    const answer = await fetch(`http://${edge.lookup}/v1/decide`, { method: 'POST', body })
    assert.equal(answer.status, 200)
    return (await answer.json()) as MessageAnswer
  }
  return { core, edge, ask }
}

describe('A vouch at the message door', () => {
  it('lets pass what a vouched domain has signed, from anywhere, though the domain in From fails', async (test) => {
    const { ask, core, edge } = await start(test)
    assert.equal((await ask({ recipients: [bob] })).action, 'pass', 'the first is not much')
    assert.equal((await ask({ recipients: [bob] })).action, 'reject')
    assert.equal((await ask({ ip: '198.51.100.7' })).action, 'pass')
    assert.equal((await ask({ dkim: ['other.example', 'LISTS.example'] })).action, 'pass')
    assert.equal(edge.state.counters.vouched, 2)
    const told = () => core.of('records').flatMap((frame) => frame.records)
    await until(() => told().length === 3, 'the records')
    assert.deepEqual(
      told()
        .filter(({ isVouched }) => isVouched)
        .map(({ stage, mode, signedBy }) => [stage, mode, signedBy]),
      [
        ['message', 'observe', ['lists.example']],
        ['message', 'observe', ['lists.example', 'other.example']],
      ],
    )
  })

  it('lets nothing pass that the domain has not signed, whatever it claims, nor to others', async (test) => {
    const { ask } = await start(test)
    await ask()
    for (const other of [
      { dkim: [] },
      { dkim: undefined },
      { dkim: ['example.org'] },
      { dkim: ['sub.lists.example'] },
      { recipients: [bob] },
      { recipients: [alice, bob] },
      { recipients: [] },
    ])
      assert.equal((await ask(other)).action, 'reject', JSON.stringify(other))
  })

  it('holds for a range that RCPT let through for the vouch, and for nobody else of the message', async (test) => {
    const { ask } = await start(test, [entry('192.0.2.0/24')], 1000)
    const unproven = { from: 'quiet.example', dkim: [] }
    assert.equal((await ask(unproven)).action, 'pass')
    assert.equal(
      (await ask({ ...unproven, recipients: [alice, 'postmaster@provider.example'] })).action,
      'pass',
    )
    assert.equal((await ask({ ...unproven, recipients: [bob] })).action, 'reject')
    assert.equal((await ask({ ...unproven, recipients: [alice, bob] })).action, 'reject')
    assert.equal((await ask({ ...unproven, mailFrom: 'else.example' })).action, 'reject')
  })
})
