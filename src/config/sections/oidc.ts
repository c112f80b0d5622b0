import { key } from '../key.ts'
import { line, path, webAddress } from '../values.ts'

/** An OpenID provider: its issuer, and who we are there. `as`: what the sentences call those who sign in. */
export function providerKeys(who: { readonly as: string; readonly realm: string; readonly secret: string }) {
  return {
    issuer: key(
      webAddress().optional(),
      'The issuer, exactly as the provider names itself; its configuration is read from `/.well-known/openid-configuration` below it. Nothing is offered without.',
      { example: `https://id.provider.example/realms/${who.realm}` },
    ),
    clientId: key(line(200).prefault('postern'), 'The name of this client at the provider.'),
    secretFile: key(
      path().optional(),
      'File with the client’s secret (mode 0600). Without one this is a public client, which PKCE alone protects.',
      { example: `/etc/postern/${who.secret}` },
    ),
    label: key(
      line(40).prefault('OpenID Connect'),
      `What ${who.as} call the provider; it stands on the button.`,
    ),
  }
}
