import { z } from 'zod'
import { key, section } from '../key.ts'
import { domain, expectations, mailbox, path, smarthost, webAddress } from '../values.ts'

const onFirstDomain = (local: string): { made: string } => ({
  made: `${local}@ the first of \`provider.domains\``,
})

export const mail = section('Letters to senders.', {
  from: key(mailbox().optional(), 'Header From of every letter.', onFirstDomain('postmaster')),
  smarthost: key(
    smarthost().prefault('smtp://127.0.0.1:25'),
    'The mail server that sends our letters. `outbox` sends nothing and shows letters on the outbox page instead.',
    { secret: true },
  ),
  replyDomain: key(
    domain().optional(),
    'Domain of the addresses that we make ourselves (`b+…` for bounces, `c+…` for cases, `delist+…` and `f+…` for proofs). Its mail must reach `listen.intake` or `listen.lmtp`, and everything in it takes mail from refused senders too.',
    { made: '`postern.` and the first of `provider.domains`' },
  ),
})

export const addresses = section(
  'Mailboxes that senders and users write to. All of them take mail from refused senders, within a budget.',
  {
    abuse: key(
      mailbox().optional(),
      'Reports of abuse from our systems (RFC 2142). Every message is kept and examined; one in which nothing is reported goes on to `notify` as well.',
      onFirstDomain('abuse'),
    ),
    delist: key(
      mailbox().optional(),
      'Senders who cannot use the portal forward their bounce here.',
      onFirstDomain('delist'),
    ),
    reports: key(
      mailbox().optional(),
      'Reports of spam by our own users and mail stores: ARF (RFC 5965), which says what is reported, or a message as attachment, which means junk. [How](integrate/dovecot.md).',
      onFirstDomain('report-spam'),
    ),
    junk: key(
      mailbox().optional(),
      'The same, for mail that should have been in junk.',
      onFirstDomain('junk'),
    ),
    notJunk: key(
      mailbox().optional(),
      'The same, for mail that should not have been in junk.',
      onFirstDomain('not-junk'),
    ),
    phish: key(mailbox().optional(), 'The same, for phishing.', onFirstDomain('phish')),
  },
)

export const webhook = z
  .strictObject(
    {
      url: key(webAddress(), 'Where events are posted (Standard Webhooks: signed, retried).'),
      secretFile: key(path().optional(), 'File with the signing secret (`whsec_…`, mode 0600).', {
        made: '`<data>/webhook.secret`, made on first start',
      }),
    },
    { error: 'expected `url` and perhaps `secretFile`' },
  )
  .register(expectations, { expects: '`url` and perhaps `secretFile`' })
