import assert from 'node:assert/strict'
import { it } from 'node:test'
import { fixedClock, second } from '../base/clock.ts'
import { silentLog } from '../base/log.ts'
import { strangerLog } from './stranger-log.ts'

it('strangers at the feed get one line a second, with how many have none', () => {
  const lines: unknown[] = []
  const clock = fixedClock(0)
  const note = strangerLog({
    clock,
    log: { ...silentLog, warn: (event, fields) => void lines.push([event, fields]) },
  })
  for (let nth = 0; nth < 1000; nth++) note('192.0.2.45', 'no key')
  clock.advance(second - 1)
  note('192.0.2.45', 'no key')
  clock.advance(1)
  note('192.0.2.46', 'no key')
  clock.advance(second)
  note('192.0.2.47', 'no key')
  assert.deepEqual(lines, [
    ['feed.stranger', { from: '192.0.2.45', why: 'no key' }],
    ['feed.stranger', { from: '192.0.2.46', why: 'no key', unlogged: 1000 }],
    ['feed.stranger', { from: '192.0.2.47', why: 'no key' }],
  ])
})
