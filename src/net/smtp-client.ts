import { createTransport } from 'nodemailer'
import type SMTPTransport from 'nodemailer/lib/smtp-transport/index.js'

/**
 * Mail on its way out, to the one smarthost of the configuration (RFC 5321, RFC 5322). `nodemailer` reads lists and groups
 * out of strings, so it gets address objects and an explicit envelope only, and what it composed is looked at before it
 * leaves: exactly the header fields we meant, exactly one recipient.
 */
export interface OutgoingMail {
  /** RFC 5321: where bounces go, and the one recipient. */
  readonly envelope: { readonly from: string; readonly to: string }
  readonly from: { readonly name: string; readonly address: string }
  readonly replyTo: string
  readonly subject: string
  /** Plain text, lines ended by LF. */
  readonly text: string
  /** With its angle brackets. */
  readonly messageId: string
  readonly date: Date
  readonly headers: Readonly<Record<string, string>>
}

/** What became of it, with the server's words (at most 500 characters). `retry`: not now; `refused`: not ever. */
export interface SendOutcome {
  readonly outcome: 'sent' | 'retry' | 'refused'
  readonly answer: string
}

export interface SmtpClient {
  send(mail: OutgoingMail): Promise<SendOutcome>
  /** Hands on a message as it is. */
  forward(envelope: OutgoingMail['envelope'], raw: Buffer): Promise<SendOutcome>
}

/** `smtp://host:25`, `smtps://host:465`, `smtp://user:password@host:587`; every message has a connection of its own. */
export function openSmtp(url: string): SmtpClient {
  const transport = createTransport({
    ...readUrl(url),
    connectionTimeout: 10_000,
    greetingTimeout: 20_000,
    socketTimeout: 60_000,
    dnsTimeout: 5_000,
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  const forward = async (envelope: OutgoingMail['envelope'], raw: Buffer): Promise<SendOutcome> => {
    try {
      const info = await transport.sendMail({ envelope: { from: envelope.from, to: [envelope.to] }, raw })
      return { outcome: 'sent', answer: shorten(info.response) }
    } catch (error) {
      return outcomeOf(error)
    }
  }
  return { send: async (mail) => await forward(mail.envelope, await composeMail(mail)), forward }
}

function readUrl(url: string): SMTPTransport.Options {
  const { protocol, hostname, port, username, password } = new URL(url)
  const secure = protocol === 'smtps:'
  const host = hostname.replace(/^\[(.*)\]$/, '$1')
  const isLoopback = /^(?:localhost|127\..*|::1)$/.test(host)
  return {
    host,
    port: Number(port) || (secure ? 465 : 25),
    secure,
    // A mail server beside us rarely has a certificate for "localhost", and nobody listens between.
    ignoreTLS: isLoopback && !secure,
    // A password is never sent in the clear over a network.
    requireTLS: username !== '' && !secure && !isLoopback,
    ...(username === ''
      ? {}
      : { auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) } }),
  }
}

/** The message as it is sent. Throws when it is not exactly what was meant. */
export async function composeMail(mail: OutgoingMail): Promise<Buffer> {
  const composer = createTransport({ streamTransport: true, buffer: true, newline: 'windows' })
  const { message } = await composer.sendMail({
    envelope: { from: mail.envelope.from, to: [mail.envelope.to] },
    from: { ...mail.from },
    to: { name: '', address: mail.envelope.to },
    replyTo: { name: '', address: mail.replyTo },
    subject: mail.subject,
    text: mail.text,
    messageId: mail.messageId,
    date: mail.date,
    headers: { ...mail.headers },
    xMailer: false,
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  if (!Buffer.isBuffer(message)) throw new Error('nodemailer gave no composed message')
  checkComposed(message, mail)
  return message
}

const ownFields = [
  'From',
  'To',
  'Reply-To',
  'Subject',
  'Message-ID',
  'Date',
  'MIME-Version',
  'Content-Type',
  'Content-Transfer-Encoding',
]

function checkComposed(message: Buffer, mail: OutgoingMail): void {
  const head = message.subarray(0, message.indexOf('\r\n\r\n')).toString('latin1')
  const fields = head.replaceAll(/\r\n[ \t]+/g, ' ').split('\r\n')
  const names = fields.map((field) => field.slice(0, field.indexOf(':')).toLowerCase()).sort()
  const meant = [...ownFields, ...Object.keys(mail.headers)].map((name) => name.toLowerCase()).sort()
  if (names.join() !== meant.join())
    throw new Error(`composed letter has the fields ${names.join(', ')} and not ${meant.join(', ')}`)
  if (/[\r\n]/.test(head.replaceAll('\r\n', '')))
    throw new Error('composed letter has a bare line end in its head')
  const to = fields.find((field) => /^to:/i.test(field))
  if (to !== `To: ${mail.envelope.to}`)
    throw new Error('composed letter has another recipient than its envelope')
}

/** RFC 5321 §4.2.1: 5yz is for ever. A failed sign-in or TLS is ours to repair, so the letter waits. */
function outcomeOf(error: unknown): SendOutcome {
  const text = error instanceof Error ? error.message : String(error)
  const has = (name: string): unknown =>
    typeof error === 'object' && error !== null ? Reflect.get(error, name) : undefined
  const [code, responseCode, response] = [has('code'), has('responseCode'), has('response')]
  const permanent =
    typeof responseCode === 'number' && responseCode >= 500 && code !== 'EAUTH' && code !== 'ETLS'
  return {
    outcome: permanent ? 'refused' : 'retry',
    answer: shorten(typeof response === 'string' ? response : text),
  }
}

function shorten(text: string): string {
  return text.replaceAll(/[\x00-\x1f\x7f]+/g, ' ').slice(0, 500)
}
