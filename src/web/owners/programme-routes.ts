import { Refusal } from '../../base/refusal.ts'
import type { Context } from '../../core/context.ts'
import { formatAddress } from '../../standards/ip.ts'
import { parsePrefix } from '../../standards/prefix.ts'
import type { Owner } from '../../core/owners/claim.ts'
import { addOwnerToken, listOwnerTokens, removeOwnerToken } from '../../core/owners/token-actions.ts'
import { exportFigures, showFigures, type AddressDay } from '../../core/programmes/actions.ts'
import type { Web, WebContext } from '../env.ts'
import { readForm } from '../form-data.ts'
import { routes } from '../routes.ts'
import { bytesOf } from '../text-stream.ts'
import { refusalSentence } from '../ui/sentences.ts'
import { dateOf, figuresPage } from './figures-page.ts'
import { show, signedIn, type OwnerDeps } from './owner-door.ts'
import { programsPage } from './programs-page.ts'

/** What an owner sees of the mail of a network, as a page and as a file, and the tokens for programs that read the same. */
export function programmeRoutes(app: Web, deps: OwnerDeps): void {
  const own = signedIn(deps)

  app.get(
    routes.owners.figures.pattern,
    own(async (c, ctx, owner) => {
      const id = c.req.param('id') ?? ''
      return await show(c, figuresPage(c.var.view, id, await showFigures(ctx, owner, id)))
    }),
  )

  app.get(
    routes.owners.figuresFile.pattern,
    own(async (c, ctx, owner) => {
      // The first line is read before the answer begins: what is refused is refused by then.
      const rows = exportFigures(ctx, owner, c.req.param('id') ?? '')
      const lines = linesOf(await rows.next(), rows)
      c.header('Content-Type', 'text/csv; charset=utf-8; header=present')
      c.header('Content-Disposition', `attachment; filename="mail-${dateOf(ctx.clock.now())}.csv"`)
      c.header('Cache-Control', 'no-store')
      return c.body(ReadableStream.from(bytesOf(lines, '\r\n')))
    }),
  )

  app.get(
    routes.owners.programs.pattern,
    own(async (c, ctx, owner) => await programs(c, ctx, owner)),
  )

  app.post(
    routes.owners.programs.pattern,
    own(async (c, ctx, owner) => {
      const fields = await readForm(c)
      if (fields.get('do') === 'remove') {
        await removeOwnerToken(ctx, owner, fields.get('token') ?? '')
        return c.redirect(c.var.view.link(routes.owners.programs.href()), 303)
      }
      return await make(c, ctx, owner, fields.get('name')?.trim() ?? '')
    }),
  )
}

async function make(c: WebContext, ctx: Context, owner: Owner, name: string): Promise<Response> {
  try {
    const { token } = await addOwnerToken(ctx, owner, name)
    const tokens = await listOwnerTokens(ctx, owner)
    return await show(c, programsPage(c.var.view, { tokens, made: token }))
  } catch (error) {
    if (!(error instanceof Refusal) || error.code !== 'owners.token-name') throw error
    const tokens = await listOwnerTokens(ctx, owner)
    const errors = [{ field: 'name', message: refusalSentence(c.var.view, error) }]
    return await show(c, programsPage(c.var.view, { tokens, errors }), 422)
  }
}

async function programs(c: WebContext, ctx: Context, owner: Owner): Promise<Response> {
  return await show(c, programsPage(c.var.view, { tokens: await listOwnerTokens(ctx, owner) }))
}

/** CSV (RFC 4180): nothing in it needs quotes. */
async function* linesOf(
  first: IteratorResult<AddressDay>,
  rest: AsyncGenerator<AddressDay>,
): AsyncGenerator<string> {
  yield 'address,day,messages,refused,deferred,spam_share,complaint_share'
  if (first.done === true) return
  yield lineOf(first.value)
  for await (const row of rest) yield lineOf(row)
}

function lineOf({ unit, at, messages, refused, deferred, spamShare, complaintShare }: AddressDay): string {
  return [shown(unit), dateOf(at), messages, refused, deferred, spamShare ?? '', complaintShare ?? ''].join(
    ',',
  )
}

/** An IPv4 address without its `/32`. */
function shown(unit: string): string {
  const prefix = parsePrefix(unit)
  return prefix instanceof Refusal || prefix.family === 6 ? unit : formatAddress(prefix)
}
