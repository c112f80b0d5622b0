import { existsSync } from 'node:fs'
import { chromium, type Browser } from 'playwright-core'

/** The same engine without a window and all that belongs to one takes a third of the time; where Debian does not have it the whole browser serves. */
const programs = ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium']

/** The system's Chromium (Debian package), headless; it may reach the loopback only. A new context costs more than ten pages in an old one. */
export async function openBrowser(): Promise<Browser> {
  const executablePath = programs.find((each) => existsSync(each))
  if (executablePath === undefined) {
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
