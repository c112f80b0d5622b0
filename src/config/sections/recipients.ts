import { z } from 'zod'
import { day, minute } from '../../base/clock.ts'
import { key, section } from '../key.ts'
import { providerKeys } from './oidc.ts'
import { domain, duration, expectations, line, list, mailbox, oneOf, wholeNumber } from '../values.ts'

const recipientAdmin = z
  .strictObject(
    {
      mailbox: key(mailbox().optional(), 'The mailbox of somebody who looks after the domains.'),
      group: key(
        line(200).optional(),
        'Or a value of the claim `recipients.oidc.groupsClaim`: whoever signs in at the provider with it looks after the domains.',
      ),
      domains: key(list(domain(), 1), 'Domains of `provider.domains`.'),
    },
    { error: 'expected `mailbox` or `group`, and `domains`' },
  )
  .refine(({ mailbox, group }) => (mailbox === undefined) !== (group === undefined), {
    error: 'expected one of `mailbox` and `group`',
  })
  .register(expectations, { expects: '`mailbox` or `group`, and `domains`' })

export const recipients = section(
  'People whose mailboxes are ours, on the public site: what was refused in their name (docs/operate/recipients.md).',
  {
    link: key(
      duration(5 * minute, day).prefault('1h'),
      'How long the link in a letter to a recipient works. Letters go to mailboxes of `provider.domains` alone.',
    ),
    session: key(
      duration(5 * minute, 7 * day).prefault('12h'),
      'How long a recipient stays signed in on the site; then they sign in again, by a letter or at the OpenID provider. There is no password of ours.',
    ),
    admins: key(
      list(recipientAdmin).prefault([]),
      'Who sees what was refused to everybody of a domain, and acts for its mailboxes.',
      { example: '[{ mailbox: postmaster@provider.example, domains: [provider.example] }]' },
    ),
    oidc: section(
      'Sign-in of recipients at an OpenID provider, beside the letter (docs/operate/recipients.md). It may be another one than the console’s, and is another client.',
      {
        ...providerKeys({ as: 'recipients', realm: 'users', secret: 'recipients-oidc.secret' }),
        mailboxClaim: key(
          line(60).prefault('email'),
          'Claim of the ID token that is the mailbox. It has to be in one of `provider.domains`.',
        ),
        mailboxProof: key(
          oneOf(['email_verified', 'claim']).prefault('email_verified'),
          '`email_verified`: the mailbox is believed only where the provider says with that claim that it has verified `email`. `claim`: whatever stands in `mailboxClaim` is theirs. Write that only where your directory assigns it and nobody can change their own.',
        ),
        groupsClaim: key(
          line(60).optional(),
          'Claim of the ID token with the groups that `recipients.admins` may name: a text or a list of texts. Without it no group counts.',
          { example: 'groups' },
        ),
      },
    ),
  },
)

export const vouches = section(
  'Vouches: a recipient lets mail that was refused to them pass, from one domain and network, for some days (docs/operate/recipients.md).',
  {
    mode: key(
      oneOf(['on', 'off']).prefault('on'),
      '`off`: nobody can vouch, and what was vouched for before does not act. Malware and phishing no vouch lets pass, whatever stands here.',
    ),
    usual: key(duration(day, 365 * day).prefault('30d'), 'What the form proposes.'),
    longest: key(
      duration(day, 365 * day).prefault('90d'),
      'No vouch lasts longer. It can be given again after a new refusal, or while it lasts.',
    ),
    most: key(wholeNumber(1, 1000).prefault(20), 'How many one mailbox has at a time.', { unit: 'vouches' }),
  },
)
