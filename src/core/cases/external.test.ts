import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { ExternalRule } from '../settings.ts'
import { externalRuleOf, formIsFor, mayOpenCase, opensCase, type Door } from './external.ts'

const doors: readonly Door[] = ['portal', 'mail', 'form']
const externalRules: readonly ExternalRule[] = ['none', 'by-path', 'form', 'full']
const of = (external: ExternalRule): Parameters<typeof opensCase>[0] => ({ external, reasons: {} })

describe('what outsiders may open', () => {
  it('is nothing at all with none, whatever the way out', () => {
    for (const door of doors)
      for (const path of ['portal', 'mail', 'form', 'wait'] as const)
        assert.equal(opensCase(of('none'), { reason: 'investigate', path }, door), false)
  })

  it('follows the path by default: mail where a person decides, never the form', () => {
    const rules = of('by-path')
    assert.equal(opensCase(rules, { reason: 'investigate', path: 'mail' }, 'mail'), true)
    assert.equal(opensCase(rules, { reason: 'investigate', path: 'mail' }, 'portal'), true)
    assert.equal(opensCase(rules, { reason: 'spam', path: 'portal' }, 'mail'), false)
    assert.equal(opensCase(rules, { reason: 'spam', path: 'portal' }, 'form'), false)
    assert.equal(opensCase(rules, { reason: 'spam', path: 'form' }, 'form'), true)
    // What the button cannot lift goes on to a person.
    assert.equal(opensCase(rules, { reason: 'spam', path: 'portal' }, 'portal'), true)
  })

  it('has the form besides with form, and any mail with full', () => {
    assert.equal(opensCase(of('form'), { reason: null, path: 'none' }, 'form'), true)
    assert.equal(opensCase(of('form'), { reason: 'spam', path: 'portal' }, 'mail'), false)
    assert.equal(opensCase(of('full'), { reason: 'spam', path: 'portal' }, 'mail'), true)
    assert.equal(opensCase(of('full'), { reason: null, path: 'none' }, 'mail'), true)
  })

  it('can be another for one reason, wider or narrower', () => {
    const rules = { external: 'by-path', reasons: { complaints: 'form', investigate: 'none' } } as const
    assert.equal(externalRuleOf(rules, 'complaints'), 'form')
    assert.equal(externalRuleOf(rules, 'spam'), 'by-path')
    assert.equal(externalRuleOf(rules, null), 'by-path')
    assert.deepEqual(formIsFor(rules), ['complaints'])
    assert.equal(formIsFor(of('form')), 'all')
    assert.deepEqual(formIsFor(of('none')), [])
    const refused = mayOpenCase(rules, { reason: 'investigate', path: 'mail' }, 'mail')
    assert.equal(refused?.code, 'case.not-opened')
    assert.deepEqual(refused?.facts, { reason: 'investigate' })
    assert.equal(mayOpenCase(rules, { reason: 'manual', path: 'mail' }, 'mail'), undefined)
  })

  it('opens the more the further the rule goes', () => {
    for (const door of doors)
      for (const path of ['portal', 'mail', 'form', 'wait', 'none'] as const) {
        const opened = externalRules.map((rule) => opensCase(of(rule), { reason: 'spam', path }, door))
        assert.deepEqual(
          opened,
          opened.toSorted((a, b) => Number(a) - Number(b)),
          `${door} ${path}`,
        )
      }
  })
})
