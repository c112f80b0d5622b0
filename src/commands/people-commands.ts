import { systemClock } from '../base/clock.ts'
import { Secret } from '../base/secret.ts'
import { readRoles, sourceRoles } from '../access/source-roles.ts'
import { roles } from '../core/actor.ts'
import { parseRoles } from '../core/operators/operator.ts'
import { tokenKinds } from '../core/operators/token-actions.ts'
import { readBase32, totpCode, totpStep } from '../standards/totp.ts'
import { UsageError, type Command } from './command.ts'
import { facts, line } from './output.ts'
import { withCore } from './with-core.ts'

export const peopleCommands: readonly Command[] = [
  {
    name: 'operator add',
    usage: 'NAME [--role ROLE,…]',
    summary:
      'Let somebody in to the console; prints a password and the secret for an authenticator app, once.',
    options: { role: { type: 'string' } },
    optionHelp: { role: `one or several of ${roles.join(', ')}; viewer when absent` },
    words: [1, 1],
    run: async (invocation) => {
      const given = parseRoles(String(invocation.options['role'] ?? 'viewer'))
      if (given === undefined)
        throw new UsageError(`--role takes some of ${roles.join(', ')}, with commas between`)
      return await withCore(
        invocation,
        'operator.add',
        { name: invocation.words[0], roles: given },
        (value, { say }) => {
          say(facts(value))
          say('\nThis is shown once. Put totpSecret (or totpUri as a QR code) into an authenticator app.')
        },
      )
    },
  },
  {
    name: 'operator link',
    usage: 'NAME [--new ROLE,…]',
    summary:
      'Make a link that lets an operator in once, within an hour, to add a passkey or connect an account.',
    options: { new: { type: 'string' } },
    optionHelp: { new: 'make the operator first, with these roles and without a password' },
    words: [1, 1],
    run: async (invocation) => {
      const named = invocation.options['new']
      const given = named === undefined ? undefined : parseRoles(String(named))
      if (named !== undefined && given === undefined)
        throw new UsageError(`--new takes some of ${roles.join(', ')}, with commas between`)
      return await withCore(
        invocation,
        'operator.link',
        { name: invocation.words[0], roles: given },
        (value, { say }) => {
          say(facts(value))
          say('\nWhoever opens the link is this operator. Give it to nobody else.')
        },
      )
    },
  },
  {
    name: 'operator code',
    usage: 'SECRET',
    summary: 'The code of this moment for an authenticator secret, where no authenticator app is at hand.',
    words: [1, 1],
    run: async ({ words: [secret = ''], json, output }) => {
      const code = totpCode(new Secret(readBase32(secret)), totpStep(systemClock().now()))
      if (json) output.json({ code })
      else output.say(code)
      return await Promise.resolve(0)
    },
  },
  {
    name: 'operator list',
    usage: '',
    summary: 'Who may come in.',
    run: async (invocation) =>
      await withCore(invocation, 'operator.list', {}, (value, { say }) =>
        say(line(value, { name: 20, roles: 24 }, ['created'])),
      ),
  },
  {
    name: 'operator roles',
    usage: 'NAME ROLE,…',
    summary: 'Give an operator other roles, at once; in the console a new administrator takes two.',
    words: [2, 2],
    run: async (invocation) => {
      const [name, named = ''] = invocation.words
      const given = parseRoles(named)
      if (given === undefined)
        throw new UsageError(`the second word is some of ${roles.join(', ')}, with commas between`)
      return await withCore(invocation, 'operator.roles', { name, roles: given }, (value, { say }) =>
        say(facts(value)),
      )
    },
  },
  {
    name: 'operator remove',
    usage: 'NAME',
    summary: 'End somebody’s access and their sessions.',
    words: [1, 1],
    run: async (invocation) =>
      await withCore(invocation, 'operator.remove', { name: invocation.words[0] }, (value, { say }) =>
        say(facts(value)),
      ),
  },
  {
    name: 'token add',
    usage: `events|api|edge NAME [--roles ${sourceRoles.join(',')}]`,
    summary: 'Let a program in; the token is printed once.',
    options: { roles: { type: 'string' } },
    optionHelp: { roles: 'what a source of events may tell of; all of it when absent' },
    words: [2, 2],
    run: async (invocation) => {
      const [kind, name] = invocation.words
      if (!tokenKinds.some((known) => known === kind))
        throw new UsageError(`the first word is one of ${tokenKinds.join(', ')}`)
      const named = invocation.options['roles']
      const owns = typeof named === 'string' ? readRoles(named) : undefined
      if (named !== undefined && (owns === undefined || kind !== 'events'))
        throw new UsageError(`--roles is for events: some of ${sourceRoles.join(', ')}`)
      return await withCore(invocation, 'token.add', { kind, name, roles: owns }, (value, { say }) =>
        say(facts(value)),
      )
    },
  },
  {
    name: 'token list',
    usage: '',
    summary: 'Which programs may come in.',
    run: async (invocation) =>
      await withCore(invocation, 'token.list', {}, (value, { say }) =>
        say(line(value, { name: 20, kind: 6, roles: 18 }, ['created', 'lastUsed', 'revoked'])),
      ),
  },
  {
    name: 'token revoke',
    usage: 'NAME',
    summary: 'End a program’s access.',
    words: [1, 1],
    run: async (invocation) =>
      await withCore(invocation, 'token.revoke', { name: invocation.words[0] }, (value, { say }) =>
        say(facts(value)),
      ),
  },
]
