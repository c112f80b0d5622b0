import { generateKeyPairSync } from 'node:crypto'
import { connect, type Socket } from 'node:net'
import { dkimSign } from 'mailauth/lib/dkim/sign.js'
import type { WayByMail } from '../core/delisting/review-actions.ts'
import { systemClock } from '../base/clock.ts'
import { silentLog } from '../base/log.ts'
import { orThrow } from '../base/refusal.ts'
import { formatAddress, parseAddress } from '../standards/ip.ts'
import { parsePrefix, type Prefix } from '../standards/prefix.ts'
import type { IntakeActions } from './deliver.ts'
import type { ReportDesk } from './report.ts'
import { openIntake, type Intake, type IntakeOptions } from './intake.ts'

/** What the tests of this folder share: an intake with actions that note what they were asked, a DNS, a signer and a bare client. */

export const site = 'https://postmaster.provider.example'
export const routes = {
  delist: 'delist@provider.example',
  abuse: 'abuse@provider.example',
  reports: [
    { mailbox: 'report-spam@provider.example', complaint: undefined },
    { mailbox: 'junk@provider.example', complaint: 'junk' },
    { mailbox: 'not-junk@provider.example', complaint: 'not-junk' },
    { mailbox: 'phish@provider.example', complaint: 'phish' },
  ],
  replyDomain: 'postern.provider.example',
} as const

export const desk: ReportDesk = { domains: ['provider.example'], abuse: 'abuse@provider.example' }
export const networks: readonly Prefix[] = [orThrow(parsePrefix('203.0.113.0/24'))]

export type Done = readonly [action: string, input: unknown]

/** A token of an open request, a case link's token, and what is listed. */
export const knownToken = '0123456789abcdefghjkmnpqrs'
export const caseToken = 'AbC-123_'.repeat(8)
export const underInvestigation = orThrow(parseAddress('192.0.2.66'))
const ways: Readonly<Record<string, WayByMail>> = {
  '192.0.2.66': 'case',
  '2001:db8::66': 'case',
  '192.0.2.45': 'elsewhere',
  '192.0.2.77': 'no-case',
}

/** Actions that write down what they did in `done`; tags are ours when they begin with `good`. */
export function notedActions(done: Done[], overrides: Partial<IntakeActions> = {}): IntakeActions {
  const note = (action: string) => async (input: unknown) => void done.push([action, input])
  return {
    isOurTag: (purpose, tag) => tag.startsWith(`good${purpose}`),
    proveMailbox: note('proveMailbox'),
    proveForm: note('proveForm'),
    proveByMail: async ({ address, token }) => {
      done.push(['proveByMail', { address: formatAddress(address), token }])
      return token === knownToken
    },
    addressOfCase: (token) => (token === caseToken ? underInvestigation : undefined),
    hearWriter: async () => {},
    wayByMail: async (address) => ways[formatAddress(address)] ?? 'unlisted',
    openReviewsByMail: async ({ mail: _mail, ofCase, addresses, ...input }) => {
      const named = addresses.map(formatAddress)
      done.push([
        'openReviewsByMail',
        { ...input, addresses: named, ofCase: ofCase && formatAddress(ofCase) },
      ])
      return { taken: addresses.slice(0, 5), left: addresses.slice(5), refusal: undefined }
    },
    hearCaseMail: async ({ tag, writer, content }) => {
      done.push(['hearCaseMail', { tag, writer, automatic: content.automatic ?? [] }])
      return (content.automatic ?? []).length > 0 ? 'silent' : 'kept'
    },
    refusalOfCase: async () => undefined,
    stopCaseLetters: note('stopCaseLetters'),
    markBounced: note('markBounced'),
    stopLetters: note('stopLetters'),
    receiveProbe: note('receiveProbe'),
    takeReport: async (report) => {
      done.push(['takeReport', report])
      return report.complaints.length
    },
    receiveAbuseReport: async ({ raw, ...rest }) =>
      void done.push(['receiveAbuseReport', { ...rest, text: raw.toString('latin1') }]),
    forwardToPostmaster: async ({ mailFrom, raw }) =>
      void done.push(['forward', { mailFrom, text: raw.toString('latin1') }]),
    ...overrides,
  }
}

export const loopback: Prefix = orThrow(parsePrefix('127.0.0.0/8'))

/** An intake on a free port, with `done` filled by its actions. */
export async function testIntake(overrides: Partial<IntakeOptions> & { readonly dns?: Dns } = {}): Promise<{
  readonly intake: Intake
  readonly port: number
  readonly done: Done[]
}> {
  const done: Done[] = []
  const { dns = testDns({}), ...options } = overrides
  const intake = await openIntake({
    smtp: { host: '127.0.0.1', port: 0 },
    name: 'mx.provider.example',
    site,
    routes,
    trust: [loopback],
    networks,
    desk,
    actions: notedActions(done),
    lookup: dns,
    mx: async () => [],
    clock: systemClock(),
    log: silentLog,
    ...options,
  })
  const port = intake.smtp && 'port' in intake.smtp ? intake.smtp.port : 0
  return { intake, port, done }
}

export type Dns = (name: string, type: string) => Promise<string[] | string[][]>

/** A DNS of TXT records; `temperror` fails, everything else does not exist. */
export function testDns(zone: Readonly<Record<string, string>>, asked: string[] = []): Dns {
  return async (name, type) => {
    asked.push(`${name} ${type}`)
    const record = zone[name]
    if (record === 'temperror') throw Object.assign(new Error('SERVFAIL'), { code: 'ESERVFAIL' })
    if (record === undefined || type !== 'TXT')
      throw Object.assign(new Error('NXDOMAIN'), { code: 'ENOTFOUND' })
    return [[record]]
  }
}

const { privateKey, publicKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'der' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
})

/** The key record that goes with `signed`. */
export const dkimRecord = `v=DKIM1; k=rsa; p=${publicKey.toString('base64')}`

/** The message with a DKIM signature by `domain`, selector `s1`. */
export async function signed(
  message: Buffer,
  domain: string,
  options: { readonly fields?: string; readonly length?: number } = {},
): Promise<Buffer> {
  const signer = {
    signingDomain: domain,
    selector: 's1',
    privateKey,
    ...(options.length !== undefined && { maxBodyLength: options.length }),
    ...(options.fields !== undefined && { headerList: options.fields }),
  }
  const { signatures } = await dkimSign(message, { ...signer, signatureData: [signer] })
  return Buffer.concat([Buffer.from(signatures), message])
}

/** A plain message; `fields` replace or add to the usual ones, undefined leaves one out. */
export function plainMessage(fields: Readonly<Record<string, string | undefined>>, body = 'Hello'): Buffer {
  const all = {
    From: 'Ann <ann@example.org>',
    To: routes.delist,
    Subject: 'hello',
    Date: 'Mon, 4 May 2026 10:00:00 +0000',
    'Message-ID': '<1@example.org>',
    ...fields,
  }
  const lines = Object.entries(all).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}: ${value}`],
  )
  return Buffer.from([...lines, '', ...body.split('\n'), ''].join('\r\n'))
}

/** A bare SMTP client that sends what it is told, byte by byte if need be. */
export class BareClient {
  readonly socket: Socket
  #received = ''
  #isClosed = false
  readonly #wakes = new Set<() => void>()

  constructor(target: { readonly port: number; readonly localAddress?: string } | { readonly path: string }) {
    this.socket = 'path' in target ? connect(target.path) : connect({ host: '127.0.0.1', ...target })
    this.socket.setEncoding('latin1')
    this.socket.on('data', (text: string) => {
      this.#received += text
      this.#wake()
    })
    this.socket.on('error', () => undefined)
    this.socket.on('close', () => {
      this.#isClosed = true
      this.#wake()
    })
  }

  get isClosed(): boolean {
    return this.#isClosed
  }

  /** The next whole reply, or what came before the end; `closed` when there is nothing more. */
  async reply(): Promise<string> {
    for (;;) {
      const match = /^(?:\d{3}-.*\r\n)*\d{3}(?: .*)?\r\n/.exec(this.#received)
      if (match) {
        this.#received = this.#received.slice(match[0].length)
        return match[0].trimEnd()
      }
      if (this.#isClosed) return 'closed'
      await new Promise<void>((resolve) => this.#wakes.add(resolve))
    }
  }

  send(bytes: string | Buffer): void {
    this.socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes)
  }

  async command(line: string): Promise<string> {
    this.send(`${line}\r\n`)
    return await this.reply()
  }

  /** Greeting and EHLO. */
  async greet(name = 'mail.example.org'): Promise<void> {
    await this.reply()
    await this.command(`EHLO ${name}`)
  }

  /** From MAIL to the answer after the message; the last reply, which may be an earlier refusal. */
  async mail(from: string, to: string, message: Buffer): Promise<string> {
    for (const line of [`MAIL FROM:<${from}>`, `RCPT TO:<${to}>`, 'DATA']) {
      const answer = await this.command(line)
      if (!/^[23]/.test(answer)) return answer
    }
    this.send(
      Buffer.concat([
        Buffer.from(message.toString('latin1').replaceAll(/^\./gm, '..'), 'latin1'),
        Buffer.from('\r\n.\r\n'),
      ]),
    )
    return await this.reply()
  }

  close(): void {
    this.socket.destroy()
  }

  #wake(): void {
    for (const wake of this.#wakes) wake()
    this.#wakes.clear()
  }
}
