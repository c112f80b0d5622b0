import { day } from '../../base/clock.ts'
import { Refusal } from '../../base/refusal.ts'
import { isFormOpen } from '../../core/cases/external.ts'
import { issueChallenge } from '../../core/challenges/actions.ts'
import type { Context } from '../../core/context.ts'
import { askWarmUp } from '../../core/warm-ups/actions.ts'
import type { Web, WebContext } from '../env.ts'
import { readForm, readQuery, type Fields } from '../form-data.ts'
import { keepHalf } from '../portal/half-cookie.ts'
import { routes } from '../routes.ts'
import type { FieldError } from '../ui/form.ts'
import { sitePage, type Page } from '../ui/layout.ts'
import { formError } from './form-error.ts'
import { warmUpPage } from './warm-up-page.ts'

interface WarmUpDeps {
  contextFor(c: WebContext): Context
  readonly https: boolean
}

/** The form of a warm-up; its link and the button behind it are those of all forms. */
export function warmUpRoutes(app: Web, { contextFor, https }: WarmUpDeps): void {
  app.get(routes.forms.warmUp.pattern, async (c) => {
    const ctx = contextFor(c)
    const ip = readQuery(c).get('ip')
    const tomorrow = new Date(ctx.clock.now() + day).toISOString().slice(0, 10)
    const fields = new Map([['starts', tomorrow], ...(ip === undefined ? [] : [['addresses', ip] as const])])
    return await c.html(sitePage(c.var.view, await page(c, ctx, fields, [])))
  })

  app.post(routes.forms.warmUp.pattern, async (c) => {
    const ctx = contextFor(c)
    const fields = await readForm(c)
    const of = (name: string): string => fields.get(name) ?? ''
    try {
      const asked = await askWarmUp(ctx, {
        addresses: of('addresses'),
        domain: of('domain'),
        mail: of('mail'),
        starts: of('starts'),
        days: of('days'),
        first: of('first'),
        growth: of('growth'),
        most: of('most'),
        words: of('words'),
        mailbox: of('mailbox'),
        language: c.var.view.language,
        pow: fields.get('pow') || undefined,
      })
      keepHalf(c, asked.id, asked, https)
      const next = routes.forms.asked.href({ id: asked.id }, { form: 'warm-up' })
      return c.redirect(c.var.view.link(next), 303)
    } catch (error) {
      if (!(error instanceof Refusal) || error.status >= 500) throw error
      const { view } = c.var
      const own = view.words.warmUp.form.wrongField(ctx.settings.support.warmUp)
      const shown = await page(c, ctx, fields, [formError(view, error, own)])
      return await c.html(sitePage(view, shown), error.status as 403 | 422 | 429)
    }
  })
}

async function page(
  c: WebContext,
  ctx: Context,
  fields: Fields,
  errors: readonly FieldError[],
): Promise<Page> {
  const { support } = ctx.settings
  const challenge = await issueChallenge(ctx)
  const facts = { most: support.warmUp, isForOwners: !isFormOpen(support), challenge }
  return warmUpPage(c.var.view, facts, { fields, errors })
}
