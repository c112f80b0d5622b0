import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { caseId } from '../../../test/support/cases.ts'
import { testApproval } from '../../../test/support/console-approvals.ts'
import { testConsole } from '../../../test/support/console.ts'
import { testSettings } from '../../../test/support/context.ts'

async function page(answer: Promise<Response>, status = 200): Promise<string> {
  const got = await answer
  assert.equal(got.status, status)
  return await got.text()
}

const wait = 'wait'.padEnd(26, '0')
const dead = 'dead'.padEnd(26, '0')

describe('The overview', () => {
  it('says what needs a person first: overdue requests, edges that are away, letters given up', async () => {
    const { ask } = testConsole()
    const text = await page(ask('reader', '/'))
    for (const words of [
      '1 overdue',
      'One edge is away',
      '34 behind',
      'one given up',
      '12,874',
      'Proposed a listing',
    ]) {
      assert.ok(text.includes(words), words)
    }
    assert.match(text, new RegExp(`href="/cases/${caseId}"`))
  })

  it('counts the incidents that wait: in the figure, in the list, and beside the abuse desk on every page', async () => {
    const { ask } = testConsole()
    const overview = await page(ask('reader', '/'))
    const waiting = overview.slice(overview.indexOf('<h2>Waiting for a person'))
    assert.match(waiting, /href="\/abuse\/incidents\/inc5/)
    assert.match(overview, /href="\/abuse\?state=escalated">one incident of our accounts/)
    const badge = /Abuse <span class="count" title="one waits for a person">1</
    assert.match(await page(ask('reader', '/outbox')), badge)
    assert.doesNotMatch(await page(ask('case-agent', '/')), /inc5|incidents? of our/)
    const { ask: askEmpty } = testConsole({ empty: true })
    assert.doesNotMatch(await page(askEmpty('reader', '/')), /class="count"|escalated/)
  })

  it('and every other page of an empty system says what would be there', async () => {
    const { ask } = testConsole({ empty: true })
    const words: readonly (readonly [path: string, words: RegExp])[] = [
      ['/', /Nobody is waiting for you.*No edge has connected yet.*Nothing is listed/s],
      ['/listings', /Nothing like this is in force/],
      ['/listings?state=any', /Nothing has been listed yet/],
      ['/cases', /Cases that need a person appear here/],
      ['/cases?state=closed', /No case is like that/],
      ['/requests?state=all', /There are none/],
      ['/outbox', /No letter has been written yet/],
      ['/outbox?state=dead', /No letters here/],
      ['/audit', /Nothing has happened yet/],
      ['/audit?subject=listing:x', /Nothing has been recorded about this subject/],
    ]
    for (const [path, expected] of words) assert.match(await page(ask('reader', path)), expected, path)
  })
})

describe('The overview', () => {
  it('tells whoever proposed something what became of it, and whom they have to tell', async () => {
    const declined = { ...testApproval, state: 'declined', decidedBy: 'operator:alan' } as const
    const decided = { ...declined, kind: 'person.erase', decidedAt: testApproval.proposedAt } as const
    const { ask } = testConsole({ actions: { listAnswered: async () => [declined, decided] } })
    const text = await page(ask('reader', '/'))
    assert.match(text, /What became of what you proposed/)
    assert.match(text, /It was declined\.\s+alan/)
    assert.match(text, /Tell the person, with the reason, within a month.*href="\/person\/erase"/s)
    assert.doesNotMatch(await page(testConsole().ask('reader', '/')), /What became of/)
  })
})

describe('Every page', () => {
  it('says each time in UTC with how far it is, and machine-readable', async () => {
    const { ask } = testConsole()
    for (const path of [
      '/',
      '/listings',
      '/listings/se1f00000000',
      '/requests',
      `/requests/${wait}`,
      '/outbox',
      '/audit',
    ]) {
      const text = await page(ask('reader', path))
      const times = [...text.matchAll(/<time\b[^>]*?datetime="([^"]*)"[^>]*>([^<]*)</g)]
      assert.ok(times.length > 3, path)
      for (const [, machine = '', words = ''] of times) {
        assert.match(machine, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/)
        assert.match(words, / UTC$| ago$|^in /, path)
      }
    }
  })

  it('leads to every section, to the search and out', async () => {
    const { ask } = testConsole()
    const text = await page(ask('reader', `/requests/${wait}`))
    for (const href of ['/', '/listings', '/requests', '/outbox', '/audit', '/account'])
      assert.ok(text.includes(`href="${href}"`), href)
    assert.match(text, /<form class="search" role="search" action="\/listings">/)
    assert.match(text, /action="\/sign-out"/)
    assert.match(text, /title="one waits for a person">1</)
  })

  it('that there is not says so, and leads on', async () => {
    const { ask } = testConsole()
    assert.match(await page(ask('reader', '/nowhere'), 404), /no such page.*href="\/"/s)
  })

  it('has a title of its own, in the language of its reader', async () => {
    const { ask } = testConsole()
    const paths = [
      '/',
      '/listings',
      '/listings/se1f00000000',
      '/listings/add',
      '/listings/import',
      '/requests',
      `/requests/${wait}`,
      '/outbox',
      `/outbox/${dead}`,
      '/audit',
      '/audit/verify',
      '/account',
      '/sign-out',
    ]
    const titles = await Promise.all(
      paths.map(
        async (path) =>
          /<title>([^<]*)/.exec(
            await page(ask('admin', path, undefined, { 'accept-language': 'zh-CN' })),
          )?.[1] ?? '',
      ),
    )
    assert.equal(new Set(titles).size, paths.length)
    for (const title of titles) assert.match(title, /^[^·]*\p{Script=Han}.* · Example Mail 控制台$/u)
  })
})

describe('A delist request', () => {
  it('in review shows what the sender wrote, what covers the address, and leads to its case', async () => {
    const { ask } = testConsole()
    const text = await page(ask('agent', `/requests/${wait}`))
    for (const words of [
      'stolen password',
      'admin@example.net',
      'link from a refusal',
      'grave0000000',
      `href="/cases/${caseId}"`,
    ]) {
      assert.ok(text.includes(words), words)
    }
  })

  it('that was delisted shows the first message let through and its acceptance', async () => {
    const { ask } = testConsole()
    const text = await page(ask('reader', `/requests/${'done'.padEnd(26, '0')}`))
    for (const words of ['First message let through', '4XyZ1k2', 'Accepted'])
      assert.ok(text.includes(words), words)
  })

  it('is found by its address, in any state', async () => {
    const { ask } = testConsole()
    assert.match(await page(ask('reader', '/requests?ip=192.0.2.45')), /waiting for proof.*lapsed/s)
    assert.match(await page(ask('reader', '/requests?ip=192.0.2.200')), /Nobody has asked for 192\.0\.2\.200/)
    assert.match(await page(ask('reader', '/requests?ip=192.0.2.0%2F24'), 422), /single address/)
  })
})

describe('The outbox', () => {
  it('does not show what a letter says, but for letters that are only kept here', async () => {
    const settings = testSettings()
    const { ask } = testConsole({
      deps: { settings: { ...settings, mail: { ...settings.mail, smarthost: 'outbox' } } },
    })
    assert.match(await page(ask('reader', '/outbox')), /are not sent/)
    const kept = await page(ask('reader', `/outbox/${'kept'.padEnd(26, '0')}`))
    assert.match(kept, /Open this link to go on/)
    assert.doesNotMatch(kept, /abcdefgh/)
    assert.doesNotMatch(kept, /Open the whole letter/)
    const whole = await page(ask('admin', `/outbox/${'kept'.padEnd(26, '0')}`, {}))
    assert.match(whole, /<a href="https:\/\/postmaster\.provider\.example\/confirm\/abcdefgh">/)
    const sent = await page(ask('reader', `/outbox/${'sent'.padEnd(26, '0')}`))
    assert.match(sent, /Its text is not shown/)
  })

  it('says of a letter of a restricted case what opening it shows, and nothing of a link that was left out', async () => {
    const [first] = testConsole().letters
    assert.ok(first)
    const letter = { ...first, state: 'sent', mailbox: null, withheld: 'restricted' } as const
    const { ask } = testConsole({ actions: { showLetter: async () => ({ letter }) } })
    const opens = await page(ask('admin', `/outbox/${letter.id}`))
    assert.match(opens, /It is a look into the case/)
    assert.match(opens, /Open the whole letter/)
    const asks = await page(ask('reader', `/outbox/${letter.id}`))
    assert.match(asks, /Ask somebody who may open such cases/)
    for (const text of [opens, asks]) assert.doesNotMatch(text, /link is left out/)
  })

  it('sends a letter again that was given up, after a question', async () => {
    const { ask, deeds } = testConsole()
    assert.match(await page(ask('reader', '/outbox?state=dead')), /The mailbox is full/)
    assert.match(await page(ask('agent', `/outbox/${dead}/retry`)), /the reader has it twice/)
    assert.deepEqual(deeds, [])
    const answer = await ask('agent', `/outbox/${dead}/retry`, {})
    assert.equal(answer.headers.get('location'), `/outbox/${dead}?done=retried`)
    assert.match(await page(ask('agent', `/outbox/${dead}?done=retried`)), /on its way again/)
    // Asked for again, there is nothing left to ask.
    assert.equal((await ask('agent', `/outbox/${dead}/retry`)).headers.get('location'), `/outbox/${dead}`)
  })
})

describe('The audit', () => {
  it('shows each change with who, when and what, and leads to its subject', async () => {
    const { ask } = testConsole()
    const text = await page(ask('reader', '/audit'))
    assert.match(text, /Proposed a listing/)
    assert.match(text, /href="\/listings\/w1de00000000"/)
    assert.match(text, /root at the command line/)
    assert.match(text, /href="\/audit\?subject=operator%3Aada"/)
  })

  it('goes back page by page', async () => {
    const records = Array.from({ length: 51 }, (_, index) => ({
      seq: 200 - index,
      at: 0,
      actor: 'system:expiry',
      action: 'listing.ended',
      subject: 'listing:x',
      facts: {},
    }))
    const { ask } = testConsole({ actions: { listAudit: async () => records } })
    assert.match(
      await page(ask('reader', '/audit?subject=listing%3Ax')),
      /href="\/audit\?subject=listing%3Ax&amp;before=151" rel="next"/,
    )
  })

  it('tells what is a word of ours in the reader’s language, and who did it by name', async () => {
    const told = [
      ['form-address.not-qualified', { prefix: '192.0.2.45/32', why: 'third-party' }],
      ['incident.suspend', { account: 'lea@provider.example', by: 'rules' }],
      ['incident.escalate', { account: 'lea@provider.example', by: 'operator:ada', why: 'severe' }],
      ['report.examined', { grade: 'none', outcome: 'open' }],
      ['case.weighed', { severity: 'A', before: 'B' }],
      ['case.assigned', { to: 'operator:bob' }],
      ['owner-claim.ended', { proof: 'rdap', why: 'registry-changed' }],
      ['delist-request.started', { ip: '192.0.2.45', road: 'delist mailbox', control: 'case-link' }],
      ['reputation.brake-on', { rule: 'traps', why: 'hand', pulledBy: 'operator:ada', count: 4, usual: 1 }],
      ['reputation.dry-run', { days: 7, badLine: 3 }],
      ['retention.purged', { limit_windows: 3 }],
    ] as const
    const records = told.map(([action, facts], index) => ({
      seq: 200 - index,
      at: 0,
      actor: 'system:intake',
      action,
      subject: 'case:x',
      facts,
    }))
    const { ask } = testConsole({ actions: { listAudit: async () => records } })
    const english = await page(ask('reader', '/audit'))
    const chinese = await page(ask('reader', '/audit', undefined, { 'accept-language': 'zh-CN' }))
    for (const words of [
      'another organisation decides',
      'the report is grave',
      'B, high',
      'counts of limits',
      '<dd>bob</dd>',
      '192.0.2.45<',
    ])
      assert.ok(english.includes(words), words)
    for (const words of ['由第三方机构决定', '<dd>规则</dd>', '<dd>ada</dd>', '解除封锁专用邮箱'])
      assert.ok(chinese.includes(words), words)
    const raw =
      /<d[dt]>(?:<span[^>]*>)?(?:[a-z]+(?:-[a-z]+)+|operator:\w+|rules|severe|open|none|usual|count)</
    assert.doesNotMatch(chinese, raw)
  })

  it('is checked on request, and says where the chain is broken', async () => {
    const { ask } = testConsole()
    assert.match(
      await page(ask('reader', '/audit/verify', {})),
      /The chain is whole: 11 records\..*(5f){32}/s,
    )
    const verifyChain = async (): Promise<{
      records: number
      head: string
      broken: { seq: number; why: string }
    }> => ({
      records: 6,
      head: '',
      broken: { seq: 7, why: 'record 7 was changed after it was written' },
    })
    const broken = testConsole({ actions: { verifyChain } })
    assert.match(
      await page(broken.ask('reader', '/audit/verify', {})),
      /broken at record 7.*was changed after/s,
    )
  })
})
