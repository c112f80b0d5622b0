import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { sessionOf, testToken } from '../../../test/support/console-people.ts'
import { consoleOrigin } from '../../../test/support/console-request.ts'
import { testConsole } from '../../../test/support/console.ts'

async function page(answer: Promise<Response>, status = 200): Promise<string> {
  const got = await answer
  assert.equal(got.status, status)
  return await got.text()
}

/** The hidden fields of the form that leads to `action`. */
function hiddenFields(text: string, action: string): Record<string, string> {
  const form = text.slice(text.indexOf(`action="${action}"`)).replace(/<\/form>.*/s, '')
  return Object.fromEntries(
    [...form.matchAll(/type="hidden" name="([^"]*)" value="([^"]*)"/g)].map(([, name = '', value = '']) => [
      name,
      value,
    ]),
  )
}

describe('The search for listings', () => {
  it('without a text shows what is in force', async () => {
    const { ask } = testConsole()
    const text = await page(ask('reader', '/listings'))
    assert.match(text, /198\.51\.100\.0\/24/)
    assert.doesNotMatch(text, /0ver00000000/)
  })

  it('by address shows what covers it in any state, the verdict now and what the edges said', async () => {
    const { ask } = testConsole()
    const text = await page(ask('reader', '/listings?text=192.0.2.45'))
    assert.match(text, /exactly this/)
    assert.match(text, /0ver00000000/)
    assert.match(text, /550 5\.7\.606 Access denied, banned sending IP \[192\.0\.2\.45\]/)
    assert.match(text, /mail\.example\.org/)
    assert.match(text, /only observed/)
  })

  it('by prefix says what covers it and what lies inside it', async () => {
    const { ask } = testConsole()
    const wide = await page(ask('reader', '/listings?text=198.51.100.0/25'))
    assert.match(wide, /covers it/)
    assert.match(wide, /inside it/)
  })

  it('says what is wrong with a text, beside it, and keeps it', async () => {
    const { ask } = testConsole()
    const text = await page(ask('reader', '/listings?text=010.0.0.1'), 422)
    assert.match(text, /value="010\.0\.0\.1"/)
    assert.match(text, /begins with zero/)
    assert.match(await page(ask('reader', '/listings?text=192.0.2.1/24'), 422), /192\.0\.2\.0\/24/)
  })

  it('that finds nothing leads on: to listing it for whoever may, to everything else for all', async () => {
    const { ask } = testConsole()
    assert.match(
      await page(ask('agent', '/listings?text=192.0.2.200')),
      /href="\/listings\/add\?prefix=192\.0\.2\.200"/,
    )
    assert.doesNotMatch(await page(ask('reader', '/listings?text=192.0.2.200')), /\/listings\/add/)
    assert.match(await page(ask('reader', '/listings?cause=malware')), /href="\/listings\?state=any"/)
  })

  it('goes on page by page with its filters', async () => {
    const listings = testConsole().listings.slice(0, 1)
    const seen: unknown[] = []
    const searchListings = async (
      _actor: unknown,
      wanted: unknown,
    ): Promise<{ listings: typeof listings; next: string }> => {
      seen.push(wanted)
      return { listings, next: '17.se1f00000000' }
    }
    const { ask } = testConsole({ actions: { searchListings } })
    const text = await page(ask('reader', '/listings?state=any&cause=spam&after=99.x'))
    assert.match(text, /href="\/listings\?state=any&amp;cause=spam&amp;after=17\.se1f00000000" rel="next"/)
    assert.match(text, /href="\/listings\?state=any&amp;cause=spam"/)
    assert.deepEqual(seen, [
      { text: undefined, state: undefined, cause: 'spam', class: undefined, after: '99.x', limit: 50 },
    ])
  })
})

describe('Adding a listing', () => {
  const fields = { prefix: '192.0.2.99', cause: 'spam', ends: '24h', note: 'pills' }

  it('first says what it means and does nothing; then does exactly that', async () => {
    const { ask, deeds, listings } = testConsole()
    const preview = await page(ask('agent', '/listings/add', fields))
    assert.deepEqual(deeds, [])
    assert.match(preview, /one address/)
    assert.match(preview, /550 5\.7\.606/)
    assert.match(preview, /No other listing covers it/)
    const form = hiddenFields(preview, '/listings/add')
    assert.equal(form['ends'], '2026-05-05T10:00:00.000Z')
    const answer = await ask('agent', '/listings/add', { ...form, step: 'confirm' })
    assert.equal(answer.headers.get('location'), '/listings/add000000000?done=added')
    assert.deepEqual(deeds, ['addListing:192.0.2.99/32'])
    assert.equal(listings[0]?.endsAt, Date.parse('2026-05-05T10:00:00Z'))
    assert.match(
      await page(ask('agent', '/listings/add000000000?done=added')),
      /Every connected edge has been told/,
    )
  })

  it('says when it would replace an entry that does the opposite, and does so when that is confirmed', async () => {
    const { ask } = testConsole()
    const preview = await page(
      ask('agent', '/listings/add', { prefix: '192.0.2.45', cause: 'spam', effect: 'pass' }),
    )
    assert.match(preview, /refuses its mail now\. If you go on, that listing ends/)
    assert.match(preview, /Replace it/)
    assert.doesNotMatch(preview, /It stays one/)
    assert.equal(hiddenFields(preview, '/listings/add')['replace'], 'yes')
  })

  it('shows the end that grows with each return', async () => {
    const { ask } = testConsole()
    const preview = await page(ask('agent', '/listings/add', { prefix: '192.0.2.45', cause: 'spam' }))
    assert.match(preview, /There is a listing of exactly this prefix/)
    // One listing of it ended within 30 days: the second term of three days.
    assert.equal(hiddenFields(preview, '/listings/add')['ends'], '2026-05-07T10:00:00.000Z')
    assert.match(preview, /second time/)
  })

  it('of a prefix that is listed shows what stands: the graver class and the later end', async () => {
    const { ask } = testConsole()
    const milder = await page(
      ask('agent', '/listings/add', { prefix: '192.0.2.66', cause: 'spam', ends: '1h' }),
    )
    assert.match(milder, /Investigate\. The sender asks/)
    assert.equal(hiddenFields(milder, '/listings/add')['ends'], '2026-05-06T10:00:00.000Z')
  })

  it('of a prefix that is proposed leads to the proposal', async () => {
    const { ask } = testConsole()
    const answer = await ask('agent', '/listings/add', { prefix: '2001:db8::/32', cause: 'spam' })
    assert.equal(answer.headers.get('location'), '/listings/w1de00000000')
  })

  it('goes back to the form with everything in it', async () => {
    const { ask } = testConsole()
    const text = await page(ask('agent', '/listings/add', { ...fields, step: 'change' }))
    for (const value of ['192.0.2.99', '24h', 'pills']) assert.ok(text.includes(value), value)
  })

  const mistakes: readonly (readonly [
    what: string,
    fields: Readonly<Record<string, string>>,
    field: string,
    words: RegExp,
    status: number,
  ])[] = [
    ['no prefix', {}, 'prefix', /is not an IP address/, 422],
    ['host bits', { prefix: '192.0.2.1/24' }, 'prefix', /192\.0\.2\.0\/24/, 422],
    ['a prefix too wide', { prefix: '192.0.0.0/4' }, 'prefix', /\/8/, 422],
    ['our own network', { prefix: '203.0.113.7' }, 'prefix', /never listed/, 409],
    ['an inner address', { prefix: '10.0.0.1' }, 'prefix', /over the Internet/, 422],
    [
      'an end in the past',
      { prefix: '192.0.2.99', ends: '2026-05-01T00:00:00Z' },
      'ends',
      /in the future/,
      422,
    ],
    ['an end too far', { prefix: '192.0.2.99', ends: '9999d' }, 'ends', /365/, 422],
    [
      'a third party without its address',
      { prefix: '192.0.2.99', class: 'third-party' },
      'url',
      /web address/,
      422,
    ],
    ['a policy without its test', { prefix: '192.0.2.99', class: 'policy' }, 'test', /test/, 422],
    ['a class that there is not', { prefix: '192.0.2.99', class: 'grave' }, 'class', /class/, 422],
  ]
  for (const [what, given, field, words, status] of mistakes) {
    it(`with ${what} says so beside the field, and keeps what was typed`, async () => {
      const { ask, deeds } = testConsole()
      const text = await page(
        ask('agent', '/listings/add', { cause: 'spam', ends: '', note: 'kept', ...given, step: 'confirm' }),
        status,
      )
      assert.match(text, new RegExp(`href="#f-${field}"`))
      assert.match(text, words)
      assert.match(text, /kept/)
      assert.deepEqual(deeds, [])
    })
  }

  it('of a range shows what it would have hit, asks for a second person where that is much, and lists it at once only as an emergency', async () => {
    const { ask, deeds } = testConsole()
    const much = { prefix: '198.51.0.0/22', cause: 'spam', ends: '24h' }
    for (const language of ['en', 'zh-CN'] as const) {
      const text = await page(ask('admin', '/listings/add', much, { 'accept-language': language }))
      assert.match(text, /4,700/)
      assert.match(text, /3\.9%/)
      assert.match(
        text,
        language === 'en' ? /acts only when a second person/ : /需要另一位操作员同意后才会生效/,
      )
      assert.match(text, /value="emergency"/)
    }
    const little = await page(ask('admin', '/listings/add', { ...much, prefix: '198.51.104.0/24' }))
    assert.match(little, /No mail came from it/)
    assert.doesNotMatch(little, /value="emergency"/)
    assert.equal((await ask('admin', '/listings/add', { ...much, step: 'emergency' })).status, 303)
    assert.match(deeds.join(), /addListing/)
  })

  it('of a wide prefix proposes it, and puts it in force when somebody agrees', async () => {
    const { ask, deeds, listings } = testConsole()
    const wide = { prefix: '2001:db9::/32', cause: 'spam', ends: '24h' }
    assert.match(await page(ask('agent', '/listings/add', wide)), /acts only when a second person agrees/)
    assert.match(await page(ask('agent', '/listings/w1de00000000')), /href="\/listings\/w1de00000000\/agree"/)
    // Whoever proposed it may not agree yet: it says from when.
    const own = await page(ask('admin', '/listings/w1de00000000'))
    assert.doesNotMatch(own, /\/agree"/)
    assert.match(own, /4 May 2026, 10:10 UTC/)
    assert.doesNotMatch(
      await page(ask('admin', '/listings/w1de00000000/agree')),
      /<button class="button danger"/,
    )
    const answer = await ask('agent', '/listings/w1de00000000/agree', {})
    assert.equal(answer.headers.get('location'), '/listings/w1de00000000?done=agreed')
    assert.deepEqual(deeds, ['addListing:2001:db8::/32'])
    assert.equal(listings.find(({ id }) => id === 'w1de00000000')?.state, 'active')
  })
})

describe('One listing', () => {
  it('shows its facts, its evidence with bars, its life and its history', async () => {
    const { ask } = testConsole()
    const text = await page(ask('reader', '/listings/se1f00000000'))
    for (const words of [
      'Self-service',
      'trap recipients',
      '412',
      'Listed again',
      'program feedback-loop',
      'pills',
    ]) {
      assert.ok(text.includes(words), words)
    }
    assert.match(text, /<svg\s+class="bar-cell"/)
    assert.match(text, /href="https:\/\/postmaster\.provider\.example\/ip\/192\.0\.2\.45"/)
    assert.doesNotMatch(text, /\/end"/)
  })

  it('ends after a page that says what that does, with the reason for the audit', async () => {
    const { ask, deeds } = testConsole()
    const confirm = await page(ask('agent', '/listings/third0000000/end'))
    assert.match(confirm, /It will still be refused/)
    assert.match(confirm, /198\.51\.100\.0\/24/)
    assert.deepEqual(deeds, [])
    const answer = await ask('agent', '/listings/third0000000/end', { note: 'rang us' })
    assert.equal(answer.headers.get('location'), '/listings/third0000000?done=ended')
    assert.deepEqual(deeds, ['endListing:third0000000'])
    const text = await page(ask('agent', '/listings/third0000000?done=ended'))
    assert.match(text, /Ended\. Every connected edge has been told/)
    assert.match(text, /rang us/)
    assert.match(text, /List it again/)
  })

  it('that has ended is not ended again: the old page leads to it', async () => {
    const { ask } = testConsole()
    assert.equal(
      (await ask('agent', '/listings/0ver00000000/end')).headers.get('location'),
      '/listings/0ver00000000',
    )
  })

  it('that there is not leads on', async () => {
    const { ask } = testConsole()
    assert.match(await page(ask('reader', '/listings/nothere00000'), 404), /no listing/i)
  })
})

describe('The export', () => {
  it('is a file of everything in force, in each format', async () => {
    const { ask } = testConsole()
    const csv = await ask('reader', '/listings/export', { format: 'csv' })
    assert.equal(csv.headers.get('content-disposition'), 'attachment; filename="listings-2026-05-04.csv"')
    const [head, ...lines] = (await csv.text()).trimEnd().split('\r\n')
    assert.equal(head, 'ip,reason,class,ends,note,url,test,effect')
    assert.equal(lines.length, 7)
    const ndjson = (await page(ask('reader', '/listings/export', { format: 'ndjson' }))).trimEnd().split('\n')
    assert.equal(ndjson.length, 7)
    assert.match(ndjson[0] ?? '', /^\{"ip":"192\.0\.2\.45","reason":"spam"/)
    assert.match(
      await page(ask('reader', '/listings/export', { format: 'rbldnsd' })),
      /^!198\.51\.100\.9\/32/m,
    )
  })

  it('gives a spreadsheet no formula to run (security CON-7)', async () => {
    for (const start of ['=', '+', '-', '@', '\t']) {
      const { ask } = testConsole({ text: `${start}cmd|' /C calc'!A0` })
      const text = await page(ask('reader', '/listings/export', { format: 'csv' }))
      assert.ok(text.includes(`"'${start}cmd`), `${JSON.stringify(start)} is guarded`)
      assert.doesNotMatch(text, /,"[=+\-@\t]/)
    }
  })
})

describe('The import', () => {
  const lines =
    'ip,reason\n192.0.2.1,spam\n192.0.2.2,phish\n010.0.0.1,spam\n\n203.0.113.5,spam\n2001:db8::/32,spam\n'

  it('first checks every line and changes nothing, then imports', async () => {
    const { ask, deeds } = testConsole()
    const check = await page(ask('admin', '/listings/import', { format: 'csv', text: lines }))
    assert.match(check, /7 lines read/)
    assert.match(check, /2 can be put in force/)
    assert.match(check, /3 cannot be used/)
    assert.match(check, /begins with zero/)
    assert.match(check, /never listed/)
    assert.match(check, /a second person has to agree/)
    assert.deepEqual(deeds, [])
    const done = await page(ask('admin', '/listings/import', { format: 'csv', text: lines, step: 'confirm' }))
    assert.equal(deeds.length, 1)
    assert.match(done, /(ab){32}/)
  })

  it('takes a file, as a browser sends it', async () => {
    const { app, deeds } = testConsole()
    const send = async (file: Blob | string, step = ''): Promise<Response> => {
      const form = new FormData()
      form.set('csrf', testToken)
      form.set('format', 'ndjson')
      form.set('step', step)
      if (typeof file === 'string') form.set('text', file)
      else form.set('file', file, 'listings.ndjson')
      const encoded = new Response(form)
      const type = encoded.headers.get('content-type') ?? ''
      return await app.request(`${consoleOrigin}/listings/import`, {
        method: 'POST',
        headers: {
          'content-type': type,
          'sec-fetch-site': 'same-origin',
          cookie: `__Host-postern-console=${sessionOf('admin')}`,
        },
        body: await encoded.arrayBuffer(),
      })
    }
    const line = '{"ip":"192.0.2.1","reason":"spam"}\r\n'
    assert.match(await page(send(new Blob([line]))), /1 can be put in force/)
    assert.match(await page(send(line)), /1 can be put in force/)
    assert.match(await page(send(new Blob([Uint8Array.of(0xff, 0xfe)])), 422), /UTF-8/)
    assert.match(await page(send(new Blob([line.repeat(32_000)])), 422), /more than 1 MiB/)
    assert.match(await page(send(new Blob([line.repeat(90_000)])), 413), /postern listing import/)
    assert.deepEqual(deeds, [])
    await send(new Blob([line]), 'confirm')
    assert.deepEqual(deeds, ['importListings:1'])
  })

  it('says so when there is nothing in it, or nothing of use', async () => {
    const { ask } = testConsole()
    assert.match(
      await page(ask('admin', '/listings/import', { format: 'csv', text: ' \n' }), 422),
      /Choose a file or paste lines/,
    )
    const none = await page(ask('admin', '/listings/import', { format: 'csv', text: '# nothing\n' }))
    assert.match(none, /nothing to import/)
    assert.doesNotMatch(none, /value="confirm"/)
  })
})
