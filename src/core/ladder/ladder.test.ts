import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { reasonNames } from '../../access/reasons.ts'
import { caseStates } from '../cases/case.ts'
import { outcomeKinds, shownStates } from '../delisting/request.ts'
import { climb, refusedFor, type Ladder, type Refused, type Tried } from './ladder.ts'

const byPath = { external: 'by-path', reasons: {} } as const
const listed: Refused = { reason: 'spam', class: 'self-service', isWide: false, ip: '192.0.2.45' }
const grave: Refused = { reason: 'investigate', class: 'investigate', isWide: false, ip: '192.0.2.66' }
const checked = { check: { at: 1, domain: 'example.org', faults: 0, warnings: 0 } } satisfies Tried

const shape = ({ rungs }: Ladder): readonly string[] => rungs.map(({ name, state }) => `${name} ${state}`)

describe('the ladder', () => {
  it('begins with mending and a check, then the portal, the recipient, the owner; outsiders open no general ticket', () => {
    assert.deepEqual(shape(climb(listed, {}, byPath)), [
      'fix next',
      'portal open',
      'recipient open',
      'owner open',
      'case closed',
    ])
  })

  it('goes to the portal once a check finds nothing to mend, and stays where a check finds faults', () => {
    assert.deepEqual(shape(climb(listed, checked, byPath)).slice(0, 2), ['fix tried', 'portal next'])
    const faulty = { check: { ...checked.check, faults: 2 } }
    assert.deepEqual(shape(climb(listed, faulty, byPath)).slice(0, 2), ['fix next', 'portal open'])
  })

  it('waits where a request waits for its confirmation, and goes on where the portal said no', () => {
    const waits = climb(listed, { ...checked, request: { at: 2, state: 'open', outcome: null } }, byPath)
    assert.deepEqual(shape(waits).slice(1, 3), ['portal running', 'recipient open'])
    assert.equal(
      waits.rungs.some(({ state }) => state === 'next'),
      false,
    )
    const refused = { ...checked, request: { at: 2, state: 'done', outcome: 'cool-down' } } as const
    assert.deepEqual(shape(climb(listed, refused, byPath)).slice(1, 3), ['portal tried', 'recipient next'])
    // It was removed and listed again: asking again is what there is.
    const again = { ...checked, request: { at: 2, state: 'done', outcome: 'delisted' } } as const
    assert.deepEqual(shape(climb(listed, again, byPath))[1], 'portal next')
  })

  it('sends nobody to the portal about a network where the person behind it is for no outsiders', () => {
    const wide = { ...listed, isWide: true }
    const portalOf = (rules: Parameters<typeof climb>[2], refused: Refused = wide): unknown =>
      climb(refused, {}, rules).rungs.find(({ name }) => name === 'portal')
    assert.deepEqual(portalOf(byPath), { name: 'portal', state: 'open' })
    const none = { external: 'none', reasons: {} } as const
    assert.deepEqual(portalOf(none), { name: 'portal', state: 'closed', why: 'wide' })
    assert.deepEqual(portalOf({ external: 'none', reasons: { spam: 'by-path' } }), {
      name: 'portal',
      state: 'open',
    })
    assert.deepEqual(portalOf(none, listed), { name: 'portal', state: 'open' })
  })

  it('has the case before others where a person decides, and waits for it', () => {
    assert.deepEqual(shape(climb(grave, checked, byPath)), [
      'fix tried',
      'portal closed',
      'case next',
      'recipient open',
      'owner open',
    ])
    const open = { openedAt: 3, state: 'open', dueAt: 9, outcome: null } as const
    assert.deepEqual(shape(climb(grave, { ...checked, case: open }, byPath))[2], 'case running')
    // Mending is what is left to do meanwhile.
    assert.deepEqual(shape(climb(grave, { case: open }, byPath)).slice(0, 3), [
      'fix next',
      'portal closed',
      'case running',
    ])
    const refused = { openedAt: 3, state: 'closed', dueAt: null, outcome: 'refused' } as const
    assert.deepEqual(shape(climb(grave, { ...checked, case: refused }, byPath)).slice(2, 4), [
      'case tried',
      'recipient next',
    ])
  })

  it('says why a case is closed, and opens it by configuration, also for one reason', () => {
    const ofCase = (rules: Parameters<typeof climb>[2], refused = listed): unknown =>
      climb(refused, {}, rules).rungs.find(({ name }) => name === 'case')
    assert.deepEqual(ofCase(byPath), { name: 'case', state: 'closed', why: 'by-path' })
    assert.deepEqual(ofCase({ external: 'none', reasons: {} }, grave), {
      name: 'case',
      state: 'closed',
      why: 'outsiders',
    })
    assert.deepEqual(ofCase({ external: 'form', reasons: {} }), { name: 'case', state: 'open' })
    assert.deepEqual(ofCase({ external: 'none', reasons: { spam: 'full' } }), { name: 'case', state: 'open' })
  })

  it('has no portal for what ends by itself or is decided elsewhere', () => {
    const why = (refused: Refused): unknown => {
      const rung = climb(refused, {}, byPath).rungs.find(({ name }) => name === 'portal')
      return rung?.state === 'closed' ? rung.why : rung?.state
    }
    assert.equal(why(refusedFor('new-sender')), 'by-itself')
    assert.equal(why({ ...listed, class: 'policy' }), 'by-itself')
    assert.equal(why({ ...listed, class: 'third-party' }), 'elsewhere')
    assert.equal(why(refusedFor('spam')), 'open')
    assert.equal(why(refusedFor('investigate')), 'person')
  })

  it('always has every rung once, at most one next, and none but mending while one is waited for', () => {
    const tried = fc.record(
      {
        check: fc.record({ at: fc.nat(), domain: fc.string(), faults: fc.nat(3), warnings: fc.nat(3) }),
        request: fc.record({
          at: fc.nat(),
          state: fc.constantFrom(...shownStates),
          outcome: fc.constantFrom(null, ...outcomeKinds),
        }),
        case: fc.record({
          openedAt: fc.nat(),
          state: fc.constantFrom(...caseStates),
          dueAt: fc.constant(null),
          outcome: fc.constant(null),
        }),
      },
      { requiredKeys: [] },
    )
    const external = fc.constantFrom('none', 'by-path', 'form', 'full')
    fc.assert(
      fc.property(fc.constantFrom(...reasonNames), tried, external, (reason, what, rule) => {
        const { rungs } = climb(refusedFor(reason), what, { external: rule, reasons: {} })
        const next = rungs.filter(({ state }) => state === 'next')
        const isWaiting = rungs.some(({ state }) => state === 'running')
        return (
          rungs.length === 5 &&
          new Set(rungs.map(({ name }) => name)).size === 5 &&
          next.length <= 1 &&
          (!isWaiting || next.every(({ name }) => name === 'fix'))
        )
      }),
    )
  })
})
