import assert from 'node:assert/strict'
import { caseId } from '../../../test/support/cases.ts'
import { describe, it } from 'node:test'
import { testConsole } from '../../../test/support/console.ts'
import { testSettings } from '../../../test/support/context.ts'

/** Every address with something to show, in a console where every text of others is an attempt. */
const pages = [
  '/',
  '/listings',
  '/listings?text=192.0.2.45',
  '/listings?text=198.51.100.7&state=any',
  '/listings/se1f00000000',
  '/listings/grave0000000',
  '/listings/third0000000',
  '/listings/test00000000',
  '/listings/0ver00000000',
  '/listings/w1de00000000',
  '/listings/w1de00000000/agree',
  '/listings/third0000000/end',
  '/listings/add',
  '/listings/import',
  '/observed',
  '/dry-run',
  '/requests',
  '/requests?state=all',
  '/requests?state=all&ip=192.0.2.66',
  `/requests/${'wait'.padEnd(26, '0')}`,
  '/cases',
  '/cases?state=closed',
  `/cases/${caseId}`,
  `/cases/${caseId}?checks=now`,
  `/cases/${caseId}/decide?deed=delist`,
  `/cases/${caseId}/decide?deed=conditional`,
  `/cases/${caseId}/decide?deed=refuse`,
  `/cases/${caseId}/manage?deed=merge`,
  `/requests/${'done'.padEnd(26, '0')}`,
  `/requests/${'dec1'.padEnd(26, '0')}?done=decline`,
  '/abuse?state=any',
  '/abuse/reports',
  `/abuse/reports/${'rep1'.padEnd(26, '0')}`,
  `/abuse/reports/${'rep2'.padEnd(26, '0')}`,
  `/abuse/incidents/${'inc1'.padEnd(26, '0')}`,
  `/abuse/incidents/${'inc1'.padEnd(26, '0')}/decide?deed=note`,
  `/abuse/incidents/${'inc4'.padEnd(26, '0')}`,
  '/abuse/restricted',
  '/abuse/figures',
  '/outbox',
  `/outbox/${'kept'.padEnd(26, '0')}`,
  `/outbox/${'dead'.padEnd(26, '0')}`,
  `/outbox/${'dead'.padEnd(26, '0')}/retry`,
  '/audit',
  '/account',
  '/sign-out',
]

const payloads = [
  `<script>alert(1)</script>`,
  `"><img src=x onerror=alert(1)>`,
  `' autofocus onfocus='alert(1)`,
  `</textarea></title></style><svg/onload=alert(1)>`,
  `${'javascript'}:alert(1)`,
  `https://example.org/"onmouseover="alert(1)`,
  `&lt;script&gt;alert(1)&lt;/script&gt;`,
]

/** Text that only looks like something else: right to left, zero width, controls, an escape for terminals. */
const disguised = '\u202eexe.tsil\u2066\u200b\ufeff\u0000\u001b[31m\u0085\u2028'

/** Every attribute of every tag of the page, as a browser reads them. */
function attributesOf(
  page: string,
): { readonly tag: string; readonly name: string; readonly value: string }[] {
  const tags = [
    ...page.matchAll(
      /<([a-z][a-z0-9]*)((?:\s+[^\s=>"'/]+(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'>]+))?)*)\s*\/?>/gi,
    ),
  ]
  return tags.flatMap(([, tag = '', text = '']) =>
    [...text.matchAll(/([^\s=>"'/]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?/g)].map(
      ([, name = '', ...values]) => ({
        tag: tag.toLowerCase(),
        name: name.toLowerCase(),
        value: values.find((value) => value !== undefined) ?? '',
      }),
    ),
  )
}

const known = new Set(
  'html head meta title link script body a header nav ul ol li span svg path rect circle line text form input button label select option textarea fieldset legend main section div h1 h2 h3 p b small table caption thead tbody tr th td dl dt dd figure details summary footer time code pre kbd blockquote'.split(
    ' ',
  ),
)

function checkInert(page: string, path: string): void {
  for (const [, tag = ''] of page.matchAll(/<\/?([a-z][a-z0-9-]*)/gi))
    assert.ok(known.has(tag.toLowerCase()), `${path} has a <${tag}>`)
  for (const { tag, name, value } of attributesOf(page)) {
    assert.ok(
      !name.startsWith('on') && name !== 'style' && name !== 'srcdoc',
      `${path} has ${name} on ${tag}`,
    )
    if (name === 'href' || name === 'src' || name === 'action') {
      assert.match(value, /^(\/|#|https:\/\/|data:image\/svg\+xml;base64,)/, `${path} has ${name}="${value}"`)
    }
    if (tag === 'script')
      assert.ok(name === 'src' ? value.startsWith('/assets/') : name === 'defer', `${path}: script ${name}`)
  }
  assert.equal(
    [...page.matchAll(/<script\b[^>]*>([^<]*)<\/script>/gi)].filter(([, body]) => body !== '').length,
    0,
  )
}

/** What a form shows that a link does not. */
const looks = ['evidence', 'reporter'].map((what) => `/abuse/reports/${'rep1'.padEnd(26, '0')}/${what}`)

async function pageOf(text: string, path: string): Promise<string> {
  const settings = testSettings()
  const { ask } = testConsole({
    text,
    deps: { settings: { ...settings, mail: { ...settings.mail, smarthost: 'outbox' } } },
  })
  const answer = await ask('admin', path, looks.includes(path) ? {} : undefined)
  assert.equal(answer.status, 200, path)
  return await answer.text()
}

describe('Text of strangers in the console', () => {
  for (const payload of payloads) {
    it(`stays text: ${payload}`, async () => {
      let shown = 0
      for (const path of [...pages, ...looks]) {
        const page = await pageOf(payload, path)
        checkInert(page, path)
        if (page.includes('alert(1)')) shown++
      }
      assert.ok(shown > 15, `it was shown on ${shown} pages only`)
    })
  }

  it('shows what cannot be seen as escapes, on every page', async () => {
    let shown = 0
    for (const path of [...pages, ...looks]) {
      const page = await pageOf(disguised, path)
      assert.doesNotMatch(
        page,
        /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/,
        path,
      )
      if (page.includes('\\u202e')) shown++
    }
    assert.ok(shown > 15, `it was shown on ${shown} pages only`)
  })

  it('in the query comes back inert, in every field that shows it', async () => {
    const { ask } = testConsole()
    for (const payload of [...payloads, disguised.replaceAll('\u0000', '').replaceAll('\u001b', '')]) {
      const value = encodeURIComponent(payload)
      for (const path of [
        `/listings?text=${value}`,
        `/listings?state=${value}&cause=${value}&class=${value}&after=${value}`,
        `/listings/add?prefix=${value}&note=${value}&url=${value}&test=${value}&ends=${value}&cause=${value}&class=${value}`,
        `/requests?ip=${value}&state=${value}&before=${value}`,
        `/outbox?state=${value}&after=${value}`,
        `/abuse?text=${value}`,
        `/abuse?state=${value}&class=${value}&severity=${value}&age=${value}&after=${value}&done=${value}&failed=${value}`,
        `/abuse/incidents/${value}`,
        `/abuse/reports/${value}`,
        `/audit?subject=${value}&before=${value}`,
        `/listings/${value}`,
        `/requests/${value}`,
        `/nowhere/${value}`,
      ]) {
        const page = await (await ask('admin', path)).text()
        checkInert(page, path)
        const shown = page.replaceAll(/value="[^"]*"|<textarea[^>]*>[^<]*/g, '')
        assert.doesNotMatch(shown, /[\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]/, path)
      }
      const entered = await (await ask(undefined, `/sign-in?next=${value}`)).text()
      checkInert(entered, 'sign-in')
    }
  })

  it('in a form comes back inert, on the page that says what is wrong', async () => {
    const { ask } = testConsole()
    for (const payload of payloads) {
      const fields = {
        prefix: payload,
        ends: payload,
        url: payload,
        test: payload,
        note: payload,
        class: payload,
        cause: payload,
      }
      checkInert(await (await ask('admin', '/listings/add', fields)).text(), 'add')
      checkInert(
        await (
          await ask('admin', '/listings/add', { prefix: '192.0.2.1', cause: 'spam', note: payload })
        ).text(),
        'preview',
      )
      checkInert(
        await (await ask('admin', '/listings/import', { text: payload, format: 'csv' })).text(),
        'import',
      )
      checkInert(
        await (await ask(undefined, '/sign-in', { name: payload, password: payload, code: payload })).text(),
        'sign-in',
      )
    }
  })

  it('meets a policy that runs nothing inline, should all else fail', async () => {
    const { ask } = testConsole()
    for (const path of [...pages, '/nowhere', '/healthz', '/metrics', '/abuse/export']) {
      const { headers } = await ask('admin', path)
      const policy = headers.get('content-security-policy') ?? ''
      assert.match(policy, /^default-src 'none';/, path)
      assert.doesNotMatch(policy, /unsafe/)
      assert.match(policy, /frame-ancestors 'none'/)
      assert.match(policy, /require-trusted-types-for 'script'/)
      assert.equal(headers.get('x-content-type-options'), 'nosniff')
      assert.equal(headers.get('cache-control'), 'no-store')
      assert.match(headers.get('strict-transport-security') ?? '', /max-age=31536000/)
    }
  })
})
