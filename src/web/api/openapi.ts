import { z } from 'zod'
import type { Endpoint } from './endpoint.ts'
import { abuseReceipt } from './abuse-schemas.ts'
import { analysisAnswer } from './analysis-schemas.ts'
import { eventsAnswer } from './event-schemas.ts'
import { problem } from './problem-schemas.ts'

/** The OpenAPI 3.1 document, printed from the schemas that validate. */
export function openApiDocument(endpoints: readonly Endpoint[], server: string, version: string): unknown {
  const paths: Record<string, Record<string, unknown>> = {}
  for (const endpoint of endpoints) {
    paths[endpoint.path] = { ...paths[endpoint.path], [endpoint.method]: operation(endpoint) }
  }
  paths['/events'] = { post: eventsOperation }
  paths['/analyse'] = { post: analyseOperation }
  paths['/abuse-reports'] = { post: abuseReportOperation }
  return {
    openapi: '3.1.0',
    info: { title: 'Postern', version, license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
    servers: [{ url: `${server}/api/v1` }],
    paths,
    components: {
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer' },
        ownerToken: {
          type: 'http',
          scheme: 'bearer',
          description: 'Token of an owner of address space, made on the page “Programs” of the owner',
        },
        secret: {
          type: 'http',
          scheme: 'bearer',
          description: 'The `secret` that the POST which began it gave',
        },
      },
      responses: {
        problem: {
          description: 'A refusal (RFC 9457) with a stable code',
          content: { 'application/problem+json': { schema: jsonSchema(problem) } },
        },
      },
    },
  }
}

function operation(endpoint: Endpoint): unknown {
  const names = [...endpoint.path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name)
  return {
    summary: endpoint.summary,
    ...securityOf(endpoint),
    // `{}`: or in the query.
    ...(endpoint.takesSecret ? { security: [{ secret: [] }, {}] } : {}),
    parameters: [
      ...names.map((name) => ({ name, in: 'path', required: true, schema: { type: 'string' } })),
      ...Object.entries(endpoint.query?.shape ?? {}).map(([name, schema]) => queryParameter(name, schema)),
      ...(endpoint.creates
        ? [{ name: 'Idempotency-Key', in: 'header', schema: { type: 'string', maxLength: 200 } }]
        : []),
    ],
    ...(endpoint.body
      ? {
          requestBody: {
            required: true,
            content: { 'application/json': { schema: jsonSchema(endpoint.body) } },
          },
        }
      : {}),
    responses: {
      [endpoint.status]: {
        description: endpoint.summary,
        content: { 'application/json': { schema: jsonSchema(endpoint.answer) } },
      },
      default: { $ref: '#/components/responses/problem' },
    },
  }
}

function securityOf({ permission }: Endpoint): { readonly security?: readonly unknown[] } {
  if (permission === 'anyone') return {}
  return { security: [permission === 'owner' ? { ownerToken: [] } : { token: [] }] }
}

function queryParameter(name: string, schema: z.ZodType): unknown {
  const { description, ...rest } = z.toJSONSchema(schema, { target: 'draft-2020-12', io: 'input' })
  const { $schema: _, ...type } = rest
  return { name, in: 'query', description, schema: type }
}

/** Takes no JSON, but a JSON object a line. */
const eventsOperation = {
  summary: 'What happened to mail, one event a line (docs/integrate/events.md); gzip allowed, at most 10 MiB',
  security: [{ token: [] }],
  requestBody: {
    required: true,
    content: {
      'application/x-ndjson': { schema: { type: 'string' } },
      // What rspamd's metadata_exporter posts.
      'multipart/form-data': { schema: { type: 'object', properties: { metadata: { type: 'object' } } } },
    },
  },
  responses: {
    200: {
      description: 'The same to rspamd’s metadata_exporter, which takes no other status for success',
      content: { 'application/json': { schema: jsonSchema(eventsAnswer) } },
    },
    202: {
      description: 'Durable; lines that could not be used are named',
      content: { 'application/json': { schema: jsonSchema(eventsAnswer) } },
    },
    400: {
      description: 'No line could be used',
      content: { 'application/json': { schema: jsonSchema(eventsAnswer) } },
    },
    default: { $ref: '#/components/responses/problem' },
  },
}

/** Takes what people have: a message, a text, a file. */
const analyseOperation = {
  summary:
    'What a bounce, an SMTP reply, a log, a header, a feedback or XARF report says (docs/analyse.md); at most 10 MiB, nothing is kept',
  // `{}`: without a token it costs a budget.
  security: [{ token: [] }, {}],
  requestBody: {
    required: true,
    content: {
      'text/plain': { schema: { type: 'string' } },
      'message/rfc822': { schema: { type: 'string' } },
      'application/json': {
        schema: { type: 'object', properties: { text: { type: 'string' } }, required: ['text'] },
      },
      'multipart/form-data': {
        schema: {
          type: 'object',
          properties: { file: { type: 'string', contentMediaType: 'message/rfc822' } },
        },
      },
    },
  },
  responses: {
    200: {
      description: 'What it is and what it says; kind `unknown` with `error` when it cannot be read',
      content: { 'application/json': { schema: jsonSchema(analysisAnswer) } },
    },
    default: { $ref: '#/components/responses/problem' },
  },
}

/** Takes what xarf.org specifies, whose schemas are its own. */
const abuseReportOperation = {
  summary:
    'Report mail that came from us: an XARF report (xarf.org) of at most 25 MiB, with evidence of at most 5 MB an item and 15 MB in all (docs/integrate/abuse-reports.md)',
  // `{}`: or a proof of work.
  security: [{ token: [] }, {}],
  parameters: [
    {
      name: 'Proof-Of-Work',
      in: 'header',
      description: 'Answer to a challenge of GET /challenge, where there is no token',
      schema: { type: 'string', maxLength: 4096 },
    },
    { name: 'Idempotency-Key', in: 'header', schema: { type: 'string', maxLength: 200 } },
    {
      name: 'lifecycle',
      in: 'query',
      description: '`test`: it is read like any other, and nothing is counted',
      schema: { type: 'string', enum: ['test'] },
    },
  ],
  requestBody: {
    required: true,
    content: {
      'application/json': {
        schema: {
          type: 'object',
          required: [
            'xarf_version',
            'report_id',
            'timestamp',
            'reporter',
            'source_identifier',
            'category',
            'type',
          ],
          properties: {
            xarf_version: { type: 'string', pattern: '^4\\.\\d+\\.\\d+$' },
            report_id: { type: 'string', format: 'uuid' },
            timestamp: { type: 'string', format: 'date-time' },
            source_identifier: { type: 'string' },
            category: { type: 'string' },
            type: { type: 'string' },
          },
        },
      },
    },
  },
  responses: {
    202: {
      description: 'Kept; it is examined within minutes',
      content: { 'application/json': { schema: jsonSchema(abuseReceipt) } },
    },
    default: { $ref: '#/components/responses/problem' },
  },
}

function jsonSchema(schema: z.ZodType): unknown {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { target: 'draft-2020-12', unrepresentable: 'any' })
  return rest
}
