import { shownFinding, type Finding } from '../../core/checks/finding.ts'
import { networkOf } from '../client.ts'
import { messages } from '../messages/messages.ts'
import { endpoint, type Endpoint } from './endpoint.ts'
import { checkReport, checkWish } from './check-schemas.ts'

/** The check of a sender for programs: the same as the page, whole at its end. */
export const checkEndpoints: readonly Endpoint[] = [
  endpoint({
    method: 'post',
    path: '/check',
    permission: 'anyone',
    safe: false,
    summary: 'Look up the DNS and authentication of a sender live; at most five seconds',
    body: checkWish,
    answer: checkReport,
    status: 200,
    budget: ({ client, isProgram }) =>
      isProgram ? undefined : { name: 'check.client.hour', key: networkOf(client) },
    handle: async ({ ctx, checks, body }) => {
      const { at, findings, ...report } = await checks.run(ctx, body)
      return { ...report, at: new Date(at).toISOString(), findings: findings.map(inEnglish) }
    },
  }),
]

function inEnglish(finding: Finding): object {
  return { ...shownFinding(finding), ...messages.en.check.findings[finding.name](finding.facts) }
}
