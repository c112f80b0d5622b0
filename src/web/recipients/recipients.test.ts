import { strict as assert } from 'node:assert'
import { after, describe, it } from 'node:test'
import { testSettings } from '../../../test/support/context.ts'
import { databases } from '../../../test/support/database.ts'
import { refuse } from '../../../test/support/refused.ts'
import { openDoors, type Doors, type Visitor } from '../../../test/support/visitor.ts'
import { day } from '../../base/clock.ts'
import { mintCaseLink } from '../../access/case-link.ts'
import { orThrow } from '../../base/refusal.ts'
import { addListing } from '../../core/listings/actions.ts'
import { parseAddress } from '../../standards/ip.ts'
import { parseListable } from '../../standards/prefix.ts'
import { listLetters } from '../../core/outbox/reading-actions.ts'

const { open, close } = databases('SQLite')
after(close)

const settings = testSettings({
  recipients: {
    linkMs: 3_600_000,
    sessionMs: 12 * 3_600_000,
    admins: [{ mailbox: 'root@provider.example', domains: ['provider.example'] }],
  },
})

async function world(): Promise<Doors> {
  return openDoors(await open(), { settings })
}

/** Somebody with this mailbox, signed in by the letter in the browser that asked. */
async function signedIn(doors: Doors, mailbox = 'ada@provider.example'): Promise<Visitor> {
  doors.ctx.clock.advance(1)
  const browser = doors.visitor()
  await browser.submit('/recipients', { mailbox })
  const answer = await browser.submit((await doors.letter('recipient-link')) ?? '', {})
  assert.equal(answer.headers.get('location'), '/recipients/mail')
  return browser
}

const textOf = async (answer: Response): Promise<string> =>
  (await answer.text()).replaceAll(/(?:<[^>]+>|\s)+/g, ' ')

async function mailboxes({ ctx }: Doors): Promise<readonly string[]> {
  return (await listLetters(ctx, { limit: 50 })).letters.map(({ mailbox }) => mailbox ?? '')
}

describe('A recipient', () => {
  it('signs in by a letter and sees what was refused in their name: when, from where, why, and nothing of others', async () => {
    const doors = await world()
    await refuse(doors.ctx, ['ada@provider.example'], { mailFrom: 'shop.example' })
    await refuse(doors.ctx, ['bob@provider.example'], { ip: '198.51.100.9', mailFrom: 'secret.example' })
    await refuse(doors.ctx, ['ada@provider.example'], { code: 451, status: '4.7.500', reason: 'new-sender' })
    const ada = await signedIn(doors)
    const page = await textOf(await ada.get('/recipients/mail'))
    assert.match(page, /Mail to you that was refused/)
    assert.match(page, /shop\.example 192\.0\.2\.45 This address sent mail that our filters judged unwanted/)
    assert.match(page, /We do not know this address yet \(asked to come again/)
    assert.doesNotMatch(page, /198\.51\.100\.9|secret\.example|bob@/)
  })

  it('reads the pages in Chinese too', async () => {
    const doors = await world()
    assert.match(await textOf(await doors.visitor().get('/zh-CN/recipients')), /该收到的邮件没有收到/)
    const ada = await signedIn(doors)
    assert.match(await textOf(await ada.get('/zh-CN/recipients/mail')), /最近 30 天内没有被拒收的邮件/)
  })

  it('is told on the first page, and by the guide, the tools and the start page, where this is', async () => {
    const doors = await world()
    for (const path of ['/', '/tools', '/guide/plain/recipient'])
      assert.match(await (await doors.visitor().get(path)).text(), /href="\/recipients"/, path)
  })

  it('has hostile words of senders shown as text', async () => {
    const doors = await world()
    await refuse(doors.ctx, ['ada@provider.example'], { mailFrom: '<script>alert(1)</script>' })
    const page = await (await (await signedIn(doors)).get('/recipients/mail')).text()
    assert.doesNotMatch(page, /<script>alert/)
    assert.match(page, /&lt;script&gt;alert/)
  })

  it('needs a session at all, which ends after its time and with signing out', async () => {
    const doors = await world()
    assert.equal((await doors.visitor().get('/recipients/mail')).headers.get('location'), '/recipients')
    const ada = await signedIn(doors)
    const stolen = new Map(ada.cookies)
    await ada.submit('/recipients/mail', { do: 'leave' })
    const thief = doors.visitor()
    for (const [name, value] of stolen) thief.cookies.set(name, value)
    assert.equal((await thief.get('/recipients/mail')).status, 403)
    const late = await signedIn(doors)
    doors.ctx.clock.advance(day)
    assert.equal((await late.get('/recipients/mail')).status, 403)
  })

  it('is no owner of networks, and an owner no recipient', async () => {
    const doors = await world()
    const ada = await signedIn(doors)
    const session = ada.cookies.get('__Host-recipient') ?? ''
    ada.cookies.set('__Host-owner', session)
    assert.equal((await ada.get('/owners/networks')).status, 403)
  })
})

describe('Whoever looks after a domain', () => {
  it('sees the domain, and one mailbox of it by its name', async () => {
    const doors = await world()
    await refuse(doors.ctx, ['ada@provider.example', 'bob@provider.example'])
    const root = await signedIn(doors, 'root@provider.example')
    assert.match(await textOf(await root.get('/recipients/mail')), /Nothing was refused/)
    const all = await textOf(await root.get('/recipients/mail?domain=provider.example'))
    assert.match(all, /Mail to provider\.example that was refused.* 2 /)
    assert.doesNotMatch(all, /ada@|bob@/)
    const one = await textOf(await root.get('/recipients/mail?mailbox=ada@provider.example'))
    assert.match(one, /Mail to ada@provider\.example that was refused.*192\.0\.2\.45/)
  })

  it('sees no other domain, and nobody else sees theirs', async () => {
    const doors = await world()
    await refuse(doors.ctx, ['bob@provider.example'])
    const root = await signedIn(doors, 'root@provider.example')
    assert.equal((await root.get('/recipients/mail?domain=example.org')).status, 403)
    assert.equal((await root.get('/recipients/mail?mailbox=eve@example.org')).status, 403)
    const ada = await signedIn(doors)
    for (const query of ['domain=provider.example', 'mailbox=bob@provider.example']) {
      const answer = await ada.get(`/recipients/mail?${query}`)
      assert.equal(answer.status, 403, query)
      assert.doesNotMatch(await answer.text(), /192\.0\.2\.45/, query)
    }
  })
})

describe('The link to a recipient', () => {
  it('does nothing by being opened, and in another browser wants the code', async () => {
    const doors = await world()
    const ada = doors.visitor()
    const asked = await ada.submit('/recipients', { mailbox: 'ada@provider.example' })
    const page = await (await ada.get(asked.headers.get('location') ?? '')).text()
    const [, code = ''] = /<output>([0-9A-Z]{6})<\/output>/.exec(page) ?? []
    const link = (await doors.letter('recipient-link')) ?? ''
    const other = doors.visitor('198.51.100.200')
    assert.match(await (await other.get(link)).text(), /name="code"/)
    assert.equal((await other.submit(link, {})).status, 403)
    assert.equal((await other.submit(link, { code: code === '000000' ? '111111' : '000000' })).status, 403)
    assert.equal((await other.submit(link, { code })).status, 303)
    assert.match(await textOf(await other.get('/recipients/mail')), /ada@provider\.example/)
    assert.equal((await ada.submit(link, {})).status, 410, 'it works once')
    assert.match(await (await ada.get(link)).text(), /href="\/recipients"\s*>Ask for a new link/)
  })

  it('goes to our own domains alone', async () => {
    const doors = await world()
    const stranger = doors.visitor()
    for (const mailbox of [
      'eve@example.org',
      'ada@sub.provider.example',
      'ada',
      'ada@provider.example, eve@example.org',
    ]) {
      assert.equal((await stranger.submit('/recipients', { mailbox })).status, 422, mailbox)
    }
    assert.deepEqual(await mailboxes(doors), [])
  })

  it('is answered to the byte the same for a mailbox that is known, that is not, and that gets no more letters', async () => {
    const doors = await world()
    await signedIn(doors)
    const answers: string[] = []
    for (const mailbox of ['ada@provider.example', 'nobody@provider.example']) {
      for (let nth = 0; nth < 4; nth++) {
        const browser = doors.visitor()
        const answer = await browser.submit('/recipients', { mailbox })
        const head = [...answer.headers].map(([name, value]) => `${name}: ${value}`).join('\n')
        const path = answer.headers.get('location') ?? ''
        const page = await browser.get(path)
        const all = `${answer.status}\n${head}\n${await answer.text()}\n${page.status}\n${await page.text()}`
        answers.push(
          all
            .replaceAll(/[0-9a-z]{26}/g, 'ID')
            .replaceAll(/pd_[0-9a-z]{12}=[^;]*/g, 'COOKIE')
            .replaceAll(/<output>[0-9A-Z]{6}</g, '<output>CODE<'),
        )
      }
    }
    assert.equal(new Set(answers).size, 1)
    const written = await mailboxes(doors)
    assert.equal(written.filter((each) => each === 'ada@provider.example').length, 3)
    assert.equal(written.filter((each) => each === 'nobody@provider.example').length, 3)
  })
})

/** Path of the page of the newest refusal in the list. */
async function newestRefusal(browser: Visitor, query = ''): Promise<string> {
  const page = await (await browser.get(`/recipients/mail${query}`)).text()
  const [, path = ''] = /href="(\/recipients\/mail\/[^"]+)"/.exec(page) ?? []
  return path.replaceAll('&amp;', '&')
}

describe('Vouching', () => {
  it('begins at a refusal, says in plain words what it does, and is taken back on the page of vouches', async () => {
    const doors = await world()
    await refuse(doors.ctx, ['ada@provider.example'], { mailFrom: 'shop.example' })
    const ada = await signedIn(doors)
    const path = await newestRefusal(ada)
    const page = await textOf(await ada.get(path))
    for (const words of [
      /from shop\.example and comes from the network 192\.0\.2\.0\/24 reaches this mailbox/,
      /To everybody else here the sender is refused as before/,
      /Malware and phishing are refused whatever/,
      /From 1 to 90/,
    ])
      assert.match(page, words)
    assert.match(await textOf(await ada.submit(path, { days: '400' })), /whole number from 1 to 90/)
    const made = await ada.submit(path, { days: '14' })
    assert.equal(made.status, 303)
    const list = await (await ada.get(made.headers.get('location') ?? '')).text()
    assert.match(list, /You vouch for shop\.example/)
    const [, id = ''] = /name="id" value="([0-9a-z]{26})"/.exec(list) ?? []
    const back = await ada.submit('/recipients/vouches', { do: 'withdraw', id })
    const after = await textOf(await ada.get(back.headers.get('location') ?? ''))
    assert.match(after, /Your vouch for shop\.example is taken back.*taken back/)
    assert.match(await textOf(await ada.get('/zh-CN/recipients/vouches')), /您的担保.*已撤回/)
  })

  it('is offered for signed domains at the message stage, and says why where it is not', async () => {
    const doors = await world()
    const ada = await signedIn(doors)
    await refuse(doors.ctx, ['ada@provider.example'], {
      stage: 'message',
      reason: 'authentication',
      signedBy: ['a.example', 'b.example'],
    })
    const path = await newestRefusal(ada)
    assert.match(await (await ada.get(path)).text(), /type="radio"\s+name="domain"\s+value="b\.example"/)
    assert.equal((await ada.submit(path, { days: '7', domain: 'c.example' })).status, 422)
    assert.equal((await ada.submit(path, { days: '7', domain: 'b.example' })).status, 303)
    doors.ctx.clock.advance(1000)
    await refuse(doors.ctx, ['ada@provider.example'], { reason: 'investigate', status: '5.7.511' })
    const grave = await newestRefusal(ada)
    const page = await textOf(await ada.get(grave))
    assert.match(page, /Vouching is not possible for this one/)
    assert.doesNotMatch(page, /Vouch for this sender/)
    // What is left is said once, in its order.
    assert.equal(page.match(/link in their bounce/g)?.length, 1)
    assert.match(page, /Tell the sender.*open a case with it.*Vouching is not possible/s)
    assert.equal((await ada.submit(grave, { days: '7' })).status, 409)
  })

  it('is for nobody else’s mailbox, whatever is guessed', async () => {
    const doors = await world()
    await refuse(doors.ctx, ['bob@provider.example'])
    const bob = await signedIn(doors, 'bob@provider.example')
    const path = await newestRefusal(bob)
    const made = await bob.submit(path, { days: '7' })
    const [, id = ''] = /id=([0-9a-z]{26})/.exec(made.headers.get('location') ?? '') ?? []
    const ada = await signedIn(doors)
    const before = await doors.dump()
    assert.equal((await ada.get(path)).status, 404)
    assert.equal((await ada.submit(path, { days: '7' })).status, 404)
    assert.equal((await ada.submit(path, { days: '7', mailbox: 'bob@provider.example' })).status, 403)
    assert.equal((await ada.get(`${path}?mailbox=bob@provider.example`)).status, 403)
    assert.equal((await ada.get('/recipients/vouches?mailbox=bob@provider.example')).status, 403)
    const [foreign, unknown] = await Promise.all(
      [id, '0'.repeat(26)].map(
        async (each) => await ada.submit('/recipients/vouches', { do: 'withdraw', id: each }),
      ),
    )
    assert.deepEqual([foreign?.status, unknown?.status], [404, 404])
    assert.equal(await foreign?.text(), await unknown?.text())
    assert.equal(await doors.dump(), before)
    assert.equal((await doors.visitor().submit(path, { days: '7' })).status, 403, 'without a session')
  })

  it('is done for a mailbox by whoever looks after its domain', async () => {
    const doors = await world()
    await refuse(doors.ctx, ['ada@provider.example'])
    const root = await signedIn(doors, 'root@provider.example')
    const path = await newestRefusal(root, '?mailbox=ada@provider.example')
    assert.match(path, /mailbox=ada/)
    const answer = await root.submit(path, { days: '7', mailbox: 'ada@provider.example' })
    assert.equal(answer.status, 303)
    const ada = await signedIn(doors)
    assert.match(await textOf(await ada.get('/recipients/vouches')), /Take back example\.org/)
  })

  it('never happens by opening an address', async () => {
    const doors = await world()
    await refuse(doors.ctx, ['ada@provider.example'])
    const ada = await signedIn(doors)
    const path = await newestRefusal(ada)
    const before = await doors.dump()
    for (const each of [
      `${path}?days=7`,
      '/recipients/vouches?do=withdraw',
      '/recipients/vouches?done=made&id=x',
    ])
      assert.equal((await ada.get(each)).status, 200, each)
    assert.equal(await doors.dump(), before)
  })
})

describe('The sender whose mail a vouch lets pass', () => {
  it('reads in the record of a refusal that some mail passes, and not to whom', async () => {
    const doors = await world()
    const record = await refuse(doors.ctx, ['ada@provider.example'])
    await refuse(doors.ctx, ['bob@provider.example'], { mode: 'observe', isVouched: true })
    await addListing(doors.ctx, { prefix: orThrow(parseListable('192.0.2.45')), cause: 'spam' })
    const token = mintCaseLink(doors.ctx.keys.caseLink('mx1'), {
      keyId: 1,
      edge: 'mx1',
      minute: record.minute,
      reason: 'spam',
      listing: null,
      address: orThrow(parseAddress('192.0.2.45')),
    })
    const page = await textOf(await doors.visitor().get(`/c/${token}`))
    assert.match(page, /a recipient vouches for its sender/)
    assert.doesNotMatch(page, /bob|ada@/)
  })
})
