import { minute } from '../../src/base/clock.ts'
import { as, transact } from '../../src/core/context.ts'
import { roles, type Actor, type Role } from '../../src/core/actor.ts'
import { addKeylessOperator } from '../../src/core/operators/actions.ts'
import { openSession, type SessionSecret } from '../../src/core/operators/session-actions.ts'
import { consoleOrigin, type House } from './house.ts'

/** Somebody at the console, or nobody. */
export interface Visitor {
  readonly name: string
  readonly role: Role | undefined
  readonly actor: Actor
  /** Has shown lately that they sit there. */
  readonly isFresh: boolean
  readonly session: SessionSecret | undefined
}

export const nobody: Visitor = {
  name: 'nobody',
  role: undefined,
  actor: { kind: 'visitor', client: '127.0.0.1/32' },
  isFresh: false,
  session: undefined,
}

/** For each role somebody who has just shown who they are, and somebody who has not for a while. */
export async function hireEverybody(house: House): Promise<readonly Visitor[]> {
  const found: Visitor[] = [nobody]
  for (const role of roles) {
    await transact(house.ctx, async (tx) => await addKeylessOperator(tx, { name: role, roles: [role] }))
    for (const isFresh of [true, false]) found.push(await signedIn(house, role, isFresh))
  }
  return found
}

/** A session of somebody who is there already. */
export async function signedIn({ ctx }: House, role: Role, isFresh = true): Promise<Visitor> {
  const actor = { kind: 'operator', name: role, roles: [role] } as const
  const confirmedAt = ctx.clock.now() - (isFresh ? 0 : 6 * minute)
  const session = await transact(
    as(ctx, actor),
    async (tx) => await openSession(tx, { name: role, way: 'password', confirmedAt }),
  )
  return { name: isFresh ? role : `${role}, a while ago`, role, actor, isFresh, session }
}

/** Asks as a browser does in which this visitor is signed in; with `form` a form of the console itself is sent. */
export async function ask(
  { console }: Pick<House, 'console'>,
  { session }: Pick<Visitor, 'session'>,
  path: string,
  form?: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  return await console.request(consoleOrigin + path, {
    method: form === undefined ? 'GET' : 'POST',
    headers: {
      ...(session !== undefined && { cookie: `__Host-postern-console=${session.session}` }),
      ...(form !== undefined && {
        'content-type': 'application/x-www-form-urlencoded',
        'sec-fetch-site': 'same-origin',
        origin: consoleOrigin,
      }),
      ...headers,
    },
    ...(form !== undefined && {
      body: new URLSearchParams({ csrf: session?.csrf ?? '', ...form }).toString(),
    }),
  })
}
