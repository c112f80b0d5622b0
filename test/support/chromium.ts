import { existsSync } from 'node:fs'
import { chromium, type Browser } from 'playwright-core'

/** The system's Chromium (Debian package), headless; it may reach the loopback only. */
export async function openBrowser(): Promise<Browser> {
  const executablePath = '/usr/bin/chromium'
  if (!existsSync(executablePath)) {
    throw new Error(
      'this test needs Chromium: apt-get install chromium (npm run check installs it when it runs as root)',
    )
  }
  return await chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost',
    ],
  })
}
