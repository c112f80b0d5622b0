import { spawnSync } from 'node:child_process'

/** Programs that the tests run against, as Debian packages: ours is judged by strangers' programs, never by stand-ins. */
export const neededPackages = [
  'postfix',
  'postgresql',
  'chromium',
  'swaks',
  'fonts-noto-cjk',
  'postgrey',
  'rspamd',
  'dovecot-imapd',
  'dovecot-lmtpd',
  'dovecot-sieve',
  'golang-blitiri-go-spf-dev',
  'openssl',
  'unbound',
] as const

/** Tests with a browser take a third of the time in this one; where Debian does not have it they run in `chromium`, and nothing is passed over. */
const quickBrowser = 'chromium-headless-shell'

/**
 * Makes sure that they are there. As root missing ones are installed; otherwise, or when that fails, the answer is a sentence
 * that says what is missing. Undefined when all is well.
 */
export function ensurePackages(names: readonly string[] = neededPackages): string | undefined {
  const missing = names.filter((name) => !isInstalled(name))
  if (missing.length === 0) {
    if (names.includes('chromium')) wishForQuickBrowser()
    return undefined
  }
  const command = `apt-get install -y --no-install-recommends ${missing.join(' ')}`
  if (process.getuid?.() !== 0)
    return `these Debian packages are missing: ${missing.join(' ')} (as root: ${command})`
  console.log(`installing ${missing.join(' ')}`)
  // An index that could not be fetched anew may still know the packages.
  const stale = aptGet('update')
  const trouble = aptGet(...command.split(' ').slice(1))
  if (trouble !== undefined) return [`${command} failed: ${trouble}`, stale].filter(Boolean).join('\n')
  const still = names.filter((name) => !isInstalled(name))
  if (still.length > 0) return `still missing after installation: ${still.join(' ')}`
  if (names.includes('chromium')) wishForQuickBrowser()
  return undefined
}

function wishForQuickBrowser(): void {
  if (isInstalled(quickBrowser) || process.getuid?.() !== 0) return
  const install = ['install', '-y', '--no-install-recommends', quickBrowser]
  if (aptGet(...install) === undefined) return
  aptGet('update')
  aptGet(...install)
}

function isInstalled(name: string): boolean {
  const { stdout } = spawnSync('dpkg-query', ['-W', '-f=${db:Status-Status}', name], { encoding: 'utf8' })
  return stdout === 'installed'
}

/** Undefined, or the last lines of what went wrong. */
function aptGet(...args: readonly string[]): string | undefined {
  const { status, error, stdout, stderr } = spawnSync('apt-get', ['-q', ...args], {
    encoding: 'utf8',
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    maxBuffer: 64 * 1024 * 1024,
  })
  if (error) return error.message
  return status === 0 ? undefined : `${stdout}${stderr}`.trim().split('\n').slice(-5).join('\n')
}
