import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import fc from 'fast-check'
import { smtpSink, type SmtpSink } from '../../test/support/smtp-sink.ts'
import { composeMail, openSmtp, type OutgoingMail } from './smtp-client.ts'

const mail: OutgoingMail = {
  envelope: { from: 'b+x.00@postern.provider.example', to: 'ada@example.org' },
  from: { name: 'Exämple, Mail', address: 'postmaster@provider.example' },
  replyTo: 'b+x.00@postern.provider.example',
  subject: '请确认：解除对 192.0.2.45 的封锁',
  text: 'A line.\nhttps://postmaster.provider.example/confirm/' + 'x'.repeat(120) + '\n\n您好。\n',
  messageId: '<x@postern.provider.example>',
  date: new Date(Date.UTC(2026, 4, 4, 10)),
  headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
}

describe('a composed message', () => {
  it('has exactly the fields that were meant, lines of at most 998 octets and no bare line ends', async () => {
    const text = (await composeMail(mail)).toString('latin1')
    assert.ok(text.split('\r\n').every((line) => line.length <= 998 && !/[\r\n]/.test(line)))
    assert.match(text, /^To: ada@example\.org\r$/m)
    assert.match(text, /^Message-ID: <x@postern\.provider\.example>\r$/m)
    assert.match(text, /^Date: Mon, 04 May 2026 10:00:00 \+0000\r$/m)
    assert.match(text, /^Content-Type: text\/plain; charset=utf-8\r$/m)
  })

  it('has one recipient and no other field, whatever the strings are; or it is refused', async () => {
    const evil = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 60 }),
      fc.constantFrom(
        'a@b.example\r\nBcc: c@d.example',
        'x, y@z.example',
        'g: a@b.example, c@d.example;',
        '<a@b.example>,<c@d.example>',
        'a\rb',
        'a\nb',
      ),
    )
    await fc.assert(
      fc.asyncProperty(evil, evil, evil, async (to, name, subject) => {
        const wish: OutgoingMail = {
          ...mail,
          subject,
          envelope: { ...mail.envelope, to },
          from: { ...mail.from, name },
        }
        let composed: Buffer
        try {
          composed = await composeMail(wish)
        } catch {
          return
        }
        const head = composed
          .subarray(0, composed.indexOf('\r\n\r\n'))
          .toString('latin1')
          .replaceAll(/\r\n[ \t]+/g, ' ')
        assert.equal(head.split('\r\n').length, 11)
        assert.doesNotMatch(head, /^(b?cc|resent-to):/im)
        assert.ok(head.includes(`\r\nTo: ${to}\r\n`))
      }),
      { numRuns: 300 },
    )
  })
})

describe('the smarthost', () => {
  let sink: SmtpSink
  before(async () => void (sink = await smtpSink()))
  after(async () => await sink.close())

  it('gets the envelope, and a message that reads as it was written', async () => {
    const { outcome } = await openSmtp(sink.url).send(mail)
    assert.equal(outcome, 'sent')
    const { from, to, parsed, text } = await sink.take()
    assert.equal(from, mail.envelope.from)
    assert.deepEqual(to, [mail.envelope.to])
    assert.equal(parsed.subject, mail.subject)
    assert.deepEqual(parsed.from?.value, [mail.from])
    assert.equal(parsed.replyTo?.text, mail.replyTo)
    assert.equal(parsed.messageId, mail.messageId)
    assert.equal(parsed.headers.get('auto-submitted'), 'auto-generated')
    assert.equal(text, mail.text)
  })

  it('is asked again after 4yz, and believed after 5yz', async () => {
    const client = openSmtp(sink.url)
    sink.refuse(451, '4.3.0 not now', 1)
    assert.deepEqual(await client.send(mail), { outcome: 'retry', answer: '451 4.3.0 not now' })
    sink.refuse(550, '5.1.1 nobody here', 1)
    assert.deepEqual(await client.send(mail), { outcome: 'refused', answer: '550 5.1.1 nobody here' })
    assert.equal((await client.send(mail)).outcome, 'sent')
  })

  it('is asked again when it cannot be reached', async () => {
    const gone = await smtpSink()
    await gone.close()
    const { outcome, answer } = await openSmtp(gone.url).send(mail)
    assert.equal(outcome, 'retry')
    assert.match(answer, /ECONNREFUSED/)
  })

  it('takes a message on as it is', async () => {
    const raw = Buffer.from('From: a@example.org\r\nSubject: x\r\n\r\nbody\r\n')
    assert.equal(
      (await openSmtp(sink.url).forward({ from: '', to: 'postmaster@provider.example' }, raw)).outcome,
      'sent',
    )
    const found = await sink.take('postmaster@provider.example')
    assert.equal(found.from, '')
    assert.deepEqual(found.raw, raw)
  })
})
