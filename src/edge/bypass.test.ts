import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { silentLog } from '../base/log.ts'
import { testFolder, until } from '../../test/support/edge.ts'
import { isBypassed, setBypass, watchBypass } from './bypass.ts'

describe('the bypass', () => {
  it('is off until somebody turns it on, and can be turned on twice', (test) => {
    const folder = testFolder(test)
    assert.equal(isBypassed(folder), false)
    setBypass(folder, true)
    setBypass(folder, true)
    assert.equal(isBypassed(folder), true)
    setBypass(folder, false)
    setBypass(folder, false)
    assert.equal(isBypassed(folder), false)
  })

  it('is noticed within a second, both ways', async (test) => {
    const folder = testFolder(test)
    const seen: boolean[] = []
    const stop = watchBypass(folder, silentLog, (on) => seen.push(on))
    setBypass(folder, true)
    await until(() => seen.length === 1, 'on', 1000)
    setBypass(folder, false)
    await until(() => seen.length === 2, 'off', 1000)
    assert.deepEqual(seen, [true, false])
    stop()
  })
})
