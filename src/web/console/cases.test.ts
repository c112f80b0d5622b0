import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { caseId, caseMessageId, testCases } from '../../../test/support/cases.ts'
import { testConsole } from '../../../test/support/console.ts'
import { testStart } from '../../../test/support/context.ts'
import { day } from '../../base/clock.ts'
import { Refusal } from '../../base/refusal.ts'

async function page(answer: Promise<Response>, status = 200): Promise<string> {
  const { status: got, ...rest } = await answer.then(async (each) => ({
    status: each.status,
    text: await each.text(),
  }))
  assert.equal(got, status)
  return rest.text
}

describe('The desk of cases', () => {
  it('has the overdue on top, with what is told of each', async () => {
    const { ask } = testConsole()
    const text = await page(ask('reader', '/cases'))
    assert.ok(text.indexOf('192.0.2.66') < text.indexOf('2001:db8:1:2::/64'))
    for (const words of ['overdue', 'tests must pass', 'the delist mailbox', 'B, high'])
      assert.ok(text.includes(words), words)
    // Whoever may only read chooses nothing.
    assert.doesNotMatch(text, /type="checkbox" name="chosen/)
    assert.match(await page(ask('reader', '/cases?state=closed')), /refused/)
  })

  it('does for several at once only what nobody outside notices', async () => {
    const { ask, deeds } = testConsole()
    const form = { [`chosen.${caseId}`]: 'yes', 'chosen.nonsense': 'yes' }
    const answer = await ask('agent', '/cases', { ...form, deed: 'assign-me' })
    assert.equal(answer.headers.get('location'), '/cases?done=1&failed=0')
    assert.deepEqual(deeds, ['assignCase:me'])
    assert.match(await page(ask('agent', '/cases?done=0&failed=0')), /Nothing was chosen/)
    assert.equal((await ask('agent', '/cases', { ...form, deed: 'refuse' })).status, 422)
  })

  it('shows the thread as text, folded and marked, and the evidence beside it', async () => {
    const { ask } = testConsole()
    const text = await page(ask('agent', `/cases/${caseId}`))
    for (const words of [
      'Overdue since',
      'not verified',
      'mallory@example.net',
      'came 2 times',
      'sent as a letter',
      'Note among ourselves',
      'message/delivery-status',
      'All about the address',
    ])
      assert.ok(text.includes(words), words)
    assert.match(text, /<details>\s*<summary>Quoted text<\/summary>/)
    assert.match(await page(ask('agent', `/cases/${caseId}?checks=now`)), /reverse-name.*fails/s)
  })

  it('says of a case that tests decide that it is nobody’s turn, which tests, and until when', async () => {
    const { ask } = testConsole()
    assert.match(await page(ask('agent', '/cases')), /Tests are run until[\s\S]{0,200}13 May 2026/)
    const [conditional = ''] = /\/cases\/c45f0+/.exec(await page(ask('agent', '/cases'))) ?? []
    const text = await page(ask('agent', conditional))
    assert.match(text, /Tests are run until[\s\S]{0,300}nobody’s turn/)
    assert.doesNotMatch(text, /It is their turn|They have to answer by/)
    const form = testCases({ text: undefined, empty: false, requests: [], note: () => {} })
    const onTests = async (...asked: Parameters<typeof form.showCase>) => {
      const file = await form.showCase(...asked)
      const askedUntilAt = testStart + 14 * day
      return { ...file, case: { ...file.case, state: 'conditional', dueAt: null, askedUntilAt } as const }
    }
    const own = await page(testConsole({ actions: { showCase: onTests } }).ask('agent', `/cases/${caseId}`))
    assert.match(
      own,
      /nobody’s turn[\s\S]{0,400}2001:db8:1:2::\/64[\s\S]{0,200}a name in reverse DNS[^<]*\(fails\)/,
    )
  })

  it('shows beside a form what was decided of its addresses in other cases, and leads to each address', async () => {
    const { ask } = testConsole()
    const text = await page(ask('agent', `/cases/${caseId}`))
    assert.match(text, /addresses of a form<\/a>[\s\S]{0,200}192\.0\.2\.45[\s\S]{0,80}not possible now/)
    assert.match(text, /192\.0\.2\.45[\s\S]{0,80}forecast, agreed/)
    assert.match(text, /href="\/listings\?text=2001%3Adb8%3A1%3A2%3A%3A%2F64"/)
  })

  it('begins an answer with one of the canned, in the reader’s language, and sends nothing by that', async () => {
    const { ask, deeds } = testConsole()
    assert.match(await page(ask('agent', `/cases/${caseId}?canned=1`)), /Thank you for writing/)
    assert.deepEqual(deeds, [])
    const answer = await ask('agent', `/cases/${caseId}`, { deed: 'answer', text: 'Which?', next: 'asks' })
    assert.equal(answer.headers.get('location'), `/cases/${caseId}?done=answer`)
    assert.deepEqual(deeds, ['answerCase:asks'])
  })

  it('decides after a page that says what it does, and offers nothing that is over', async () => {
    const { ask, deeds } = testConsole()
    assert.match(await page(ask('agent', `/cases/${caseId}/decide?deed=conditional`)), /every half hour/)
    assert.deepEqual(deeds, [])
    const delist = await page(ask('agent', `/cases/${caseId}/decide?deed=delist`))
    assert.match(delist, /Control of the address/)
    assert.match(delist, /<textarea[^>]*name="words"/)
    const words = { deed: 'refuse', unmet: 'reverse-name', words: '' }
    assert.equal(
      (await ask('agent', `/cases/${caseId}/decide`, words)).headers.get('location'),
      `/cases/${caseId}?done=refuse`,
    )
    assert.deepEqual(deeds, [`decideCase:refuse:${caseId}`])
    assert.equal(
      (await ask('agent', `/cases/${caseId}/decide?deed=delist`)).headers.get('location'),
      `/cases/${caseId}`,
    )
    assert.match(await page(ask('agent', `/cases/${caseId}`)), /deed=reopen/)
    assert.equal((await ask('reader', `/cases/${caseId}/decide?deed=delist`)).status, 403)
  })

  it('says above the form what is refused, and keeps what was typed', async () => {
    const refuse = async (): Promise<never> => {
      throw new Refusal('case.condition-unknown', { input: 'nonsense' })
    }
    const { ask } = testConsole({
      actions: { decideCase: refuse, answerCase: refuse, colleagues: async () => [] },
    })
    const decided = { deed: 'conditional', tests: 'nonsense', words: 'As soon as the <name> is there.' }
    const again = await page(ask('agent', `/cases/${caseId}/decide`, decided), 422)
    assert.match(again, /role="alert"[\s\S]*“nonsense” is no test that is run here/)
    assert.match(again, /<textarea[^>]*name="tests"[^>]*>\s*nonsense<\/textarea>/)
    assert.match(again, />\s*As soon as the &lt;name&gt; is there\.<\/textarea>/)
    const answered = { deed: 'answer', text: 'Long and well thought of.', next: 'asks' }
    assert.match(
      await page(ask('agent', `/cases/${caseId}`, answered), 422),
      /role="alert"[\s\S]*>\s*Long and well thought of\.<\/textarea>/,
    )
    assert.doesNotMatch(
      await page(ask('agent', `/cases/${caseId}/manage?deed=hand`)),
      /<button[^>]*>\s*Hand to/,
    )
  })

  it('hands a case to a colleague, who finds it on their overview with who gave it', async () => {
    const { ask, deeds } = testConsole()
    const page_ = await page(ask('agent', `/cases/${caseId}/manage?deed=hand`))
    assert.match(page_, /<option value="bob"/)
    const answer = await ask('agent', `/cases/${caseId}/manage`, { deed: 'hand', to: 'bob' })
    assert.equal(answer.headers.get('location'), `/cases/${caseId}?done=hand`)
    assert.deepEqual(deeds, ['handCase:bob'])
    assert.match(await page(ask('agent', '/')), /Handed to you[\s\S]*handed over by ada/)
    assert.doesNotMatch(await page(ask('reader', '/')), /Handed to you/)
    assert.equal((await ask('agent', `/cases/${caseId}/manage`, { deed: 'hand', to: 'root' })).status, 404)
    assert.equal((await ask('reader', `/cases/${caseId}/manage`, { deed: 'hand', to: 'bob' })).status, 403)
  })

  it('shows of a restricted case that it is there; what is in it after a form that writes the look down', async () => {
    const { ask, deeds } = testConsole()
    const mark = { deed: 'mark', claim: 'claim'.padEnd(26, '0'), how: 'Called back.' }
    assert.match(
      await page(ask('admin', `/cases/${caseId}/legal`)),
      /hostmaster@example\.org, 192\.0\.2\.0\/24/,
    )
    assert.equal((await ask('agent', `/cases/${caseId}/legal`, mark)).status, 403)
    const answer = await ask('admin', `/cases/${caseId}/legal`, mark)
    assert.equal(answer.headers.get('location'), `/cases/${caseId}?done=legal`)
    for (const person of ['reader', 'agent', 'admin'] as const)
      for (const path of ['/cases', `/cases/${caseId}`, '/']) {
        const text = await page(ask(person, path))
        assert.match(text, /Restricted case/, `${person} ${path}`)
        assert.doesNotMatch(text, /workstation|hostmaster@|192\.0\.2\.66/, `${person} ${path}`)
      }
    assert.doesNotMatch(await page(ask('agent', `/cases/${caseId}`)), /Open it/)
    // A link that is fetched ahead opens nothing.
    assert.equal((await ask('admin', `/cases/${caseId}/legal`)).headers.get('location'), `/cases/${caseId}`)
    assert.deepEqual(deeds, ['markLegal:Called back.'])
    const inside = await page(ask('admin', `/cases/${caseId}/legal`, { deed: 'look' }))
    assert.match(inside, /infected workstation/)
    assert.match(inside, /The proof of the owner has ended/)
    // Nobody is offered as a reader to whom nothing is sent.
    assert.doesNotMatch(inside, /name="to"/)
    assert.equal((await ask('agent', `/cases/${caseId}/legal`, { deed: 'look' })).status, 403)
    assert.deepEqual(deeds, ['markLegal:Called back.', `lookInto:${caseId}`])
    await ask('admin', `/cases/${caseId}/legal`, { deed: 'end' })
    assert.match(await page(ask('reader', `/cases/${caseId}`)), /workstation/)
  })

  it('says that nobody has proven the network where nobody has', async () => {
    const { ask } = testConsole({ actions: { ownersFor: async () => [] } })
    assert.match(await page(ask('admin', `/cases/${caseId}/legal`)), /Nobody has proven to own the network/)
  })

  it('gives a message away as a file that no browser shows', async () => {
    const { ask } = testConsole()
    const answer = await ask('agent', `/cases/${caseId}/original`, { message: caseMessageId })
    assert.equal(answer.headers.get('content-disposition'), 'attachment; filename="abababababababab.eml"')
    assert.equal(answer.headers.get('content-type'), 'application/octet-stream')
    assert.equal(answer.headers.get('x-content-type-options'), 'nosniff')
    assert.match(answer.headers.get('content-security-policy') ?? '', /sandbox/)
    assert.equal((await ask('agent', `/cases/${caseId}/original`, { message: 'x' })).status, 410)
  })
})
