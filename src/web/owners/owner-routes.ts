import { Refusal } from '../../base/refusal.ts'
import type { Context } from '../../core/context.ts'
import {
  askAsOwner,
  listedAround,
  listedInside,
  listOwnerRequests,
} from '../../core/delisting/owner-actions.ts'
import { claimRange, giveUp, listOwnClaims, proveClaim, showOwnClaim } from '../../core/owners/actions.ts'
import { lookedProofs, type Owner } from '../../core/owners/claim.ts'
import {
  askContact,
  confirmByContact,
  findContacts,
  seeContactLink,
  type Contacts,
} from '../../core/owners/contact-actions.ts'
import type { Looked } from '../../core/owners/look.ts'
import { givePart, takePartBack } from '../../core/owners/part-actions.ts'
import { askToEnter, enter, leave, seeOwnerLink } from '../../core/owners/session-actions.ts'
import { listOwnerCases, writeAsOwner } from '../../core/programmes/case-actions.ts'
import type { Web, WebContext } from '../env.ts'
import { readForm, type Fields } from '../form-data.ts'
import { keepHalf, readHalf } from '../portal/half-cookie.ts'
import { dropSession, keepSession, readSession } from '../letter-session.ts'
import { routes } from '../routes.ts'
import type { FieldError } from '../ui/form.ts'
import { askedPage } from '../ui/letter-link-pages.ts'
import { refusalSentence } from '../ui/sentences.ts'
import { claimPage } from './claim-page.ts'
import { ownerLinkPage, startPage } from './enter-pages.ts'
import { confirmedPage, contactAskedPage, questionPage } from './contact-pages.ts'
import { minePage } from './mine-page.ts'
import { show, signedIn, type OwnerDeps } from './owner-door.ts'
import { programmeRoutes } from './programme-routes.ts'

/** The pages of owners of address space. GET never acts; each POST answers with a page or 303. */
export function ownerRoutes(app: Web, deps: OwnerDeps): void {
  enterRoutes(app, deps)
  networkRoutes(app, deps)
  contactRoutes(app, deps)
  programmeRoutes(app, deps)
}

/** A mailbox shows itself: the form, the code, the link. */
function enterRoutes(app: Web, { contextFor, https }: OwnerDeps): void {
  app.get(routes.owners.start.pattern, async (c) => await show(c, startPage(c.var.view, '', [])))

  app.post(routes.owners.start.pattern, async (c) => {
    const mailbox = (await readForm(c)).get('mailbox') ?? ''
    try {
      const asked = await askToEnter(contextFor(c), { mailbox, language: c.var.view.language })
      keepHalf(c, asked.id, asked, https)
      return c.redirect(c.var.view.link(routes.owners.asked.href({ id: asked.id })), 303)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      return await show(c, startPage(c.var.view, mailbox, [wrong(c, error)]), error.status)
    }
  })

  app.get(
    routes.owners.asked.pattern,
    async (c) =>
      await show(
        c,
        askedPage(c.var.view, {
          code: readHalf(c, c.req.param('id') ?? '', https)?.code,
          again: routes.owners.start.href(),
        }),
      ),
  )

  app.get(routes.owners.link.pattern, async (c) => {
    const link = c.req.param('link') ?? ''
    const { id } = await seeOwnerLink(contextFor(c), link)
    const needsCode = readHalf(c, id, https) === undefined
    return await show(c, ownerLinkPage(c.var.view, link, { needsCode }))
  })

  app.post(routes.owners.link.pattern, async (c) => {
    const ctx = contextFor(c)
    const link = c.req.param('link') ?? ''
    const code = (await readForm(c)).get('code')?.trim() || undefined
    const { id } = await seeOwnerLink(ctx, link)
    try {
      const { session } = await enter(ctx, { link, code, secret: readHalf(c, id, https)?.secret })
      keepSession(c, 'owner', session, { https, lifeMs: ctx.settings.owners.sessionMs })
    } catch (error) {
      if (!(error instanceof Refusal) || error.code !== 'links.second-half-wrong') throw error
      const message = c.var.view.words.owners.link.wrong(Number(error.facts['left'] ?? 0))
      return await show(c, ownerLinkPage(c.var.view, link, { needsCode: true, message }), 403)
    }
    return c.redirect(c.var.view.link(routes.owners.mine.href()), 303)
  })
}

/** The contact of a network is asked: the code on the applicant's page, the link in the contact's letter. */
function contactRoutes(app: Web, { contextFor, https }: OwnerDeps): void {
  app.get(
    routes.owners.contactAsked.pattern,
    async (c) =>
      await show(c, contactAskedPage(c.var.view, readHalf(c, c.req.param('id') ?? '', https)?.code)),
  )

  app.get(routes.owners.contact.pattern, async (c) => {
    const link = c.req.param('link') ?? ''
    const question = await seeContactLink(contextFor(c), link)
    const needsCode = readHalf(c, question.id, https) === undefined
    return await show(c, questionPage(c.var.view, link, question, { needsCode }))
  })

  app.post(routes.owners.contact.pattern, async (c) => {
    const ctx = contextFor(c)
    const link = c.req.param('link') ?? ''
    const code = (await readForm(c)).get('code')?.trim() || undefined
    const question = await seeContactLink(ctx, link)
    try {
      const { prefix } = await confirmByContact(ctx, {
        link,
        code,
        secret: readHalf(c, question.id, https)?.secret,
      })
      return await show(c, confirmedPage(c.var.view, prefix))
    } catch (error) {
      if (!(error instanceof Refusal) || error.code !== 'links.second-half-wrong') throw error
      const message = c.var.view.words.owners.link.wrong(Number(error.facts['left'] ?? 0))
      return await show(c, questionPage(c.var.view, link, question, { needsCode: true, message }), 403)
    }
  })
}

/** What only the owner sees; everything is asked for in their name. */
function networkRoutes(app: Web, deps: OwnerDeps): void {
  const { https } = deps
  const own = signedIn(deps)

  app.get(
    routes.owners.mine.pattern,
    own(async (c, ctx, owner) => await mine(c, ctx, owner)),
  )

  app.post(
    routes.owners.mine.pattern,
    own(async (c, ctx, owner) => {
      const fields = await readForm(c)
      if (fields.get('do') === 'leave') {
        await leave(ctx, readSession(c, 'owner', https) ?? '')
        dropSession(c, 'owner', https)
        return c.redirect(c.var.view.link(routes.owners.start.href()), 303)
      }
      return await changeMine(c, ctx, owner, fields)
    }),
  )

  app.get(
    routes.owners.claim.pattern,
    own(async (c, ctx, owner) => await one(c, ctx, owner, {})),
  )

  app.post(
    routes.owners.claim.pattern,
    own(async (c, ctx, owner) => await changeOne(c, ctx, owner, await readForm(c), https)),
  )
}

async function changeMine(c: WebContext, ctx: Context, owner: Owner, fields: Fields): Promise<Response> {
  try {
    switch (fields.get('do')) {
      case 'claim': {
        const { id } = await claimRange(ctx, owner, fields.get('range') ?? '')
        return c.redirect(c.var.view.link(routes.owners.claim.href({ id })), 303)
      }
      case 'free': {
        const { id } = await askAsOwner(ctx, owner, {
          prefix: fields.get('prefix') ?? '',
          note: fields.get('note'),
        })
        return c.redirect(c.var.view.link(routes.owners.mine.href({ asked: id })), 303)
      }
      case 'write': {
        const token = await writeAsOwner(ctx, owner, {
          prefix: fields.get('about') ?? '',
          text: fields.get('text') ?? '',
        })
        return c.redirect(c.var.view.link(routes.case.page.href({ token })), 303)
      }
      default:
        throw new Refusal('form.invalid', { why: 'field', field: 'do' })
    }
  } catch (error) {
    const isOfField = error instanceof Refusal && error.status === 422 && error.code !== 'form.invalid'
    if (!isOfField) throw error
    const field = fieldOf(fields.get('do'), error)
    return await mine(c, ctx, owner, fields, [{ ...wrong(c, error), field }])
  }
}

/** The field that a refusal of a whole form is about. */
function fieldOf(deed: string | undefined, { code }: Refusal): string {
  if (deed === 'claim') return 'range'
  if (deed === 'free') return 'prefix'
  return code.startsWith('case.') ? 'text' : 'about'
}

async function changeOne(
  c: WebContext,
  ctx: Context,
  owner: Owner,
  fields: Fields,
  https: boolean,
): Promise<Response> {
  const id = c.req.param('id') ?? ''
  const deed = fields.get('do')
  const proof = lookedProofs.find((each) => each === deed)
  if (proof !== undefined) {
    const looked = await proveClaim(ctx, owner, { id, proof })
    if (!looked.proven) return await one(c, ctx, owner, { looked })
    return c.redirect(c.var.view.link(routes.owners.claim.href({ id })), 303)
  }
  switch (deed) {
    case 'contacts':
      return await one(c, ctx, owner, { found: await findContacts(ctx, owner, id) })
    case 'ask-contact': {
      const mailbox = fields.get('mailbox') ?? ''
      const asked = await askContact(ctx, owner, { id, mailbox, language: c.var.view.language })
      if (asked.kind === 'confirmed') break
      keepHalf(c, asked.asked.id, asked.asked, https)
      const there = routes.owners.contactAsked.href({ id: asked.asked.id })
      return c.redirect(c.var.view.link(there), 303)
    }
    case 'give':
      try {
        await givePart(ctx, owner, {
          id,
          range: fields.get('range') ?? '',
          mailbox: fields.get('mailbox') ?? '',
        })
      } catch (error) {
        if (!(error instanceof Refusal) || error.status !== 422) throw error
        return await one(c, ctx, owner, { errors: [wrong(c, error)], fields })
      }
      break
    case 'take-back':
      await takePartBack(ctx, owner, { id, part: fields.get('part') ?? '' })
      break
    case 'give-up':
      await giveUp(ctx, owner, id)
      return c.redirect(c.var.view.link(routes.owners.mine.href()), 303)
    default:
      throw new Refusal('form.invalid', { why: 'field', field: 'do' })
  }
  return c.redirect(c.var.view.link(routes.owners.claim.href({ id })), 303)
}

async function mine(
  c: WebContext,
  ctx: Context,
  owner: Owner,
  fields?: Fields,
  errors: readonly FieldError[] = [],
): Promise<Response> {
  const [claims, listings, around, requests, cases] = await Promise.all([
    listOwnClaims(ctx, owner),
    listedInside(ctx, owner),
    listedAround(ctx, owner),
    listOwnerRequests(ctx, owner),
    listOwnerCases(ctx, owner),
  ])
  const page = minePage(c.var.view, { owner, claims, listings, around, requests, cases }, fields, errors)
  return await show(c, page, errors.length === 0 ? 200 : 422)
}

async function one(
  c: WebContext,
  ctx: Context,
  owner: Owner,
  shown: {
    readonly looked?: Looked
    readonly found?: Contacts
    readonly errors?: readonly FieldError[]
    readonly fields?: Fields
  },
): Promise<Response> {
  const found = await showOwnClaim(ctx, owner, c.req.param('id') ?? '')
  const { errors = [] } = shown
  return await show(
    c,
    claimPage(c.var.view, found, { ...shown, owner, errors }),
    errors.length === 0 ? 200 : 422,
  )
}

function wrong(c: WebContext, refusal: Refusal): FieldError {
  const message = refusalSentence(c.var.view, refusal)
  if (refusal.code.startsWith('mailbox.')) return { field: 'mailbox', message }
  return refusal.status === 422 ? { field: 'range', message } : { message }
}
