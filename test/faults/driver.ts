import type { Instance } from '../support/instance.ts'
import type { SmtpSink } from '../support/smtp-sink.ts'
import type { FlowSurroundings } from './delist-flow.ts'
import { portalClient } from './portal-client.ts'
import { writtenAhead } from './written-ahead.ts'

/** Everything that flows need of an instance; `path` is for the write-ahead list. */
export async function drive(instance: Instance, sink: SmtpSink, path: string): Promise<FlowSurroundings> {
  const { stdout, stderr } = await instance.run('token', 'add', 'api', 'driver', '--json')
  if (stdout === '') throw new Error(`no token: ${stderr}`)
  const { token } = JSON.parse(stdout) as { token: string }
  return {
    client: portalClient(instance.site),
    token,
    list: writtenAhead(path),
    policyPort: instance.ports.policy,
    letters: sink.received,
    figures: { unknown: 0, faults: [], clickToPassMs: [] },
  }
}
