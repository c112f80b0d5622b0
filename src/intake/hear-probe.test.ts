import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import type { ProbeArrival } from '../core/probes/actions.ts'
import type { ProbeFacts } from '../core/probes/facts.ts'
import { mostProbeBytes } from '../core/probes/probe.ts'
import {
  BareClient,
  dkimRecord,
  plainMessage,
  signed,
  testDns,
  testIntake,
  type Done,
} from './test-intake.ts'

const probe = 'p+goodprobe0001@postern.provider.example'
const dns = testDns({
  'example.org': 'v=spf1 ip4:192.0.2.45 -all',
  's1._domainkey.example.org': dkimRecord,
  '_dmarc.example.org': 'v=DMARC1; p=reject',
})
const field = {
  From: 'Ada <ada@example.org>',
  To: probe,
  Subject: 'test',
  Date: 'Mon, 4 May 2026 10:00:00 +0000',
  'Message-ID': '<a@example.org>',
}

// One process reads all of them: to start one takes longer than to read a message.
const { intake, port, done } = await testIntake({ dns })
const clients: BareClient[] = []
after(async () => {
  for (const client of clients) client.close()
  await intake.close()
})

/** Sends a message; what it did, and what it answered. */
async function send(
  message: Buffer,
  { forwarded = true, from = 'ada@example.org', to = probe } = {},
): Promise<{ readonly answer: string; readonly done: readonly Done[] }> {
  const client = new BareClient({ port })
  clients.push(client)
  const before = done.length
  await client.greet('relay.provider.example')
  if (forwarded) await client.command('XFORWARD ADDR=192.0.2.45 NAME=mail.example.org HELO=mail.example.org')
  return { answer: await client.mail(from, to, message), done: done.slice(before) }
}

function arrivalOf(done: readonly Done[]): ProbeArrival {
  const found = done.find(([action]) => action === 'receiveProbe')
  assert.ok(found, 'a probe was received')
  return found[1] as ProbeArrival
}

function factsOf(done: readonly Done[]): ProbeFacts {
  const { content } = arrivalOf(done)
  assert.ok('facts' in content)
  return content.facts
}

describe('A message to a probe address', () => {
  it('is examined with the client that our relay forwards, and answered in the session', async () => {
    const message = await signed(plainMessage(field), 'example.org')
    const { answer, done } = await send(message)
    assert.match(answer, /^250 2\.0\.0 Thank you/)
    const { client, writer, tag } = arrivalOf(done)
    assert.deepEqual(
      [tag, client.ip, client.source, client.helo, client.mailFrom, writer],
      ['goodprobe0001', '192.0.2.45', 'session', 'mail.example.org', 'ada@example.org', 'ada@example.org'],
    )
    const facts = factsOf(done)
    assert.deepEqual(
      [facts.spf.result, facts.dkim[0]?.result, facts.dmarc.result, facts.dmarc.policy],
      ['pass', 'pass', 'pass', 'reject'],
    )
    assert.deepEqual([facts.dkim[0]?.domain, facts.dkim[0]?.isAligned], ['example.org', true])
    assert.ok((facts.dkim[0]?.bits ?? 0) >= 1024)
    assert.deepEqual(facts.header, {
      from: 'ada@example.org',
      displayName: 'Ada',
      sender: null,
      replyTo: [],
    })
  })

  it('takes the client from the lines of our own servers where the relay does not forward it', async () => {
    const received =
      'from mail.example.org (mail.example.org [192.0.2.45]) (using TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits)) by mx.provider.example (Postfix) with ESMTPS id 4X; Mon, 4 May 2026 10:00:01 +0000'
    const { done } = await send(plainMessage({ Received: received, ...field }), { forwarded: false })
    const { client } = arrivalOf(done)
    assert.deepEqual(
      [client.ip, client.source, client.helo, client.tls, client.cipher],
      ['192.0.2.45', 'received', 'mail.example.org', 'TLSv1.3', 'TLS_AES_256_GCM_SHA384'],
    )
    assert.equal(factsOf(done).spf.result, 'pass')
  })

  it('believes no line of a stranger', async () => {
    const received =
      'from a.example ([198.51.100.9]) by mx.stranger.example with ESMTPS id 4X; Mon, 4 May 2026 10:00:01 +0000'
    const { done } = await send(plainMessage({ Received: received, ...field }), { forwarded: false })
    assert.deepEqual([arrivalOf(done).client.ip, arrivalOf(done).client.source], [null, 'nobody'])
  })

  it('is answered by mail only where its writer is shown: not for a program, not without SPF or DKIM', async () => {
    const automatic = await signed(
      plainMessage({ ...field, 'Auto-Submitted': 'auto-generated' }),
      'example.org',
    )
    assert.equal(arrivalOf((await send(automatic)).done).writer, undefined)
    const forged = plainMessage({ ...field, From: 'ada@example.net' })
    assert.equal(arrivalOf((await send(forged)).done).writer, undefined)
    const bounce = await signed(plainMessage(field), 'example.org')
    assert.equal(arrivalOf((await send(bounce, { from: '' })).done).writer, undefined)
  })

  it('tells what is wrong with its form', async () => {
    const message = plainMessage(
      {
        Subject: undefined,
        Date: 'yesterday',
        'Message-ID': 'a b@example.org',
        'Content-Type': 'multipart/mixed; boundary=x',
      },
      `--y\n\n${'a'.repeat(1200)}`,
    )
    const { form } = factsOf((await send(message)).done)
    assert.deepEqual(
      [form.date, form.messageId, form.hasSubject, form.longLines, form.longestLine, form.mime],
      [
        { fields: 1, at: null },
        { fields: 1, isValid: false },
        false,
        1,
        1200,
        ['version-missing', 'boundary-unused'],
      ],
    )
  })

  it('tells of List-Unsubscribe scheme and host, and nothing that names a reader', async () => {
    const message = plainMessage({
      ...field,
      'List-Unsubscribe':
        '<https://lists.example.org/u/ada-secret>, <mailto:leave+ada-secret@example.org?subject=x>',
      'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
    })
    const { list } = factsOf((await send(message)).done)
    assert.deepEqual(list, {
      ways: [
        { scheme: 'https', host: 'lists.example.org' },
        { scheme: 'mailto', host: 'example.org' },
      ],
      hasUnsubscribe: true,
      post: 'valid',
      isSigned: false,
      isBulk: false,
    })
    assert.ok(!JSON.stringify(list).includes('secret'))
  })

  it('leaves nothing of its text in what is kept', async () => {
    const { done } = await send(plainMessage({ ...field, Subject: 'canary-subject' }, 'canary-body'))
    assert.ok(!JSON.stringify(done).includes('canary'))
  })

  it('is refused when it is too large, and the report says so', async () => {
    const { answer, done } = await send(plainMessage(field, 'a line of text\n'.repeat(mostProbeBytes / 12)))
    assert.match(answer, /^552 5\.3\.4/)
    assert.deepEqual(arrivalOf(done).content, { refused: 'too-large' })
  })

  it('with a bare line feed is refused in the session, and the report says so', async () => {
    const { answer, done } = await send(Buffer.from('From: a@example.org\r\n\r\nHello\nthere\r\n'))
    assert.match(answer, /^550 5\.5\.2/)
    assert.deepEqual(arrivalOf(done).content, { refused: 'bare-newline' })
  })

  it('is not taken at an address that we did not give out', async () => {
    const { answer } = await send(plainMessage(field), { to: 'p+forged@postern.provider.example' })
    assert.match(answer, /^550 5\.1\.1/)
  })
})
