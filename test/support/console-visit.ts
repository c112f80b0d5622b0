import assert from 'node:assert/strict'
import { Secret } from '../../src/base/secret.ts'
import { readBase32, totpCode, totpStep } from '../../src/standards/totp.ts'
import type { Instance } from './instance.ts'

/** Somebody at the console of a running Postern, by its pages and forms over HTTP, without script. */
export interface ConsoleVisit {
  get(path: string): Promise<string>
  /** Sends the form of the page at `path` that goes to `action` and holds `fields`; gives where it leads. */
  send(path: string, action: string, fields: Readonly<Record<string, string>>): Promise<string>
}

/** What a new operator types to sign in; the code is that of now. */
export async function newOperator(
  postern: Instance,
  name: string,
  role: string,
): Promise<{ readonly name: string; readonly password: string; readonly code: string }> {
  const added = await postern.run('operator', 'add', name, '--role', role, '--json')
  assert.equal(added.status, 0, added.stderr)
  const { password, totpSecret } = JSON.parse(added.stdout) as { password: string; totpSecret: string }
  return { name, password, code: totpCode(new Secret(readBase32(totpSecret)), totpStep(Date.now())) }
}

/** A new operator with these roles, signed in with password and code. */
export async function signInAt(postern: Instance, name: string, role: string): Promise<ConsoleVisit> {
  const fields = await newOperator(postern, name, role)
  const visit = visitOf(`http://127.0.0.1:${postern.ports.console}`)
  assert.equal(await visit.send('/sign-in', '/sign-in', fields), '/')
  return visit
}

function visitOf(origin: string): ConsoleVisit {
  let cookie = ''
  const request = async (path: string, form?: Readonly<Record<string, string>>): Promise<Response> => {
    const answer = await fetch(origin + path, {
      redirect: 'manual',
      headers: { cookie, ...(form && { 'sec-fetch-site': 'same-origin' }) },
      ...(form && { method: 'POST', body: new URLSearchParams(form) }),
    })
    cookie = answer.headers.get('set-cookie')?.split(';')[0] ?? cookie
    return answer
  }
  const get = async (path: string): Promise<string> => await (await request(path)).text()
  return {
    get,
    async send(path, action, fields) {
      const page = await get(path)
      const forms = page.split(`method="post" action="${action}"`).slice(1)
      const form = forms
        .map((each) => each.slice(0, each.indexOf('</form>')))
        .find((each) => Object.keys(fields).every((name) => each.includes(`name="${name}"`)))
      assert.ok(
        form !== undefined,
        `the page ${path} has no form to ${action} with ${Object.keys(fields).join(', ')}`,
      )
      const hidden = [...form.matchAll(/type="hidden" name="([^"]*)" value="([^"]*)"/g)].map(
        ([, name = '', value = '']) => [name, value] as const,
      )
      const answer = await request(action, { ...Object.fromEntries(hidden), ...fields })
      assert.equal(answer.status, 303, await answer.text())
      return answer.headers.get('location') ?? ''
    },
  }
}
