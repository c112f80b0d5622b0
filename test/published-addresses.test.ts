import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { routeOf, routesOf } from '../src/intake/route.ts'
import { pageHref } from '../src/web/guide/targets.ts'
import { testSettings } from './support/context.ts'
import { testShelf, testSite } from './support/site.ts'

/** What the site names for mail, held against what the mail door takes. postmaster@ a provider's domain is its own mail system's. */
const settings = testSettings({
  addresses: {
    abuse: 'abuse@desk.provider.example',
    delist: 'unlist@provider.example',
    reports: 'report@provider.example',
    junk: 'junk@provider.example',
    notJunk: 'not-junk@provider.example',
    phish: 'phish@provider.example',
  },
})
const site = testSite({ settings })
/** A user's mailbox in examples of the guide. */
const exampleUser = 'user@provider.example'
const isTaken = (mailbox: string): boolean =>
  mailbox === exampleUser ||
  mailbox === 'postmaster@provider.example' ||
  routeOf(mailbox, routesOf(settings)).kind !== 'unknown'

async function read(path: string): Promise<string> {
  const response = await site.request(settings.provider.site + path)
  assert.equal(response.status, 200, path)
  return await response.text()
}

const mailboxesIn = (text: string): readonly string[] => [
  ...new Set(text.match(/[a-z-]+@(?:[a-z]+\.)*provider\.example/g)),
]

describe('A mailbox that is published', () => {
  it('in the policy file is one whose mail is taken, and each such one is there', async () => {
    const policy = JSON.parse(await read('/.well-known/postmaster-policy.json')) as {
      readonly addresses: Readonly<Record<string, string>>
      readonly reporting: Readonly<Record<string, string>>
    }
    const taken = Object.entries(settings.addresses).filter(([, mailbox]) => isTaken(mailbox))
    assert.deepEqual(policy.addresses, {
      postmaster: 'postmaster@provider.example',
      ...Object.fromEntries(taken),
    })
    assert.deepEqual(policy.reporting, { abuse: 'mailto:abuse@desk.provider.example' })
  })

  for (const path of [
    '/',
    '/about',
    '/.well-known/security.txt',
    '/ip/192.0.2.66',
    ...testShelf(settings)
      .guide.pages('en')
      .map(({ section, name }) => pageHref(section, name)),
  ])
    it(`at ${path} is one whose mail is taken`, async () => {
      const mailboxes = mailboxesIn(await read(path))
      assert.deepEqual(
        mailboxes.filter((mailbox) => !isTaken(mailbox)),
        [],
      )
      if (path === '/guide/abuse/report') assert.ok(mailboxes.includes('abuse@desk.provider.example'))
    })
})
