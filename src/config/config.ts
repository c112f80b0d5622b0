import { join, resolve } from 'node:path'
import type { ConfigRead } from './schema.ts'
import type { Endpoint } from './values.ts'

type Deep<T> = T extends (infer Item)[]
  ? readonly Deep<Item>[]
  : T extends object
    ? { readonly [Name in keyof T]: Deep<T[Name]> }
    : T

/** The configuration as the program uses it: everything filled in, paths absolute, frozen. Times in milliseconds. */
export type Config = Deep<
  Omit<ConfigRead, 'listen' | 'guide' | 'mail' | 'addresses' | 'notify' | 'dnsbl' | 'edge' | 'webhooks'> & {
    listen: Record<keyof ConfigRead['listen'], Endpoint>
    mail: Filled<ConfigRead['mail']>
    addresses: Filled<ConfigRead['addresses']>
    notify: string
    guide: { folder?: string }
    dnsbl: Filled<ConfigRead['dnsbl']>
    edge: Filled<ConfigRead['edge']>
    webhooks: Filled<ConfigRead['webhooks'][number]>[]
  }
>

type Filled<T> = { [Name in keyof T]-?: NonNullable<T[Name]> }

/**
 * Fills in what depends on other keys. Sections that could not be read are missing before and after;
 * with none missing the result is a `Config`.
 */
export function complete(read: Partial<ConfigRead>, directory: string): Partial<Config> {
  const first = read.provider?.domains[0] ?? 'localhost'
  const data = resolve(directory, read.data ?? 'data')
  const at = (local: string): string => `${local}@${first}`
  const {
    listen,
    mail,
    addresses,
    notify,
    dnsbl,
    edge,
    guide,
    abuse,
    webhooks,
    console,
    recipients,
    ...rest
  } = read
  return {
    ...rest,
    ...(read.data !== undefined && { data }),
    ...(listen && { listen: endpoints(listen, data, directory) }),
    ...(console && { console: { ...console, oidc: withSecret(console.oidc, directory) } }),
    ...(recipients && { recipients: { ...recipients, oidc: withSecret(recipients.oidc, directory) } }),
    ...(mail && {
      mail: {
        ...mail,
        from: mail.from ?? at('postmaster'),
        replyDomain: mail.replyDomain ?? `postern.${first}`,
      },
    }),
    ...(addresses && {
      addresses: {
        abuse: addresses.abuse ?? at('abuse'),
        delist: addresses.delist ?? at('delist'),
        reports: addresses.reports ?? at('report-spam'),
        junk: addresses.junk ?? at('junk'),
        notJunk: addresses.notJunk ?? at('not-junk'),
        phish: addresses.phish ?? at('phish'),
      },
    }),
    // A key that was read but given as undefined is filled too; one that could not be read is not there.
    ...('notify' in read && { notify: notify ?? `mailto:${at('postmaster')}` }),
    ...(dnsbl && { dnsbl: { ...dnsbl, zone: dnsbl.zone ?? `bl.${first}` } }),
    ...(edge && {
      edge: {
        ...edge,
        keyFile: edge.keyFile === undefined ? join(data, 'edge.key') : resolve(directory, edge.keyFile),
      },
    }),
    ...(guide && {
      guide: guide.folder === undefined ? {} : { folder: resolve(directory, guide.folder) },
    }),
    ...(abuse && {
      abuse: {
        ...abuse,
        accessMaps: abuse.accessMaps.map(({ file, format }) => ({ format, file: resolve(directory, file) })),
      },
    }),
    ...(webhooks && {
      webhooks: webhooks.map(({ url, secretFile }) => ({
        url,
        secretFile: secretFile === undefined ? join(data, 'webhook.secret') : resolve(directory, secretFile),
      })),
    }),
  }
}

function withSecret<Oidc extends { readonly secretFile?: string | undefined }>(
  oidc: Oidc,
  directory: string,
): Oidc {
  return oidc.secretFile === undefined ? oidc : { ...oidc, secretFile: resolve(directory, oidc.secretFile) }
}

function endpoints(
  listen: ConfigRead['listen'],
  data: string,
  directory: string,
): Record<keyof ConfigRead['listen'], Endpoint> {
  const one = (door: keyof ConfigRead['listen']): Endpoint => {
    const endpoint = listen[door]
    if (endpoint === 'unix') return { path: join(data, `${door}.sock`) }
    return 'path' in endpoint ? { path: resolve(directory, endpoint.path) } : endpoint
  }
  return {
    site: one('site'),
    console: one('console'),
    policy: one('policy'),
    lookup: one('lookup'),
    dnsbl: one('dnsbl'),
    intake: one('intake'),
    lmtp: one('lmtp'),
    feed: one('feed'),
  }
}
