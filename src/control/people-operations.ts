import { z } from 'zod'
import { sourceRoles } from '../access/source-roles.ts'
import { roles } from '../core/actor.ts'
import { addOperator, listOperators, removeOperator } from '../core/operators/actions.ts'
import { makeEnrolment } from '../core/operators/enrolment-actions.ts'
import { changeRoles } from '../core/operators/role-actions.ts'
import { addToken, listTokens, revokeToken, tokenKinds } from '../core/operators/token-actions.ts'
import type { Operation } from './operation.ts'

const named = z.object({ name: z.string() })
const newOperator = z.object({
  name: z.string(),
  roles: z.array(z.enum(roles)).min(1),
  password: z.string().optional(),
})
const newRoles = z.object({ name: z.string(), roles: z.array(z.enum(roles)).min(1) })
const newLink = z.object({ name: z.string(), roles: z.array(z.enum(roles)).min(1).optional() })
const newToken = z.object({
  name: z.string(),
  kind: z.enum(tokenKinds),
  roles: z.array(z.enum(sourceRoles)).min(1).optional(),
})

/** Who may come in: people and programs. */
export const peopleOperations: readonly Operation[] = [
  {
    name: 'operator.add',
    run: async (ctx, { input, emit }) => emit(await addOperator(ctx, newOperator.parse(input))),
  },
  {
    name: 'operator.link',
    run: async (ctx, { input, emit }) => {
      const { path, expiresAt, ...rest } = await makeEnrolment(ctx, newLink.parse(input))
      const origin = ctx.settings.console.origin ?? 'http://127.0.0.1:8081'
      emit({ ...rest, link: origin + path, expires: rfc3339(expiresAt) })
    },
  },
  {
    name: 'operator.list',
    run: async (ctx, { emit }) => {
      for (const { createdAt, ...rest } of await listOperators(ctx))
        emit({ ...rest, created: rfc3339(createdAt) })
    },
  },
  {
    name: 'operator.roles',
    run: async (ctx, { input, emit }) => {
      const wanted = newRoles.parse(input)
      await changeRoles(ctx, wanted)
      emit(wanted)
    },
  },
  {
    name: 'operator.remove',
    run: async (ctx, { input, emit }) => {
      const { name } = named.parse(input)
      await removeOperator(ctx, name)
      emit({ removed: name })
    },
  },
  {
    name: 'token.add',
    run: async (ctx, { input, emit }) => emit(await addToken(ctx, newToken.parse(input))),
  },
  {
    name: 'token.list',
    run: async (ctx, { emit }) => {
      for (const token of await listTokens(ctx)) {
        const { createdAt, lastUsedAt, revokedAt, ...rest } = token
        emit({
          ...rest,
          created: rfc3339(createdAt),
          lastUsed: lastUsedAt && rfc3339(lastUsedAt),
          revoked: revokedAt && rfc3339(revokedAt),
        })
      }
    },
  },
  {
    name: 'token.revoke',
    run: async (ctx, { input, emit }) => {
      const { name } = named.parse(input)
      await revokeToken(ctx, name)
      emit({ revoked: name })
    },
  },
]

function rfc3339(at: number): string {
  return new Date(at).toISOString()
}
