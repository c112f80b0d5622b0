import { orThrow } from '../../src/base/refusal.ts'
import { openTag } from '../../src/base/signed-token.ts'
import { parseMailbox } from '../../src/standards/mail-address.ts'
import { openCase } from '../../src/core/cases/actions.ts'
import { participantOf } from '../../src/core/cases/look-actions.ts'
import { as, transact } from '../../src/core/context.ts'
import { askDeliverability, openDeliverability } from '../../src/core/deliverability/actions.ts'
import { askWarmUp, openWarmUp } from '../../src/core/warm-ups/actions.ts'
import { solved } from './challenge.ts'
import { testContext, testSettings, type TestContext } from './context.ts'
import { openLetter } from './letters.ts'

/** A house where outsiders open cases by a form, a forecast and mail: each gives the id of its case. */
export function formCases(db: TestContext['db']): FormCases {
  const { support } = testSettings()
  const ctx = testContext({ db, settings: testSettings({ support: { ...support, external: 'form' } }) })
  const visitor = as(ctx, { kind: 'visitor', client: '198.51.100.200/32' })
  const caseOf = async (token: string): Promise<string> => {
    const thread = openTag(ctx.keys.tags, 'case-page', token) ?? ''
    return (await participantOf(ctx, thread))?.caseId ?? ''
  }
  const form = async (mailbox: string, addresses: string): Promise<string> => {
    const { secret } = await askDeliverability(visitor, {
      pow: await solved(ctx),
      addresses,
      mailbox,
      symptom: 'junk',
      domain: 'provider.example',
      language: 'en',
      sending: '',
      volume: '',
      words: '',
    })
    return await caseOf(
      await openDeliverability(visitor, {
        link: await openLetter(ctx, 'confirm-form'),
        secret,
      }),
    )
  }
  const warmUp = async (mailbox: string, addresses: string): Promise<string> => {
    const { secret } = await askWarmUp(visitor, {
      pow: await solved(ctx),
      addresses,
      mailbox,
      domain: 'example.org',
      mail: 'newsletter',
      language: 'en',
      words: '',
      starts: '2026-05-05',
      days: '3',
      first: '2400',
      growth: '50',
      most: '4800',
    })
    return await caseOf(await openWarmUp(visitor, { link: await openLetter(ctx, 'confirm-form'), secret }))
  }
  const about = async (mailbox: string, unit: string): Promise<string> => {
    const by = { role: 'sender', mailbox: orThrow(parseMailbox(mailbox)), language: 'en' } as const
    return (await transact(ctx, async (tx) => await openCase(tx, { kind: 'mail', about: unit, by }))).case.id
  }
  return { ctx, form, warmUp, about }
}

export interface FormCases {
  readonly ctx: TestContext
  /** `addresses`: as somebody types them. */
  form(mailbox: string, addresses: string): Promise<string>
  warmUp(mailbox: string, addresses: string): Promise<string>
  about(mailbox: string, unit: string): Promise<string>
}
