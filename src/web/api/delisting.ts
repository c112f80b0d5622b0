import { Refusal } from '../../base/refusal.ts'
import { issueChallenge } from '../../core/challenges/actions.ts'
import {
  confirmByLink,
  confirmProven,
  showRequest,
  startRequest,
  type RequestView,
} from '../../core/delisting/actions.ts'
import { proveControl } from '../../core/delisting/proof-actions.ts'
import type { Answered } from '../../core/delisting/request.ts'
import { networkOf } from '../client.ts'
import { endpoint, type Endpoint } from './endpoint.ts'
import * as schemas from './delist-schemas.ts'
import { secretQuery } from './schemas.ts'

/** The JSON twin of the portal (contracts 6): the same actions, the same limits. */
export const delistingEndpoints: readonly Endpoint[] = [
  endpoint({
    method: 'get',
    path: '/challenge',
    permission: 'anyone',
    safe: true,
    summary: 'A proof-of-work challenge (ALTCHA version 2) for one delist request, form or report of abuse',
    answer: schemas.challenge,
    status: 200,
    handle: async ({ ctx }) => await issueChallenge(ctx),
  }),
  endpoint({
    method: 'post',
    path: '/delist-requests',
    permission: 'anyone',
    safe: false,
    summary: 'Begin a delist request; the answer has the same shape whatever the state of the address',
    creates: true,
    body: schemas.delistRequest,
    answer: schemas.delistStarted,
    status: 202,
    budget: ({ body, client }) => ({
      name: hasCase(body) ? 'delisting.proven.client.day' : 'delisting.unproven.client.day',
      key: networkOf(client),
    }),
    handle: async ({ ctx, body }) => {
      const started = await startRequest(ctx, {
        ...body,
        language: body.language ?? 'en',
        caseToken: body.case,
        wantsLetter: body.letter,
      })
      return { ...started, expiresAt: rfc3339(started.expiresAt) }
    },
  }),
  endpoint({
    method: 'post',
    path: '/delist-requests/{id}/confirm',
    permission: 'anyone',
    safe: false,
    summary: 'Press the button: the letter’s half (`link`) and the second half (`code` or `secret`)',
    body: schemas.delistConfirm,
    answer: schemas.delistOutcome,
    status: 200,
    handle: async ({ ctx, parameters, body }) => {
      const id = parameters['id'] ?? ''
      const half = { code: body.code, secret: body.secret }
      if (body.link === undefined) return outcomeOf(await confirmProven(ctx, { id, ...half }))
      const link = body.link.replace(/^.*\/confirm\//, '')
      if (!link.startsWith(`${id}.`)) throw new Refusal('delisting.not-found')
      return outcomeOf(await confirmByLink(ctx, { link, ...half }))
    },
  }),
  endpoint({
    method: 'post',
    path: '/delist-requests/{id}/proof',
    permission: 'anyone',
    safe: false,
    summary: 'Look for the proof token in DNS or at the address itself',
    body: schemas.delistProof,
    answer: schemas.delistProofAnswer,
    status: 200,
    handle: async ({ ctx, parameters, body }) =>
      await proveControl(ctx, { id: parameters['id'] ?? '', ...body }),
  }),
  endpoint({
    method: 'get',
    path: '/delist-requests/{id}',
    permission: 'anyone',
    safe: true,
    summary:
      'The state of a request, for whoever holds its secret (`Authorization: Bearer <secret>`, or `?secret=`)',
    takesSecret: true,
    query: secretQuery,
    answer: schemas.delistState,
    status: 200,
    handle: async ({ ctx, parameters, query, secret }) =>
      stateOf(
        await showRequest(ctx, {
          id: parameters['id'] ?? '',
          secret: secret ?? query.get('secret') ?? undefined,
        }),
      ),
  }),
]

function hasCase(body: unknown): boolean {
  return typeof body === 'object' && body !== null && 'case' in body
}

function outcomeOf({ outcome, facts, listing, id }: Answered): unknown {
  return {
    outcome,
    ...(listing === null ? {} : { listing }),
    ...(facts.again === undefined ? {} : { again: facts.again }),
    ...(outcome === 'review' ? { case: id } : {}),
    ...whyOf(facts),
  }
}

function whyOf({ url, test, prefix }: Answered['facts']): { readonly why?: string } {
  const why = url ?? test ?? prefix
  return why === undefined ? {} : { why }
}

function stateOf(request: RequestView): unknown {
  return {
    id: request.id,
    ip: request.ip,
    state: request.state,
    ...(request.outcome === null ? {} : { outcome: request.outcome }),
    expiresAt: rfc3339(request.expiresAt),
    proof: { ...request.proof, txt: `postern-verification=${request.proof.token}` },
    edges: request.edges.map(({ name, seq, at }) => ({ name, seq, at: at === null ? null : rfc3339(at) })),
    ...(request.firstLetThrough === null ? {} : { firstLetThrough: rfc3339(request.firstLetThrough.at) }),
    ...(request.firstAcceptedAt === null ? {} : { firstAccepted: rfc3339(request.firstAcceptedAt) }),
    ...(request.refusedAgainAt === null ? {} : { refusedAgain: rfc3339(request.refusedAgainAt) }),
  }
}

function rfc3339(at: number): string {
  return new Date(at).toISOString()
}
