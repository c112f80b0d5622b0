/** The part of mailauth's unpublished tools that is used: the Public Suffix List behind relaxed alignment (RFC 9989 §3.2.10.1). */
declare module 'mailauth/lib/tools.js' {
  /** The first domain that shares the organizational domain of `fromDomain`, or false. */
  export function getAlignment(
    fromDomain: string,
    domains: readonly string[],
    strict?: boolean,
  ): { readonly domain: string } | false
}
