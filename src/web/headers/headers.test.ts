import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { databases } from '../../../test/support/database.ts'
import { directReader } from '../../../test/support/direct-reader.ts'
import { openDoors, type Visitor } from '../../../test/support/visitor.ts'

const { open, close } = databases('SQLite')
after(close)

const header = `Received: from mail.example.org (mail.example.org [192.0.2.45])
 (using TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits))
 by mx.provider.example with ESMTPS id 1; Mon, 4 May 2026 10:20:30 +0000
Authentication-Results: mx.provider.example; spf=pass smtp.mailfrom=example.org
Received: from laptop ([198.51.100.7]) by mail.example.org with ESMTPSA id 2;
 Mon, 4 May 2026 10:00:00 +0000
X-Postern-Junk: 5.7.515 domain=example.org failed=dkim
List-Unsubscribe: <https://lists.example.org/u>
From: Ada <ada@example.org>
Subject: <script>alert(1)</script>\u202eolleh`

async function visitor(): Promise<Visitor> {
  return openDoors(await open()).visitor()
}

/** As a browser sends the form. */
async function handIn(text: string): Promise<Response> {
  const form = new FormData()
  form.set('header', text)
  const body = new Response(form)
  const type = body.headers.get('content-type') ?? ''
  const bytes = new Uint8Array(await body.arrayBuffer())
  return await (
    await visitor()
  ).send('/headers', bytes, { 'content-type': type, 'sec-fetch-site': 'same-origin' })
}

async function read(text: string, prefix = ''): Promise<string> {
  return await (await (await visitor()).submit(`${prefix}/headers`, { header: text })).text()
}

describe('The header reader', () => {
  it('shows the way with its delays as a picture with a table behind it, and who handed the message to us', async () => {
    const page = await read(header)
    assert.match(page, /<svg\s+class="hops"\s+role="img"/)
    assert.match(page, /The message came to us from/)
    assert.match(page, /href="\/ip\/192\.0\.2\.45"/)
    assert.match(page, /The message took 21 minutes to reach mx\.provider\.example/)
    assert.match(page, /Our own server wrote this/)
    assert.match(page, /TLSv1\.3/)
    assert.match(page, /marked this message for the junk folder/)
    assert.match(page, /no mail program offers to unsubscribe with one click/)
  })

  it('says when a clock is wrong', async () => {
    assert.match(await read(header.replace('10:20:30', '09:59:00')), /One of the two clocks is wrong/)
  })

  it('runs nothing of what is pasted, and writes out what cannot be seen', async () => {
    const page = await read(header)
    assert.ok(!page.includes('<script>alert') && !page.includes('\u202e'))
    assert.match(page, /\\u202e/)
  })

  it('speaks Chinese to whoever reads Chinese', async () => {
    assert.match(await read(header, '/zh-CN'), /邮件用了 \d+ ?分钟才到达 mx\.provider\.example/)
  })

  it('asks for a header where there is none, and keeps what was pasted in the box', async () => {
    const answer = await (await visitor()).submit('/headers', { header: 'Hello there' })
    assert.equal(answer.status, 422)
    const page = await answer.text()
    assert.match(page, /There is no header of a message in this text/)
    assert.match(page, /Hello there<\/textarea>/)
  })

  it('takes a header longer than other forms, and none without end', async () => {
    const long = `${header}\n${'X-Long: abcdefghijklmnop\n'.repeat(5000)}`
    assert.equal((await (await visitor()).submit('/headers', { header: long })).status, 200)
    assert.equal((await handIn(`${header}\n\n${'The message itself.\n'.repeat(400_000)}`)).status, 200)
    const longer = await handIn('a'.repeat(11 * 1024 * 1024))
    assert.equal(longer.status, 413)
    assert.match(await longer.text(), /Send at most 10 MiB/)
  })

  it('says so where the process that reads has no time for it, or gave up, at the page and to programs', async () => {
    const sentences = {
      busy: /Too much is being read at the moment\./,
      time: /took too long/,
    }
    for (const [failure, sentence] of Object.entries(sentences)) {
      const reader = { ...directReader, readHeader: async () => ({ failure: failure as 'busy' | 'time' }) }
      const there = openDoors(await open(), { reader }).visitor()
      const page = await there.submit('/headers', { header })
      assert.equal(page.status, failure === 'busy' ? 503 : 422)
      const text = await page.text()
      assert.match(text, sentence)
      assert.match(text, /Received: from mail\.example\.org/)
      const answer = await there.call('/headers', { text: header })
      assert.equal(answer.status, page.status)
      assert.match(JSON.stringify(await answer.json()), sentence)
    }
  })

  it('keeps nothing', async () => {
    const doors = openDoors(await open())
    await doors.visitor().submit('/headers', { header })
    assert.ok(!(await doors.dump()).includes('ada@example.org'))
  })

  it('answers programs with the same', async () => {
    const answer = await (await visitor()).call('/headers', { text: header })
    assert.equal(answer.status, 200)
    const { hops, handover, results } = (await answer.json()) as {
      readonly hops: readonly { readonly delay?: number }[]
      readonly handover: unknown
      readonly results: readonly { readonly trust: string }[]
    }
    assert.deepEqual(
      [hops.map(({ delay }) => delay), handover, results.map(({ trust }) => trust)],
      [[undefined, 1_230_000], { index: 1, isOurs: true }, ['ours']],
    )
  })
})
