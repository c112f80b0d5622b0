import { Refusal } from '../../base/refusal.ts'
import { askDeliverability } from '../../core/deliverability/actions.ts'
import type { Context } from '../../core/context.ts'
import { showForm, type AskedForm, type FormView } from '../../core/forms/actions.ts'
import { askWarmUp } from '../../core/warm-ups/actions.ts'
import { networkOf } from '../client.ts'
import { openForm } from '../forms/open-form.ts'
import { routes } from '../routes.ts'
import { endpoint, type Call, type Endpoint } from './endpoint.ts'
import type { Budget } from './rate-limit.ts'
import * as schemas from './form-schemas.ts'
import { secretQuery } from './schemas.ts'

/** The JSON twin of the forms that open a case: the same actions, the same limits, the same two halves. */
export const formEndpoints: readonly Endpoint[] = [
  endpoint({
    method: 'post',
    path: '/deliverability-forms',
    permission: 'anyone',
    safe: false,
    summary:
      'One form for all addresses of a sender, where outsiders may open cases by it; the answer has the same shape whatever the mailbox',
    creates: true,
    body: schemas.deliverabilityForm,
    answer: schemas.formAsked,
    status: 202,
    budget: ofAsker,
    handle: async ({ ctx, body }) => {
      const { addresses, volume, sending = '', words = '', language = 'en', ...rest } = body
      const asked = await askDeliverability(ctx, {
        ...rest,
        language,
        sending,
        words,
        addresses: addresses.join('\n'),
        volume: volume === undefined ? '' : String(volume),
      })
      return askedOf(asked)
    },
  }),
  endpoint({
    method: 'post',
    path: '/warm-up-forms',
    permission: 'anyone',
    safe: false,
    summary: 'What new addresses will send, day by day',
    creates: true,
    body: schemas.warmUpForm,
    answer: schemas.formAsked,
    status: 202,
    budget: ofAsker,
    handle: async ({ ctx, body }) => {
      const { addresses, days, first, growth, most, words = '', language = 'en', ...rest } = body
      const asked = await askWarmUp(ctx, {
        ...rest,
        language,
        words,
        addresses: addresses.join('\n'),
        days: String(days),
        first: String(first),
        growth: String(growth),
        most: String(most),
      })
      return askedOf(asked)
    },
  }),
  endpoint({
    method: 'post',
    path: '/forms/{id}/confirm',
    permission: 'anyone',
    safe: false,
    summary:
      'Press the button, which opens the case: the letter’s half (`link`), or a message that has come to `writeTo`, and the second half (`code` or `secret`)',
    body: schemas.formConfirm,
    answer: schemas.formOpened,
    status: 200,
    handle: async ({ ctx, parameters, body }) => {
      const id = parameters['id'] ?? ''
      const half = { code: body.code, secret: body.secret }
      const link = body.link?.replace(/^.*\/link\//, '')
      if (link !== undefined && !link.startsWith(`${id}.`)) throw new Refusal('links.invalid')
      return caseOf(ctx, await openForm(ctx, link === undefined ? { id, ...half } : { link, ...half }))
    },
  }),
  endpoint({
    method: 'get',
    path: '/forms/{id}',
    permission: 'anyone',
    safe: true,
    summary:
      'How a form stands, for whoever holds its secret (`Authorization: Bearer <secret>`, or `?secret=`)',
    takesSecret: true,
    query: secretQuery,
    answer: schemas.formState,
    status: 200,
    handle: async ({ ctx, parameters, query, secret }) => {
      const id = parameters['id'] ?? ''
      return stateOf(ctx, await showForm(ctx, { id, secret: secret ?? query.get('secret') ?? undefined }))
    },
  }),
]

function ofAsker({ client }: Call<unknown>): Budget {
  return { name: 'forms.client.day', key: networkOf(client) }
}

function askedOf({ expiresAt, ...asked }: AskedForm): unknown {
  return { ...asked, expiresAt: new Date(expiresAt).toISOString() }
}

function stateOf(ctx: Context, { page, mailbox: _, expiresAt, ...form }: FormView): unknown {
  return {
    ...form,
    expiresAt: new Date(expiresAt).toISOString(),
    ...(page === null ? {} : { case: caseOf(ctx, page) }),
  }
}

/** Its token opens `/api/v1/cases/{token}`, and the page for people. */
function caseOf({ settings }: Context, token: string): { readonly token: string; readonly page: string } {
  return { token, page: `${settings.provider.site}${routes.case.page.href({ token })}` }
}
