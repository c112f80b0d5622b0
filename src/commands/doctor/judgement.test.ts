import { strict as assert } from 'node:assert'
import { describe, it } from 'node:test'
import { day, hour, minute } from '../../base/clock.ts'
import { judgeJudgement, type JudgementSeen } from './judgement.ts'

const now = Date.UTC(2026, 4, 4)
const well: JudgementSeen = {
  mode: 'enforce',
  modeSince: now - 90 * day,
  heardAt: now - minute,
  verdictAt: now - 2 * hour,
}

function troubles(seen: Partial<JudgementSeen>): readonly string[] {
  return judgeJudgement({ ...well, ...seen }, now)
    .filter(({ state }) => state !== 'ok')
    .map(({ what }) => what)
}

describe('The doctor on the judgement', () => {
  it('has nothing to say when sources and filter are heard', () => {
    assert.deepEqual(troubles({}), [])
    assert.equal(judgeJudgement(well, now).length, 1)
  })

  it('misses a source that has been silent for a day, or was never there', () => {
    assert.deepEqual(troubles({ heardAt: now - 23 * hour }), [])
    assert.match(
      troubles({ heardAt: now - 25 * hour })[0] ?? '',
      /since 2026-05-02T23:00:00.000Z: nobody is judged/,
    )
    assert.match(troubles({ heardAt: undefined, verdictAt: undefined }).join(), /^no source of mail events/)
  })

  it('misses the verdicts of the filter where only the mail server is heard', () => {
    assert.match(troubles({ verdictAt: undefined })[0] ?? '', /no verdict of a content filter/)
    assert.match(troubles({ verdictAt: now - 2 * day })[0] ?? '', /no verdict of a content filter/)
  })

  it('reminds of a mode that has only observed for more than two weeks', () => {
    assert.deepEqual(troubles({ mode: 'observe', modeSince: now - 14 * day }), [])
    assert.match(troubles({ mode: 'observe', modeSince: now - 20 * day })[0] ?? '', /observe for 20 days/)
    assert.deepEqual(troubles({ mode: 'observe', modeSince: undefined }), [], 'nobody knows since when')
    assert.deepEqual(troubles({ mode: 'defer', modeSince: now - 90 * day }), [])
  })
})
