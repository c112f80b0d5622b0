import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { testSettings, testWaysOut } from '../../test/support/context.ts'
import { databases } from '../../test/support/database.ts'
import { fuzzCount } from '../../test/support/fuzz.ts'
import { hostileTexts, strangeMarkup } from '../../test/support/hostile-text.ts'
import { goodConnection, goodFacts, goodSignature } from '../../test/support/probe.ts'
import { openDoors, type Doors, type Visitor } from '../../test/support/visitor.ts'
import { minute } from '../base/clock.ts'
import { receiveProbe } from '../core/probes/actions.ts'

const texts = hostileTexts()
const isFull = fuzzCount(texts.length / 3) >= texts.length
/** Pages are written by the same few functions: all texts stand in the report of a check, of the others each third or so in the other pages. */
const step = isFull ? 1 : 3
/** A probe is a row in the database besides. */
const probeStep = isFull ? 1 : 13

/** What DNS answers to everything: this. */
let said = ''

async function answerOf(_: string, type: string): Promise<readonly unknown[]> {
  switch (type) {
    case 'A':
      return ['192.0.2.45']
    case 'AAAA':
      return []
    case 'MX':
      return [{ exchange: said, priority: 10 }]
    case 'TLSA':
      return [{ usage: 3, selector: 1, matching: 1, data: Buffer.from(said) }]
    case 'TXT':
      return [
        [said],
        [`v=spf1 include:${said} ${said}`],
        [`v=DMARC1; p=none; rua=mailto:${said}; ${said}=1`],
        [`v=DKIM1; p=${said}`],
        [`v=STSv1; id=1; ${said}`],
        [`v=TLSRPTv1; rua=${said}`],
      ]
    default:
      return [said]
  }
}

describe('Text of strangers (security CHK-5)', () => {
  const { open, close } = databases('SQLite')
  let doors: Doors
  let visitor: Visitor

  before(async () => {
    const plenty = { count: 100_000, windowMs: minute }
    doors = openDoors(await open(), {
      out: testWaysOut({
        lookup: answerOf,
        fetchText: async () => ({
          kind: 'text',
          text: `version: STSv1\nmode: ${said}\nmx: ${said}`,
          type: said,
        }),
      } as Parameters<typeof testWaysOut>[0]),
      settings: testSettings({
        limits: Object.fromEntries(
          [
            'check.client.hour',
            'check.all.minute',
            'check.zone.minute',
            'lookup.client.day',
            'probe.client.hour',
          ].map((name) => [name, plenty]),
        ),
      }),
    })
    visitor = doors.visitor()
  })
  after(close)

  /** Puts every text where strangers write on this page, in one language and the other. */
  async function look(
    each: number,
    page: (text: string, language: string, index: number) => Promise<Response>,
  ): Promise<void> {
    let looked = 0
    for (const [index, text] of texts.entries()) {
      if (index % each !== 0) continue
      said = text
      const answer = await page(text, index % 2 === 0 ? '/en' : '/zh-CN', index)
      looked += 1
      const html = await answer.text()
      assert.match(answer.headers.get('content-type') ?? '', /^text\/html/)
      assert.deepEqual(strangeMarkup(html), [], `${JSON.stringify(text)} (${answer.status})`)
      if (text.includes('<')) assert.ok(!html.includes(text), 'escaped, wherever it stands')
      // A form gives back what was typed, as it was typed.
      const shown = html.replaceAll(/ value="[^"]*"|<textarea[^]*?<\/textarea>/g, '')
      assert.doesNotMatch(shown, /[\u202a-\u202e]/, 'nothing turns the text around')
      assert.ok(html.trimEnd().endsWith('</html>'))
    }
    assert.ok(looked >= 20, `${looked} pages`)
  }

  it('is two hundred texts and more, and what it does is seen where nothing is escaped', () => {
    assert.ok(texts.length >= 200, `${texts.length}`)
    const harmless = texts.filter((text) => strangeMarkup(`<!doctype html><p>${text}</p>`).length === 0)
    // Without a tag it needs an attribute to stand in, or is no markup at all.
    assert.deepEqual(
      harmless.filter((text) => /<(?![/b])/.test(text.replace('<base', '<a'))),
      [],
    )
  })

  it('in TXT, PTR, MX, CNAME, TLSA and the policy of a checked domain is text', async () => {
    await look(
      1,
      async (text, language, index) =>
        await visitor.submit(`${language}/check`, {
          domain: `x${index}.evil.example`,
          ip: '192.0.2.45',
          helo: text,
          ...(index % 3 === 0 ? { selector: 's1' } : {}),
        }),
    )
  })

  it('in the fields of a form that comes back is text', async () => {
    await look(
      step,
      async (text, language) =>
        await visitor.submit(`${language}/check`, { domain: text, ip: text, selector: text }),
    )
  })

  it('in a link to a form, a search or a look-up is text', async () => {
    const paths = ['/check?domain=', '/search?q=', '/find?q=', '/delist?ip=', '/codes/', '/ip/', '/c/']
    await look(
      step,
      async (text, language, index) =>
        await visitor.get(`${language}${paths[index % paths.length]}${encodeURIComponent(text)}`),
    )
  })

  it('in the banner and the recipient of a bounce is text', async () => {
    await look(
      step,
      async (text, language) =>
        await visitor.submit(`${language}/analyse`, {
          text: `<user@example.com>: host mx.example.com[198.51.100.5] said: 550 5.7.1 ${text} (in reply to RCPT TO command)`,
        }),
    )
  })

  it('in a pasted header is text', async () => {
    await look(
      step,
      async (text, language) =>
        await visitor.submit(`${language}/headers`, {
          header: `Received: from ${text} (${text} [192.0.2.45]) by ${text} with ESMTP id ${text}; Mon, 4 May 2026 10:20:30 +0000
Authentication-Results: mx.provider.example; spf=fail (${text}) smtp.mailfrom=${text}; dkim=fail reason="${text}" header.d=${text}
DKIM-Signature: v=1; a=rsa-sha256; d=${text}; s=${text}; h=From; bh=x; b=y
From: ${text} <ada@example.org>
Subject: ${text}
List-Unsubscribe: <${text}>`,
        }),
    )
  })

  it('in the greeting and the header of a test message is text', async () => {
    await look(probeStep, async (text, language) => {
      const asked = await visitor.submit(`${language}/probe`, {})
      const path = new URL(asked.headers.get('location') ?? '', 'https://postmaster.provider.example')
        .pathname
      const [, tag = ''] = /p\+([^@<]+)@/.exec(await (await visitor.get(path)).text()) ?? []
      await receiveProbe(doors.ctx, {
        tag,
        digest: tag,
        client: { ...goodConnection, helo: text, mailFrom: text, cipher: text },
        content: {
          facts: {
            ...goodFacts,
            header: { from: text, displayName: text, sender: text, replyTo: [text] },
            spf: { ...goodFacts.spf, result: 'fail', domain: text },
            dkim: [
              {
                ...goodSignature,
                domain: text,
                selector: text,
                why: text,
                algorithm: text,
                signed: [text],
                result: 'fail',
              },
            ],
            dmarc: { result: 'fail', domain: text, policy: 'none' },
          },
        },
        writer: undefined,
      })
      return await visitor.get(path)
    })
  })
})
