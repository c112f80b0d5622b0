import type { Standing } from './console-subjects.ts'
import type { Things } from './things.ts'

/** A form of the console, filled in so that it does something. */
export interface Deed {
  readonly name: string
  readonly fields: Readonly<Record<string, string>>
  /** It may be refused for how things stand, to whoever may do it. */
  readonly mayRefuse?: boolean
  /** What it is about is so wide that it wants a code shown lately. */
  readonly isWide?: boolean
  /** The thing, where the deed needs another than the address is tried with as a rule. */
  readonly on?: string
  /** The thing is chosen in the form. It says how many were done and how many not, instead of refusing. */
  readonly ofChosen?: Standing
  /** Nothing in the database changes by it. */
  readonly isWithoutTrace?: boolean
  /** It says so each time that it is done: a look, a file, a setting that is set again. Nobody is told twice, and nothing is made twice. */
  readonly isEachTime?: boolean
  /** Whoever proposed it cannot do it alone. */
  readonly takesTwo?: boolean
}

/** Every deed of every form, by the address that it is sent to; `id`: the thing in that address. A form without one here fails the matrix. */
export function deedsOf(path: string, id: string, it: Things): readonly Deed[] | undefined {
  const table: Readonly<Record<string, readonly Deed[]>> = {
    '/listings/add': [
      { name: 'add', fields: { step: 'confirm', prefix: '192.0.2.200', cause: 'spam' }, isEachTime: true },
      {
        name: 'add a wide one',
        fields: { step: 'confirm', prefix: '2001:db8:200::/40', cause: 'spam' },
        isWide: true,
        isEachTime: true,
      },
    ],
    '/listings/export': [{ name: 'export', fields: { format: 'csv' }, isEachTime: true }],
    '/listings/import': [
      {
        name: 'import',
        fields: { step: 'confirm', format: 'csv', cause: 'spam', text: 'prefix,reason\n192.0.2.201,spam' },
        isEachTime: true,
      },
    ],
    '/listings/:id/end': [{ name: 'end', fields: { note: 'over' } }],
    '/listings/:id/agree': [{ name: 'agree', fields: {}, takesTwo: true }],
    '/dry-run': [{ name: 'start', fields: { days: '1' }, isEachTime: true }],
    '/dry-run/cancel': [{ name: 'cancel', fields: {}, isWithoutTrace: true }],
    '/brake': [{ name: 'pull', fields: { rule: 'spam', state: 'on' } }],
    '/cases': ['assign-me', 'assign-nobody', 'snooze-24'].flatMap((deed) => [
      { name: deed, fields: { deed, [`chosen.${it.case}`]: 'yes' }, ofChosen: 'usual', isEachTime: true },
      {
        name: `${deed}, restricted`,
        fields: { deed, [`chosen.${it.restrictedCase}`]: 'yes' },
        ofChosen: { closedWithout: 'case.legal' },
      },
      { name: `${deed}, absent`, fields: { deed, [`chosen.${'z'.repeat(26)}`]: 'yes' }, ofChosen: 'absent' },
    ]),
    '/cases/:id': [
      { name: 'answer', fields: { deed: 'answer', text: 'Which machine was it?', next: 'asks' } },
      { name: 'note', fields: { deed: 'note', note: 'Called them.' } },
    ],
    '/cases/:id/manage': [
      { name: 'assign-me', fields: { deed: 'assign-me' }, isEachTime: true },
      { name: 'assign-nobody', fields: { deed: 'assign-nobody' }, isEachTime: true },
      { name: 'hand', fields: { deed: 'hand', to: 'grace' }, isEachTime: true },
      { name: 'snooze', fields: { deed: 'snooze', hours: '24' }, isEachTime: true },
      { name: 'severity', fields: { deed: 'severity', severity: 'A' }, isEachTime: true },
      { name: 'merge', fields: { deed: 'merge', into: it.otherCase } },
      { name: 'split', fields: { deed: 'split', participant: it.participant }, on: it.sharedCase },
      { name: 'reopen', fields: { deed: 'reopen' }, on: it.closedCase },
    ],
    '/cases/:id/decide': [
      // The network of a restricted case stands on no page: it may be a wide one.
      { name: 'delist', fields: { deed: 'delist' }, isWide: id === it.restrictedCase },
      {
        name: 'conditional',
        fields: { deed: 'conditional', tests: 'reverse-name' },
        isWide: id === it.restrictedCase,
      },
      { name: 'refuse', fields: { deed: 'refuse', words: 'It still sends.' } },
    ],
    '/cases/:id/legal': [
      { name: 'mark', fields: { deed: 'mark', claim: it.claim, how: 'Called back.' } },
      { name: 'look', fields: { deed: 'look' }, isEachTime: true },
      { name: 'end', fields: { deed: 'end' }, on: it.restrictedCase },
    ],
    '/cases/:id/original': [
      {
        name: 'take',
        fields: { message: id === it.restrictedCase ? it.restrictedOriginal : it.original },
        isEachTime: true,
      },
    ],
    '/cases/:id/addresses': [{ name: 'decide', fields: { deed: 'mitigate', 'chosen.192.0.2.71/32': 'yes' } }],
    '/cases/:id/warm-up': [{ name: 'agree', fields: { deed: 'agree', participant: it.forecaster } }],
    '/abuse': ['notify', 'suspend', 'escalate', 'acted', 'no-violation', 'not-ours', 'unproven'].flatMap(
      (deed) => [
        {
          name: deed,
          fields: { deed, [`chosen.${it.incident}`]: 'yes' },
          ofChosen: 'usual',
          mayRefuse: deed === 'notify',
        },
        {
          name: `${deed}, restricted`,
          fields: { deed, [`chosen.${it.restrictedIncident}`]: 'yes' },
          ofChosen: { hiddenWithout: 'abuse.restricted' },
          mayRefuse: true,
        },
        {
          name: `${deed}, absent`,
          fields: { deed, [`chosen.${'z'.repeat(26)}`]: 'yes' },
          ofChosen: 'absent',
        },
      ],
    ),
    '/abuse/reports/:id': [{ name: 'decide', fields: { outcome: 'unproven' } }],
    '/abuse/reports/:id/evidence': [{ name: 'look', fields: {}, isEachTime: true }],
    '/abuse/reports/:id/reporter': [{ name: 'look', fields: {}, isEachTime: true }],
    '/abuse/incidents/:id/decide': [
      ...['notify', 'suspend', 'escalate', 'acted', 'no-violation', 'not-ours', 'unproven'].map((deed) => ({
        name: deed,
        fields: { deed },
        mayRefuse: deed === 'notify',
      })),
      { name: 'note', fields: { deed: 'note', note: 'Called them.' }, isEachTime: true },
      { name: 'release', fields: { deed: 'release' }, mayRefuse: true },
    ],
    '/vouches/:id/revoke': [{ name: 'revoke', fields: {} }],
    '/owners/:id/end': [{ name: 'end', fields: {} }],
    '/outbox/:id': [{ name: 'open', fields: {}, isEachTime: true }],
    '/outbox/:id/retry': [{ name: 'retry', fields: {} }],
    '/audit/verify': [{ name: 'verify', fields: {}, isWithoutTrace: true }],
    '/person': [{ name: 'export', fields: { mailbox: 'ops@other.example' }, isEachTime: true }],
    '/person/erase': [{ name: 'erase', fields: { mailbox: 'ops@other.example' } }],
    '/operators/:name/roles': [
      { name: 'change', fields: { 'role.case-agent': 'yes' }, isEachTime: true },
      { name: 'promote', fields: { 'role.admin': 'yes' }, on: 'bob' },
    ],
    '/approvals/:id': [
      { name: 'confirm', fields: { deed: 'confirm' }, takesTwo: true },
      { name: 'decline', fields: { deed: 'decline' } },
    ],
    '/account/code': [{ name: 'a wrong code', fields: { code: '000000' }, mayRefuse: true }],
    '/account/sign-out-everywhere': [{ name: 'leave', fields: {} }],
    '/sign-out': [{ name: 'leave', fields: {} }],
    '/account/passkeys/add': [{ name: 'add', fields: { name: 'laptop', answer: '{}' }, mayRefuse: true }],
    '/account/passkeys/:id/remove': [{ name: 'remove', fields: {} }],
    '/sign-in': [
      { name: 'with a wrong password', fields: { name: 'ada', password: 'x', code: '1' }, mayRefuse: true },
    ],
    '/sign-in/passkey': [{ name: 'with no passkey', fields: { answer: '{}' }, mayRefuse: true }],
    '/sign-in/provider/answer': [{ name: 'with no answer', fields: { query: 'code=x' }, mayRefuse: true }],
    '/enrol/:link': [{ name: 'come in', fields: {} }],
    '/language': [{ name: 'choose', fields: { language: 'zh-CN', back: '/' }, isWithoutTrace: true }],
  }
  return table[path]
}
