import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { mintCaseLink } from '../../access/case-link.ts'
import { minute } from '../../base/clock.ts'
import { orThrow } from '../../base/refusal.ts'
import { parseAddress } from '../../standards/ip.ts'
import { testKeys, testStart } from '../../../test/support/context.ts'
import { databases } from '../../../test/support/database.ts'
import { openDoors, origin, type Doors } from '../../../test/support/visitor.ts'

const { open, close } = databases('SQLite')
after(close)

const refused = `<user@example.com>: host mx.example.com[198.51.100.5] said: 550 5.7.1 Service unavailable; Client host [192.0.2.45] blocked using zen.spamhaus.org; https://www.spamhaus.org/query/ip/192.0.2.45 (in reply to RCPT TO command)

<other@example.net>: host mx.example.net[198.51.100.6] said: 452 4.2.2 Mailbox full (in reply to RCPT TO command)
`

async function doors(): Promise<Doors> {
  return openDoors(await open())
}

/** Hands a form in, as a browser does: with an empty file where none was chosen. */
async function handIn(
  parts: { readonly text?: string; readonly file?: string },
  { prefix = '', door }: { readonly prefix?: string; readonly door?: Doors } = {},
): Promise<Response> {
  const form = new FormData()
  form.set('text', parts.text ?? '')
  form.set(
    'file',
    new File(parts.file === undefined ? [] : [parts.file], parts.file === undefined ? '' : 'a.eml'),
  )
  const request = new Request(`${origin}${prefix}/analyse`, { method: 'POST', body: form })
  return await (door ?? (await doors())).web.request(request.url, {
    method: 'POST',
    headers: { 'content-type': request.headers.get('content-type') ?? '', 'sec-fetch-site': 'same-origin' },
    body: await request.arrayBuffer(),
  })
}

describe('The page that takes a bounce', () => {
  it('says of each recipient what happened, who must act, what to do next and where', async () => {
    const answer = await handIn({ text: refused })
    assert.equal(answer.status, 200)
    const page = await answer.text()
    assert.match(page, /user@example\.com[\s\S]*because of what it sent, or because it is on a block list/)
    assert.match(page, /the operator of the block list/)
    assert.match(page, /href="https:\/\/[^"]*spamhaus[^"]*" rel="external noreferrer nofollow"/)
    assert.match(page, /other@example\.net[\s\S]*The mailbox is full/)
    assert.match(page, /href="\/check\?ip=192\.0\.2\.45"/)
  })

  it('gives the letter to whoever does not run the server, where its administrator must act', async () => {
    const text =
      'host mx.example.com[198.51.100.5] said: 550 5.7.26 SPF and DKIM did not pass for example.org'
    const page = await (await handIn({ text })).text()
    assert.match(page, /Not your server\?[\s\S]*href="\/guide\/plain\/letter"[\s\S]*Who must act/)
    assert.doesNotMatch(await (await handIn({ text: '550 5.1.1 no such user' })).text(), /Not your server/)
  })

  it('asks whoever wrote it for the right address where no such mailbox is', async () => {
    const text = 'host mx.example.com[198.51.100.5] said: 550 5.1.1 <usr@example.com>: no such user here'
    assert.match(
      await (await handIn({ text })).text(),
      /Who must act<\/dt>\s*<dd>whoever wrote the message<\/dd>/,
    )
    assert.match(await (await handIn({ text }, { prefix: '/zh-CN' })).text(), /<dd>写信的人<\/dd>/)
  })

  it('takes the message as a file as well', async () => {
    const page = await (await handIn({ file: refused })).text()
    assert.match(page, /user@example\.com/)
  })

  it('speaks Chinese to whoever reads Chinese', async () => {
    assert.match(await (await handIn({ text: refused }, { prefix: '/zh-CN' })).text(), /由谁处理/)
  })

  const token = mintCaseLink(testKeys().caseLink('mx1'), {
    keyId: 1,
    edge: 'mx1',
    minute: testStart / minute - 40,
    reason: 'spam',
    listing: null,
    address: orThrow(parseAddress('192.0.2.45')),
  })

  it('leads from a refusal of our own straight to its record', async () => {
    const line = `550 5.7.606 Access denied, banned sending IP [192.0.2.45]. Please visit ${origin}/c/${token} (PSN606)`
    const answer = await handIn({
      text: `<a@provider.example>: host mx.provider.example[203.0.113.9] said: ${line}`,
    })
    assert.deepEqual([answer.status, answer.headers.get('location')], [303, `/c/${token}`])
  })

  it('says that a link of ours is cut off, and leads nowhere', async () => {
    const line = `550 5.7.606 Access denied, banned sending IP [192.0.2.45]. Please visit ${origin}/c/${token.slice(0, 40)} (PSN606)`
    const answer = await handIn({
      text: `<a@provider.example>: host mx.provider.example[203.0.113.9] said: ${line}`,
    })
    assert.equal(answer.status, 200)
    const page = await answer.text()
    assert.match(page, /it is cut off, or not one that we made/)
    // What the code alone says: the ladder with the address of the bounce, and nothing of what was tried.
    assert.match(page, /<h2 id="ladder">/)
    assert.match(page, /href="\/delist\?ip=192\.0\.2\.45"/)
    assert.match(page, /href="\/ip\/192\.0\.2\.45"/)
    assert.doesNotMatch(page, /copy the link again|sender\.office\.com/)
    const shorter = await handIn({ text: line.replace(token.slice(0, 40), token.slice(0, 12)) })
    assert.match(await shorter.text(), /it is cut off, or not one that we made/)
  })

  it('says that a link of ours is too old, and reads the rest', async () => {
    const old = mintCaseLink(testKeys().caseLink('mx1'), {
      keyId: 1,
      edge: 'mx1',
      minute: testStart / minute - 31 * 24 * 60,
      reason: 'spam',
      listing: null,
      address: orThrow(parseAddress('192.0.2.45')),
    })
    const line = `550 5.7.606 Access denied, banned sending IP [192.0.2.45]. Please visit ${origin}/c/${old} (PSN606)`
    const answer = await handIn({
      text: `<a@provider.example>: host mx.provider.example[203.0.113.9] said: ${line}`,
    })
    assert.equal(answer.status, 200)
    const page = await answer.text()
    assert.match(page, /it is too old and opens no record/)
    assert.match(page, /href="\/ip\/192\.0\.2\.45"/)
  })

  it('reads a header that was handed in instead', async () => {
    const header =
      'Received: from a.example ([192.0.2.45]) by mx.provider.example with ESMTP id 1; Mon, 4 May 2026 10:00:00 +0000\nFrom: ada@example.org\nSubject: x\nMessage-ID: <a@example.org>\n'
    assert.match(await (await handIn({ text: header })).text(), /The way it came/)
  })

  it('tells what a sentence sounds like in which no server speaks, as a guess, also from the box on the start page', async () => {
    const sentence = 'your message was rejected because our server is on a blacklist'
    const answer = await handIn({ text: sentence })
    assert.equal(answer.status, 200)
    const page = await answer.text()
    assert.match(page, /No mail server speaks in this text/)
    assert.match(page, /refuses mail from the address of the sending server/)
    assert.match(page, /troubleshooting\/refused/)
    const found = await (await doors()).visitor().submit('/find', { q: sentence })
    assert.match(await found.text(), /No mail server speaks in this text/)
    assert.match(
      await (await handIn({ text: sentence }, { prefix: '/zh-CN' })).text(),
      /没有邮件服务器的答复/,
    )
  })

  it('says what it wants where there is nothing to read', async () => {
    const empty = await handIn({})
    assert.equal(empty.status, 422)
    assert.match(await empty.text(), /The input is empty/)
    assert.equal((await handIn({ text: 'Hello there' })).status, 422)
  })

  it('runs nothing of what is handed in, and follows no link that is no link', async () => {
    const evil = refused
      .replaceAll('user@example.com', 'x@example.com')
      .replace('Service unavailable', '<img src=x onerror=alert(1)>\u202e javascript:alert(1)')
    const page = await (await handIn({ text: evil })).text()
    assert.ok(!page.includes('<img') && !page.includes('\u202e') && !/href="javascript/i.test(page))
  })

  it('keeps nothing', async () => {
    const door = await doors()
    await handIn({ text: refused }, { door })
    assert.ok(!(await door.dump()).includes('user@example.com'))
  })
})
