import { z } from 'zod'
import { key, section } from '../key.ts'
import { providerKeys } from './oidc.ts'
import { domain, expectations, line, list, oneOf, origin } from '../values.ts'

const groupRoles = z
  .strictObject(
    {
      group: key(line(200), 'A value of the claim `groupsClaim`.'),
      roles: key(
        list(oneOf(['viewer', 'case-agent', 'abuse-agent', 'list-operator', 'auditor', 'admin']), 1),
        'What its members are let in for.',
      ),
    },
    { error: 'expected `group` and `roles`' },
  )
  .register(expectations, { expects: '`group` and `roles`' })

export const consoleSection = section(
  'The console, and how its operators sign in (docs/operate/sign-in.md).',
  {
    origin: key(
      origin().optional(),
      'Public address of the console, as browsers see it. Passkeys and OpenID Connect are bound to it and are offered only where it stands here; a later change makes every passkey void. An address in figures takes no passkeys: for a console on this machine write `http://localhost:8081`.',
      { example: 'https://console.provider.example' },
    ),
    oidc: section('Sign-in at an OpenID provider: Keycloak, Entra, Google and others.', {
      ...providerKeys({ as: 'operators', realm: 'staff', secret: 'oidc.secret' }),
      domains: key(
        list(domain()).prefault([]),
        'Where not empty, only accounts whose mail address is verified and in one of these domains. It narrows; it never says who somebody is.',
        { example: '[provider.example]' },
      ),
      newcomers: key(
        oneOf(['refuse', 'by-group']).prefault('refuse'),
        '`refuse`: an operator is there first and connects the account on their own page. `by-group`: whoever has a group of `groups` becomes an operator at the first sign-in, and has the roles that the groups say at each.',
      ),
      groupsClaim: key(
        line(60).prefault('groups'),
        'Claim of the ID token with the groups: a text or a list of texts.',
      ),
      groups: key(
        list(groupRoles).prefault([]),
        'Groups and their roles, for `by-group`. What stands here needs no second person.',
        { example: '[{ group: mail-desk, roles: [case-agent, abuse-agent] }]' },
      ),
    }),
  },
)
