import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openCore } from '../app.ts'
import { jsonLog, silentLog } from '../base/log.ts'
import { loadConfig, type Config } from '../config/load.ts'
import { ConfigMistakes } from '../config/mistake.ts'
import { isLoopback } from '../config/values.ts'
import { showEndpoint } from '../endpoint.ts'
import { supervise } from '../supervisor.ts'
import type { Invocation, Output } from './command.ts'
import { tellDemoStory, type DemoStory } from './demo-story.ts'
import { entry } from './process-commands.ts'
import { runSupervised } from './process-life.ts'
import { WrongConfig } from './config-of.ts'

/** Doors of the demo; the environment may move them, as everywhere, and the links in refusals and letters go where the site then is. */
const demoConfig = (folder: string, site: string): string => `provider:
  name: Example Mail
  domains: [provider.example]
  networks: [203.0.113.0/24]
  site: ${site}
data: ${folder}/data
mail: { smarthost: outbox }
support: { external: form }
`

/** The real program on a throw-away database with a story to look at. No mail leaves. */
export async function runDemo({ json, output }: Invocation): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'postern-demo-'))
  const file = join(folder, 'postern.yaml')
  try {
    const { site } = orMistakes(loadConfig({ directory: folder })).listen
    writeFileSync(file, demoConfig(folder, siteAt(site)))
    const config = orMistakes(loadConfig({ file }))
    const core = await openCore(config, { actor: 'cli', log: silentLog })
    if (core === 'locked') throw new Error('a folder made a moment ago is locked')
    const story = await tellDemoStory(core.ctx)
    await core.close()
    const supervisor = supervise(entry, ['--config', file], jsonLog({ process: 'supervisor' }))
    return await runSupervised(supervisor, output, (doors) => {
      if (json) output.json({ doors, ...story })
      else introduce(output, doors, story, file)
    })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function orMistakes(config: Config | ConfigMistakes): Config {
  if (config instanceof ConfigMistakes) throw new WrongConfig(config)
  return config
}

/** What a browser on this machine opens: a door on every address is on the loopback too, and one on a socket or a port that is still to be chosen has a proxy before it. */
function siteAt(endpoint: Config['listen']['site']): string {
  if ('path' in endpoint || endpoint.port === 0) return 'http://127.0.0.1:8080'
  const local = isLoopback(endpoint.host) ? endpoint : { ...endpoint, host: '127.0.0.1' }
  return `http://${showEndpoint(local)}`
}

function introduce(
  { say }: Output,
  doors: Readonly<Record<string, string>>,
  story: DemoStory,
  config: string,
): void {
  const policy = (doors['policy'] ?? '').split(':')
  const ask = [
    'request=smtpd_access_policy',
    'protocol_state=RCPT',
    `client_address=${story.listed}`,
    'recipient=user@provider.example',
  ]
  const event = {
    v: 1,
    id: 'demo-1',
    at: new Date().toISOString(),
    type: 'message',
    ip: story.listed,
    outcome: 'accepted',
    verdict: 'ham',
  }
  say(`
Postern runs. Everything is real; only the database is thrown away at the end, and no mail leaves.

  Site and portal   ${doors['site']}
  Console           ${doors['console']}    sign in as  ${story.operator.name}
                    password           ${story.operator.password}
                    authenticator      code now ${story.operator.code}; later: npm run -s postern -- operator code ${story.operator.totpSecret}
  Letters           ${doors['console']}/outbox    instead of being sent they are shown there
  To look at        an address that waits for a person (/cases), an account of ours that is reported (/abuse)

Try it: ${story.listed} is listed and may delist itself. Ask for it at
  ${doors['site']}/delist?ip=${story.listed}
with any mailbox, open the whole letter on the outbox page, follow its link, press the button.

One line for each door:
  policy (Postfix)  bash -c "exec 3<>/dev/tcp/${policy[0]}/${policy[1]}; printf '${ask.join('\\n')}\\n\\n' >&3; head -1 <&3"
  look-up (HTTP)    curl ${httpOf(doors['lookup'])}/v1/lookup/${story.listed}
  API               curl ${doors['site']}/api/v1/senders/${story.listed}
  intake (SMTP)     swaks --server ${doors['intake']} --to postmaster@postern.provider.example
  mail events       echo '${JSON.stringify(event)}' | npm run -s postern -- ingest - --config ${config}
  metrics           curl ${doors['console']}/metrics

Ctrl-C ends it.`)
}

function httpOf(address = ''): string {
  return address.startsWith('http') ? address : `http://${address}`
}
