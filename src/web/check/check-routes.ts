import { stream } from 'hono/streaming'
import { randomId } from '../../base/id.ts'
import { Refusal, type RefusalCode } from '../../base/refusal.ts'
import type { CheckReport, Checks } from '../../core/checks/actions.ts'
import type { Finding } from '../../core/checks/finding.ts'
import type { CheckWish } from '../../core/checks/subject.ts'
import type { Context } from '../../core/context.ts'
import { ladderOfCheck } from '../../core/ladder/actions.ts'
import type { Guide } from '../../core/guide/guide.ts'
import type { Web, WebContext } from '../env.ts'
import { readForm, readQuery, type Fields } from '../form-data.ts'
import { routes } from '../routes.ts'
import { html, raw, type Html } from '../ui/html.ts'
import { sitePage } from '../ui/layout.ts'
import { notice } from '../ui/notice.ts'
import { refusalSentence } from '../ui/sentences.ts'
import type { View } from '../ui/view.ts'
import { checkPage } from './check-page.ts'
import { progressLine, reportOf } from './report.ts'

export interface CheckDeps {
  contextFor(c: WebContext): Context
  readonly checks: Checks
  readonly guide: Guide
}

/** The page of the check. A GET only shows the form, filled in perhaps; the button asks. */
export function checkRoutes(app: Web, deps: CheckDeps): void {
  app.get(routes.check.pattern, (c) =>
    c.html(sitePage(c.var.view, checkPage(c.var.view, wishOf(readQuery(c))))),
  )

  app.post(routes.check.pattern, async (c) => {
    const wish = wishOf(await readForm(c))
    try {
      return await answer(c, wish, deps)
    } catch (error) {
      const field = error instanceof Refusal ? fieldOf(error.code) : undefined
      if (!(error instanceof Refusal) || field === undefined) throw error
      return await c.html(
        sitePage(
          c.var.view,
          checkPage(c.var.view, wish, [{ field, message: refusalSentence(c.var.view, error) }]),
        ),
        422,
      )
    }
  })
}

function wishOf(fields: Fields): CheckWish {
  const of = (name: string): string => (fields.get(name) ?? '').slice(0, 400)
  return { domain: of('domain'), ip: of('ip'), selector: of('selector'), helo: of('helo') }
}

/** The field that a refusal is about; undefined when it is about none. */
function fieldOf(code: RefusalCode): 'domain' | 'ip' | 'selector' | undefined {
  if (code.startsWith('domain.')) return 'domain'
  if (code.startsWith('address.')) return 'ip'
  return code === 'check.selector-invalid' ? 'selector' : undefined
}

/** A refusal comes before the first finding, and then nothing has been said yet; after it the page is written as findings come. */
async function answer(
  c: WebContext,
  wish: CheckWish,
  { contextFor, checks, guide }: CheckDeps,
): Promise<Response> {
  const ctx = contextFor(c)
  const { view } = c.var
  const waiting: Finding[] = []
  let wake = (): void => {}
  let isDone = false
  const run = checks.run(ctx, wish, (found) => {
    waiting.push(...found)
    wake()
  })
  const ended = run.then(
    () => wakeUp(),
    () => wakeUp(),
  )
  function wakeUp(): void {
    isDone = true
    wake()
  }
  const news = async (): Promise<void> => {
    if (waiting.length > 0 || isDone) return
    await new Promise<void>((resolve) => (wake = resolve))
  }
  await news()
  if (isDone && waiting.length === 0) await run
  const [head, tail] = await frame(
    view,
    view.words.check.titleOf(
      wish.domain
        .slice(wish.domain.lastIndexOf('@') + 1)
        .trim()
        .toLowerCase(),
    ),
  )
  c.header('Content-Type', 'text/html; charset=UTF-8')
  // A proxy that gathers the answer first would make the reader wait for the whole of it.
  c.header('X-Accel-Buffering', 'no')
  return stream(c, async (out) => {
    await out.write(`${head}<ul class="progress" role="status">`)
    while (!isDone || waiting.length > 0) {
      const lines = await Promise.all(
        waiting.splice(0).map(async (each) => String(await progressLine(view, each))),
      )
      if (lines.length > 0) await out.write(lines.join(''))
      await news()
    }
    await ended
    await out.write(`</ul>${String(await ending(view, run, ctx, guide))}${tail}`)
  })
}

/** The report; where something broke after the page had begun, that. */
async function ending(view: View, run: Promise<CheckReport>, ctx: Context, guide: Guide): Promise<Html> {
  try {
    const report = await run
    return await reportOf(view, report, guide, await ladderOfCheck(ctx, report))
  } catch (error) {
    const reference = randomId(8)
    ctx.log.error('web.fault', { reference, route: routes.check.pattern, error })
    const { faultTitle, fault, faultReference } = view.words.common.errors
    return await notice(
      'bad',
      faultTitle,
      html`<p>${fault}</p>
        <p>${faultReference} <code>${reference}</code></p>`,
    )
  }
}

const seam = '<!-- report -->'

/** The page around the report. */
async function frame(view: View, title: string): Promise<readonly [head: string, tail: string]> {
  const heading = html`<h1>${title}</h1>`
  const page = String(await sitePage(view, { title, noindex: true, body: html`${heading}${raw(seam)}` }))
  const [head = '', tail = ''] = page.split(seam)
  return [head, tail]
}
