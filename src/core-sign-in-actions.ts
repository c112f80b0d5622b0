import { Refusal } from './base/refusal.ts'
import type { Actor } from './core/actor.ts'
import { listAnswered, listApprovals, showApproval } from './core/approvals/actions.ts'
import type { ApprovalKind } from './core/approvals/approval.ts'
import { as, type Context } from './core/context.ts'
import { listOperators } from './core/operators/actions.ts'
import { confirmErasure, declineErasure } from './core/person/erase-actions.ts'
import { useEnrolment } from './core/operators/enrolment-actions.ts'
import { beginOidc, connectOidc, purposeOf, signInByOidc } from './core/operators/oidc-actions.ts'
import {
  addPasskey,
  confirmByPasskey,
  passkeyOptions,
  permitNewKey,
  revokePasskey,
  signInByPasskey,
  waysIn,
} from './core/operators/passkey-actions.ts'
import { changeRoles, confirmRoles, declineRoles } from './core/operators/role-actions.ts'
import { recipientProvider, type RecipientProvider } from './core/recipients/oidc-actions.ts'
import { oidcClient, type OidcClient } from './net/oidc-client.ts'
import { places } from './web/console/places.ts'
import type { SignInActions } from './web/console/sign-in-actions.ts'
import { routes } from './web/routes.ts'

/** Signing in without a password, in the shape that the console asks for it. */
export function signInActions(ctx: Context): SignInActions {
  const by = (actor: Actor): Context => as(ctx, actor)
  const known = providerOf(ctx)
  const provider = (): OidcClient => {
    if (known === undefined) throw new Refusal('sign-in.provider-away')
    return known
  }
  return {
    passkeyOptions: async (actor, input) => await passkeyOptions(by(actor), input),
    signInByPasskey: async (visitor, input) => await signInByPasskey(by(visitor), input),
    confirmByPasskey: async (actor, input) => await confirmByPasskey(by(actor), input),
    permitNewKey: async (actor, session) => await permitNewKey(by(actor), session),
    addPasskey: async (actor, input) => await addPasskey(by(actor), input),
    revokePasskey: async (actor, id) => await revokePasskey(by(actor), id),
    waysIn: async (actor) => await waysIn(by(actor)),
    useEnrolment: async (visitor, input) => await useEnrolment(by(visitor), input),
    beginOidc: async (actor, input) => await beginOidc(by(actor), provider(), input),
    purposeOf: (actor, errand) => purposeOf(by(actor), errand),
    signInByOidc: async (visitor, answer) => await signInByOidc(by(visitor), provider(), answer),
    listOperators: async (actor) => await listOperators(by(actor)),
    changeRoles: async (actor, input) => await changeRoles(by(actor), input),
    listAnswered: async (actor) => await listAnswered(by(actor)),
    listApprovals: async (actor) => await listApprovals(by(actor)),
    showApproval: async (actor, id) => await showApproval(by(actor), id),
    confirmApproval: async (actor, id) => await confirmApproval(by(actor), id),
    declineApproval: async (actor, id) => await declineApproval(by(actor), id),
    connectOidc: async (actor, answer) => await connectOidc(by(actor), provider(), answer),
  }
}

/** Each kind of act is done, or dropped, by the noun that proposed it. */
const answers: Readonly<
  Record<ApprovalKind, Readonly<Record<'confirm' | 'decline', (ctx: Context, id: string) => Promise<void>>>>
> = {
  'person.erase': { confirm: confirmErasure, decline: declineErasure },
  'operator.roles': { confirm: confirmRoles, decline: declineRoles },
}

async function confirmApproval(ctx: Context, id: string): Promise<void> {
  const { kind } = await showApproval(ctx, id)
  await answers[kind].confirm(ctx, id)
}

async function declineApproval(ctx: Context, id: string): Promise<void> {
  const { kind } = await showApproval(ctx, id)
  await answers[kind].decline(ctx, id)
}

function providerOf({ settings, clock }: Context): OidcClient | undefined {
  const { origin, oidc } = settings.console
  if (origin === undefined || oidc === undefined) return undefined
  return oidcClient({ ...oidc, redirectUri: origin + places.oidcAnswer.href(), clock })
}

/** The OpenID provider of recipients, where one is configured. */
export function recipientProviderOf({ settings, clock }: Context): RecipientProvider | undefined {
  const { oidc } = settings.recipients
  if (oidc === undefined) return undefined
  const redirectUri = settings.provider.site + routes.recipients.providerAnswer.href()
  return recipientProvider(oidc.label, oidcClient({ ...oidc, redirectUri, clock }))
}
