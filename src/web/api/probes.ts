import { z } from 'zod'
import { showProbe, startProbe, type ProbeView } from '../../core/probes/actions.ts'
import { probeFacts } from '../../core/probes/facts.ts'
import { findingNames, sections } from '../../core/probes/finding.ts'
import { probeRefusals } from '../../core/probes/probe.ts'
import { networkOf } from '../client.ts'
import { endpoint, type Endpoint } from './endpoint.ts'
import { explanation } from './sender-schemas.ts'

const time = z.iso.datetime()

const report = z.object({
  id: z.string(),
  state: z.enum(['waiting', 'received', 'expired']),
  address: z.string().describe('Takes one message'),
  report: z.string().describe('Page of the report; whoever has it may read it'),
  validUntil: time,
  keptUntil: time,
  receivedAt: time.optional(),
  refused: z.enum(probeRefusals).optional().describe('Why the message was refused in the session'),
  connection: z
    .object({
      ip: z.string().nullable(),
      source: z.enum(['session', 'received', 'nobody']),
      helo: z.string().nullable(),
      mailFrom: z.string(),
      tls: z.string().nullable(),
      cipher: z.string().nullable(),
      names: z.array(z.string()),
      confirmed: z.array(z.string()),
      isNameUnsure: z.boolean(),
      fromTakesMail: z.boolean().nullable(),
    })
    .optional(),
  message: probeFacts.optional(),
  decision: explanation.optional().describe('About the connecting address, when the message came'),
  findings: z
    .array(
      z.object({
        name: z.enum(findingNames as [string, ...string[]]),
        section: z.enum(sections),
        tone: z.enum(['good', 'info', 'warning', 'bad']),
        facts: z.record(z.string(), z.union([z.string(), z.number()])),
      }),
    )
    .optional(),
  letter: z.enum(['queued', 'over-budget', 'suppressed', 'unsafe']).optional(),
})

/** The JSON twin of the probe's pages: the same actions, the same limits. */
export const probeEndpoints: readonly Endpoint[] = [
  endpoint({
    method: 'post',
    path: '/probes',
    permission: 'anyone',
    safe: false,
    summary: 'A one-time address; send a message to it and get a report',
    creates: true,
    body: z.strictObject({ language: z.enum(['en', 'zh-CN']).optional().describe('Of the letter') }),
    answer: report,
    status: 201,
    budget: ({ client }) => ({ name: 'probe.client.hour', key: networkOf(client) }),
    handle: async ({ ctx, body }) => shown(await startProbe(ctx, { language: body.language ?? 'en' })),
  }),
  endpoint({
    method: 'get',
    path: '/probes/{id}',
    permission: 'anyone',
    safe: true,
    summary: 'The report about the message, once it has come',
    answer: report,
    status: 200,
    handle: async ({ ctx, parameters }) => shown(await showProbe(ctx, parameters['id'] ?? '')),
  }),
]

function shown(probe: ProbeView): z.infer<typeof report> | object {
  const { found, receivedAt, letter } = probe
  return {
    id: probe.id,
    state: probe.state,
    address: probe.address,
    report: probe.report,
    validUntil: new Date(probe.validUntil).toISOString(),
    keptUntil: new Date(probe.keptUntil).toISOString(),
    ...(receivedAt === null ? {} : { receivedAt: new Date(receivedAt).toISOString() }),
    ...(found
      ? {
          ...(found.refused ? { refused: found.refused } : {}),
          connection: found.connection,
          ...(found.facts ? { message: found.facts } : {}),
          ...(found.decision ? { decision: found.decision } : {}),
          findings: probe.findings,
        }
      : {}),
    ...(letter === null ? {} : { letter }),
  }
}
