import { Refusal } from '../../base/refusal.ts'
import type { Context } from '../../core/context.ts'
import { askForMyData, eraseMe, seeMyLink, takeMyData } from '../../core/person/self-actions.ts'
import type { Web, WebContext } from '../env.ts'
import { readForm } from '../form-data.ts'
import { keepHalf, readHalf } from '../portal/half-cookie.ts'
import { routes } from '../routes.ts'
import { sitePage, type Page } from '../ui/layout.ts'
import { askedPage } from '../ui/letter-link-pages.ts'
import { refusalSentence } from '../ui/sentences.ts'
import { erasedPage, myChoicePage, myDataPage } from './person-pages.ts'

interface Deps {
  contextFor(c: WebContext): Context
  readonly https: boolean
}

type Status = 200 | 403 | 422 | 429 | 503

/** What is known of somebody, for themself: by a letter with a link. GET never acts. */
export function personRoutes(app: Web, { contextFor, https }: Deps): void {
  app.get(routes.myData.start.pattern, async (c) => await show(c, myDataPage(c.var.view, '', [])))

  app.post(routes.myData.start.pattern, async (c) => {
    const mailbox = (await readForm(c)).get('mailbox') ?? ''
    try {
      const asked = await askForMyData(contextFor(c), { mailbox, language: c.var.view.language })
      keepHalf(c, asked.id, asked, https)
      return c.redirect(c.var.view.link(routes.myData.asked.href({ id: asked.id })), 303)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      const errors = [{ field: 'mailbox', message: refusalSentence(c.var.view, error) }]
      return await show(c, myDataPage(c.var.view, mailbox, errors), error.status as Status)
    }
  })

  app.get(
    routes.myData.asked.pattern,
    async (c) =>
      await show(
        c,
        askedPage(c.var.view, {
          code: readHalf(c, c.req.param('id') ?? '', https)?.code,
          again: routes.myData.start.href(),
        }),
      ),
  )

  app.get(routes.myData.link.pattern, async (c) => {
    const link = c.req.param('link') ?? ''
    const { id } = await seeMyLink(contextFor(c), link)
    return await show(c, myChoicePage(c.var.view, link, { needsCode: readHalf(c, id, https) === undefined }))
  })

  app.post(routes.myData.link.pattern, async (c) => {
    const ctx = contextFor(c)
    const link = c.req.param('link') ?? ''
    const form = await readForm(c)
    const code = form.get('code')?.trim() || undefined
    const deed = (['export', 'erase'] as const).find((each) => each === form.get('deed'))
    if (deed === undefined) throw new Refusal('form.invalid', { field: 'deed' })
    const { id } = await seeMyLink(ctx, link)
    const wish = { link, code, secret: readHalf(c, id, https)?.secret }
    try {
      if (deed === 'erase') return await show(c, erasedPage(c.var.view, await eraseMe(ctx, wish)))
      return file(await takeMyData(ctx, wish))
    } catch (error) {
      if (!(error instanceof Refusal) || error.code !== 'links.second-half-wrong') throw error
      const message = c.var.view.words.owners.link.wrong(Number(error.facts['left'] ?? 0))
      return await show(c, myChoicePage(c.var.view, link, { needsCode: true, message }), 403)
    }
  })
}

function file(value: unknown): Response {
  return new Response(`${JSON.stringify(value, undefined, 2)}\n`, {
    headers: {
      'content-type': 'application/json',
      'content-disposition': 'attachment; filename="my-data.json"',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    },
  })
}

async function show(c: WebContext, page: Page, status: Status = 200): Promise<Response> {
  c.header('Cache-Control', 'no-store')
  return await c.html(sitePage(c.var.view, page), status)
}
