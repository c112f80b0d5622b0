import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { testConsole } from '../../../test/support/console.ts'
import { testAbuse, testSettings } from '../../../test/support/context.ts'
import { incidentId, looseReportId, reportId, suspendedId, testDesk } from '../../../test/support/desk.ts'

async function page(answer: Promise<Response>, status = 200): Promise<string> {
  const got = await answer
  assert.equal(got.status, status)
  return await got.text()
}

const incidentPath = `/abuse/incidents/${incidentId}`
const zh = { cookie: '__Host-postern-console=agent-session-secret-of-the-tests; lang=zh-CN' }

describe('The queue of incidents', () => {
  it('shows what is not closed, and what the filters leave', async () => {
    const { ask } = testConsole()
    const text = await page(ask('reader', '/abuse'))
    assert.match(text, /ann@provider\.example/)
    assert.match(text, /shop@provider\.example/)
    assert.doesNotMatch(text, /news@provider\.example/)
    assert.match(await page(ask('reader', '/abuse?state=closed')), /news@provider\.example/)
    const grave = await page(ask('reader', '/abuse?class=phish&severity=critical&age=day'))
    assert.match(grave, /shop@/)
    assert.doesNotMatch(grave, /ann@/)
    assert.match(await page(ask('reader', '/abuse?age=older')), /No incident is like that/)
    assert.match(await page(testConsole({ empty: true }).ask('reader', '/abuse')), /Nobody complains/)
  })

  it('finds by account, Message-ID, and id of an incident or report', async () => {
    const { ask } = testConsole()
    assert.match(await page(ask('reader', '/abuse?text=news@provider.example')), /no violation/)
    const byMessage = await page(ask('reader', `/abuse?text=${encodeURIComponent('<m1@provider.example>')}`))
    assert.match(byMessage, /href="\/abuse\/incidents\/inc1/)
    assert.doesNotMatch(byMessage, /href="\/abuse\/incidents\/inc2/)
    const to = async (text: string): Promise<string | null> =>
      (await ask('reader', `/abuse?text=${text}`)).headers.get('location')
    assert.equal(await to(incidentId), incidentPath)
    assert.equal(await to(reportId), `/abuse/reports/${reportId}`)
  })

  it('says how many suspensions rules have left, or that they suspend nobody', async () => {
    const text = async (mode: 'observe' | 'notify' | 'suspend'): Promise<string> =>
      await page(
        testConsole({ deps: { settings: testSettings({ abuse: testAbuse({ mode }) }) } }).ask(
          'reader',
          '/abuse',
        ),
      )
    assert.match(await text('suspend'), /4 more accounts at once, and 0 of 1 more today/)
    assert.match(await text('observe'), /abuse\.mode is observe/)
    assert.match(await text('notify'), /abuse\.mode is notify/)
  })

  it('decides over several at once, each by itself; readers have no boxes to tick', async () => {
    const { ask, deeds } = testConsole()
    assert.doesNotMatch(await page(ask('reader', '/abuse')), /type="checkbox"/)
    const chosen = {
      deed: 'unproven',
      note: 'one campaign',
      [`chosen.${incidentId}`]: 'yes',
      [`chosen.${suspendedId}`]: 'yes',
      [`chosen.${'inc4'.padEnd(26, '0')}`]: 'yes',
    }
    const answer = await ask('agent', '/abuse', chosen)
    assert.equal(answer.headers.get('location'), '/abuse?done=2&failed=1')
    assert.deepEqual(deeds, [
      'closeIncident:inc1:unproven:one campaign',
      'closeIncident:inc2:unproven:one campaign',
    ])
    assert.match(await page(ask('agent', '/abuse?done=2&failed=1')), /Done for 2; not possible for 1/)
    assert.equal(
      (await ask('agent', '/abuse', { deed: 'note', [`chosen.${incidentId}`]: 'yes' })).status,
      422,
    )
  })
})

describe('The page of an incident', () => {
  it('says what is known, what was done and why, and names no reporter', async () => {
    const text = await page(testConsole().ask('reader', incidentPath))
    for (const words of [
      '3.5, from 12 reports of grade A of 4 organisations',
      'our trace header',
      'Put before a person: abuse.mode says that rules do not suspend',
      'Password was in a leak.',
      'can send',
    ])
      assert.ok(text.includes(words), words)
    assert.doesNotMatch(text, /joe@|reporter-hash|\/decide/)
  })

  it('shows its reports by the stretch, says how many there are, and leads to the others', async () => {
    const desk = testDesk(undefined, false, () => {})
    const asked: number[] = []
    const { ask } = testConsole({
      actions: {
        showIncident: async (actor, id, { offset, limit }) => {
          asked.push(offset)
          const { reports, ...found } = await desk.showIncident(actor, id, { offset: 0, limit: 1 })
          const many = Array.from(
            { length: Math.max(0, Math.min(limit, 1234 - offset)) },
            () => reports,
          ).flat()
          return { ...found, reports: many, total: 1234 }
        },
      },
    })
    const first = await page(ask('reader', incidentPath))
    assert.match(first, /1 to 200 of 1,234, the oldest first\./)
    assert.match(first, new RegExp(`href="${incidentPath}\\?from=200#reports" rel="next"`))
    assert.doesNotMatch(first, /rel="prev"/)
    const last = await page(ask('reader', `${incidentPath}?from=1200`))
    assert.match(last, /1,201 to 1,234 of 1,234/)
    const beyond = await page(ask('reader', `${incidentPath}?from=5000`))
    assert.match(beyond, /There are no further reports\./)
    assert.match(beyond, /our trace header/)
    assert.match(last, new RegExp(`href="${incidentPath}\\?from=1000#reports" rel="prev"`))
    assert.doesNotMatch(last, /rel="next"/)
    for (const odd of ['-1', 'x', '1e3']) await page(ask('reader', `${incidentPath}?from=${odd}`))
    assert.deepEqual(asked, [0, 1200, 5000, 0, 0, 0])
  })

  it('offers what would change something, and says before what it does', async () => {
    const { ask, deeds } = testConsole()
    const open = await page(ask('agent', incidentPath))
    assert.match(open, /deed=suspend/)
    assert.doesNotMatch(open, /deed=release/)
    const suspended = await page(ask('agent', `/abuse/incidents/${suspendedId}`))
    assert.match(suspended, /deed=release/)
    assert.doesNotMatch(suspended, /deed=suspend/)
    assert.match(
      await page(ask('agent', `${incidentPath}/decide?deed=suspend`)),
      /receives and does not send/,
    )
    assert.equal(
      (await ask('agent', `${incidentPath}/decide?deed=release`)).headers.get('location'),
      incidentPath,
    )
    for (const deed of ['suspend', 'release', 'notify', 'escalate', 'not-ours'])
      assert.equal((await ask('agent', `${incidentPath}/decide`, { deed })).status, 303)
    await ask('agent', `${incidentPath}/decide`, { deed: 'note', note: ' called the owner ' })
    assert.deepEqual(deeds, [
      'suspendAccount:inc1',
      'releaseAccount:inc1',
      'tellOwner:inc1',
      'escalateIncident:inc1',
      'closeIncident:inc1:not-ours:',
      'noteIncident:inc1:called the owner',
    ])
    assert.equal((await ask('agent', `${incidentPath}/decide`, { deed: 'burn' })).status, 422)
    assert.equal((await ask('agent', `/abuse/incidents/${'n0ne'.padEnd(26, '0')}`)).status, 404)
  })
})

describe('A report in the console', () => {
  it('gives the grade of its origin with every reason', async () => {
    const text = await page(testConsole().ask('reader', `/abuse/reports/${reportId}`))
    assert.match(text, /A: it left our system/)
    assert.match(text, /Our log has this message to this recipient/)
    assert.doesNotMatch(text, /\/evidence|\/reporter/)
    assert.match(
      await page(testConsole().ask('reader', `/abuse/reports/${looseReportId}`)),
      /sent on by somebody/,
    )
  })

  it('shows what came only when it is asked for by a form, as text without links or pictures', async () => {
    const { ask, deeds } = testConsole()
    const path = `/abuse/reports/${reportId}/evidence`
    assert.doesNotMatch(await page(ask('agent', path)), /Buy now/)
    assert.deepEqual(deeds, [])
    const text = await page(ask('agent', path, {}))
    assert.deepEqual(deeds, ['viewEvidence:rep1'])
    assert.match(text, /&lt;a href=&quot;https:\/\/example\.org\/&quot;&gt;Buy now&lt;\/a&gt;/)
    assert.doesNotMatch(text, /(?:href|src)="https:\/\/example\.org/)
    assert.match(text, /whom the message says it is from/)
    assert.match(text, /x\.png/)
    assert.match(text, /5f5f5f/)
    const grave = await page(ask('agent', `/abuse/reports/${looseReportId}/evidence`))
    assert.match(grave, /the content is illegal/)
  })

  it('names the reporter only by a form, and is decided on only without an incident', async () => {
    const { ask, deeds } = testConsole()
    assert.doesNotMatch(await page(ask('agent', `/abuse/reports/${reportId}/reporter`)), /joe@/)
    assert.match(await page(ask('agent', `/abuse/reports/${reportId}/reporter`, {})), /joe@example\.org/)
    assert.doesNotMatch(await page(ask('agent', `/abuse/reports/${reportId}`)), /name="outcome"/)
    assert.match(await page(ask('agent', `/abuse/reports/${looseReportId}`)), /name="outcome"/)
    await ask('agent', `/abuse/reports/${looseReportId}`, { outcome: 'unproven' })
    assert.deepEqual(deeds, ['showReporter', 'decideReport:rep2:unproven'])
    const duplicate = await ask('agent', `/abuse/reports/${looseReportId}`, { outcome: 'duplicate' })
    assert.equal(duplicate.status, 422)
  })
})

describe('The figures of the desk', () => {
  it('are bars with a table behind them, and a file for spreadsheets', async () => {
    const { ask } = testConsole()
    const text = await page(ask('reader', '/abuse/figures'))
    assert.match(text, /aria-label="Reports by day"/)
    assert.match(
      text,
      /<th scope="row" data-head="Day">2026-05-04<\/th>\s*<td class="number" data-head="Reports">31</,
    )
    assert.match(text, /2 hours/)
    const file = await ask('reader', '/abuse/figures/export')
    const lines = (await file.text()).split('\r\n')
    assert.equal(lines.length, 92)
    assert.equal(lines[90], '"2026-05-04","31","31","2","1","7200"')
    assert.match(await page(testConsole({ empty: true }).ask('reader', '/abuse/figures?days=90')), /90 days/)
  })
})

describe('Our own standing', () => {
  it('says which lists have our addresses, since when and where to ask, what has ended, and what loops bring', async () => {
    const text = await page(testConsole().ask('reader', '/abuse/standing'))
    for (const words of [
      '203.0.113.25',
      'Spam source, see https://lists.example/?q=203.0.113.25',
      'href="https://lists.example/removal"',
      'refuses to answer us',
      'no listing',
      '127.255.255.254',
      '203.0.113.26',
      '2001:db8::/32',
      'fbl.example.org',
      '2026-05-04: 31',
    ])
      assert.ok(text.includes(words), words)
    assert.doesNotMatch(text, /href="https:\/\/lists\.example\/\?q/)
    assert.match(
      await page(testConsole({ empty: true }).ask('reader', '/abuse/standing')),
      /standing\.lists is empty/,
    )
  })
})

describe('Restricted accounts', () => {
  it('stand there with since when, why, by whom and until when', async () => {
    const text = await page(testConsole().ask('reader', '/abuse/restricted'))
    for (const words of ['shop@provider.example', 'phishing', 'rules', 'let go', 'There are 612 in all'])
      assert.ok(text.includes(words), words)
  })
})

describe('The abuse desk in Chinese', () => {
  it('has no English words of its own', async () => {
    const { ask } = testConsole()
    for (const path of [
      '/abuse',
      incidentPath,
      '/abuse/figures',
      '/abuse/restricted',
      '/abuse/standing',
      `/abuse/reports/${reportId}`,
    ]) {
      const text = await page(ask('agent', path, undefined, zh))
      assert.match(text, /lang="zh-CN"/)
      assert.doesNotMatch(text, /Incidents|Reports by|Suspend|undefined|\[object/)
    }
  })
})
