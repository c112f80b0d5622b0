import { day, hour, minute } from '../../src/base/clock.ts'
import { Refusal } from '../../src/base/refusal.ts'
import { roles, type Role } from '../../src/core/actor.ts'
import type { ConsoleActions } from '../../src/web/console/actions.ts'
import { testApproval } from './console-approvals.ts'
import type { Story } from './console-story.ts'
import { testStart } from './context.ts'

/** Somebody with one role, or with those that the readers and agents of before have now. */
export type Person = Role | 'reader' | 'agent'

const people: readonly Person[] = ['reader', 'agent', ...roles]

function rolesOfPerson(person: Person): readonly Role[] {
  if (person === 'reader') return ['viewer', 'auditor']
  if (person === 'agent') return ['viewer', 'case-agent', 'abuse-agent', 'list-operator', 'auditor']
  return [person]
}

/** The token in every form of every session of these tests. */
export const testToken = 'c5rf-token-of-the-tests'

/** The password and code that open the door, for each of the people by the name. */
export const testPassword = 'correct horse battery'
export const testCode = '123456'

/** What a browser answers with when it has the passkey of these tests, its id, and the link that lets in. */
export const testAnswer = '{"id":"bGFwdG9w"}'
export const testPasskey = 'bGFwdG9w'
export const testLink = 'l1nk'.padEnd(32, '0')

/** The secret of the session of this person. */
export function sessionOf(person: Person): string {
  return `${person}-session-secret-of-the-tests`
}

/** Who comes in, and by what. */
export function testPeople({ text, deeds }: Story) {
  return {
    async signIn(_visitor, { name, password, code }) {
      if (name === 'flood')
        throw new Refusal('limit.exceeded', {
          limit: 'sign-in',
          again: new Date(testStart + 10 * minute).toISOString(),
        })
      if (password !== testPassword || code !== testCode) throw new Refusal('sign-in.failed')
      deeds.push(`signIn:${name}`)
      return { session: sessionOf(name as Person), csrf: testToken }
    },
    async findSession(session) {
      const person = people.find((each) => sessionOf(each) === session)
      const times = {
        createdAt: testStart - 2 * hour,
        confirmedAt: testStart - minute,
        expiresAt: testStart + 10 * hour,
      }
      return (
        person && {
          name: text ?? { reader: 'rosa', agent: 'ada', admin: 'alan' }[person as string] ?? person,
          roles: rolesOfPerson(person),
          csrf: testToken,
          ...times,
        }
      )
    },
    async confirmSession(_actor, { code }) {
      if (code !== testCode) throw new Refusal('sign-in.failed')
      deeds.push('confirmSession')
      return { session: sessionOf('admin') }
    },
    passkeyOptions: async (_actor, { purpose }) => ({ challenge: purpose, rpId: 'console.provider.example' }),
    async signInByPasskey(_visitor, { answer }) {
      if (answer !== testAnswer) throw new Refusal('sign-in.failed')
      deeds.push('signInByPasskey')
      return { session: sessionOf('agent') }
    },
    async confirmByPasskey(_actor, { answer }) {
      if (answer !== testAnswer) throw new Refusal('sign-in.failed')
      deeds.push('confirmByPasskey')
      return { session: sessionOf('admin') }
    },
    permitNewKey: async () => {},
    async addPasskey(_actor, { name }) {
      deeds.push(`addPasskey:${name}`)
    },
    async revokePasskey(_actor, id) {
      if (id !== testPasskey) throw new Refusal('passkey.not-found')
      deeds.push('revokePasskey')
    },
    waysIn: async () => ({
      hasPassword: true,
      passkeys: [
        {
          id: testPasskey,
          name: text ?? 'laptop',
          createdAt: testStart - 30 * day,
          usedAt: testStart - hour,
          isBackedUp: false,
        },
        {
          id: 'c3BhcmU',
          name: 'key ring',
          createdAt: testStart - 29 * day,
          usedAt: null,
          isBackedUp: true,
        },
      ],
      issuers: [],
    }),
    async useEnrolment(_visitor, { secret }) {
      if (secret !== testLink) throw new Refusal('operator.link-invalid')
      deeds.push('useEnrolment')
      return { session: sessionOf('agent') }
    },
    beginOidc: async () => ({ url: 'https://id.provider.example/authorize?state=x', errand: 'errand' }),
    purposeOf: () => 'sign-in',
    async signInByOidc(_visitor, { query }) {
      if (!query.startsWith('code=good')) throw new Refusal('sign-in.failed')
      deeds.push('signInByOidc')
      return { session: sessionOf('agent'), next: '/' }
    },
    connectOidc: async () => ({ next: '/account' }),
    listOperators: async () => [
      { name: text ?? 'ada', roles: ['case-agent', 'list-operator'], createdAt: testStart - 30 * day },
      { name: 'alan', roles: ['admin'], createdAt: testStart - 90 * day },
    ],
    async changeRoles(_actor, { name, roles: given }) {
      deeds.push(`changeRoles:${name}`)
      return given.includes('admin') ? testApproval : undefined
    },
    async signOut() {
      deeds.push('signOut')
    },
    async signOutEverywhere() {
      deeds.push('signOutEverywhere')
    },
  } satisfies Partial<ConsoleActions>
}
