/**
 * What is wrong with a cookie that we set over https (RFC 6265bis): no script reads it, no plain connection carries it, no other site's form
 * brings it, and no other host has set it or gets it. The choice of a language is no secret, so it may live under a plain name.
 */
export function cookieFaults(line: string): readonly string[] {
  const [pair = '', ...rest] = line.split(/; */)
  const name = pair.slice(0, pair.indexOf('='))
  const attributes = new Map(
    rest.map((each) => {
      const [key = '', value = ''] = each.split('=')
      return [key.toLowerCase(), value] as const
    }),
  )
  const sameSite = attributes.get('samesite')?.toLowerCase()
  return [
    ...(attributes.has('secure') ? [] : ['not Secure']),
    // What takes a cookie away need not keep it from scripts.
    ...(attributes.has('httponly') || attributes.get('max-age') === '0' ? [] : ['not HttpOnly']),
    ...(sameSite === 'lax' || sameSite === 'strict' || attributes.get('max-age') === '0'
      ? []
      : ['no SameSite']),
    ...(attributes.get('path') === '/' ? [] : ['another path']),
    ...(attributes.has('domain') ? ['for other hosts'] : []),
    ...(name.startsWith('__Host-') || name === 'lang' ? [] : ['no __Host-']),
  ].map((fault) => `${name}: ${fault}`)
}
