import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { orThrow } from '../../src/base/refusal.ts'
import type { OutOptions } from '../../src/net/ways-out.ts'
import { formatAddress, parseAddress } from '../../src/standards/ip.ts'
import { readBootstrap } from '../../src/standards/rdap-bootstrap.ts'
import { makeCertificate } from './certificate.ts'

/** Names of the registries of tests: the second is known from the table, the third as one that is sent on to, the fourth not at all. */
export const registries = [
  'rdap.one.example',
  'rdap.two.example',
  'rdap.nir.example',
  'rdap.evil.example',
] as const

/** A registry that speaks RDAP by HTTPS on the loopback; all of the names lead to it. */
export interface RdapServer {
  /** What was asked, in order: `rdap.one.example/rdap/ip/192.0.2.0/24`. */
  readonly asked: string[]
  /** The most questions that were open at once. */
  readonly mostAtOnce: number
  /** How it answers; replaced by tests. */
  answer: (request: IncomingMessage, response: ServerResponse) => void
  /** What `waysOut` needs to reach it, and nothing else. */
  readonly out: Omit<OutOptions, 'resolver'>
  close(): Promise<void>
}

/** `also`: further names that it has. */
export async function startRdapServer(...also: readonly string[]): Promise<RdapServer> {
  const { key, cert } = makeCertificate(...registries, ...also)
  let [open, most] = [0, 0]
  const asked: string[] = []
  const server = createServer({ key, cert }, (request, response) => {
    asked.push(`${request.headers.host ?? ''}${request.url ?? ''}`)
    most = Math.max(most, ++open)
    response.on('close', () => open--)
    it.answer(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const it: RdapServer = {
    asked,
    get mostAtOnce() {
      return most
    },
    answer: (_, response) => void response.writeHead(404).end(),
    out: {
      port: (server.address() as AddressInfo).port,
      authorities: cert,
      mayReach: (address) => formatAddress(address) === '127.0.0.1',
      rdapPauseMs: 1,
      rdap: {
        services: readBootstrap({
          services: [
            [['192.0.2.0/24', '203.0.113.0/24', '2001:db8::/32'], [`https://${registries[0]}/rdap/`]],
            [['198.51.100.0/22'], [`https://${registries[1]}/`]],
          ],
        }),
        hosts: [registries[2]],
      },
    },
    close: async () => {
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
  return it
}

/** A resolver that knows the server by all of its names. */
export const rdapAddresses = async () => await Promise.resolve([orThrow(parseAddress('127.0.0.1'))])

/** Answers with this JSON. */
export function givesJson(value: unknown): RdapServer['answer'] {
  return (_, response) =>
    void response
      .writeHead(200, { 'content-type': 'application/rdap+json' })
      .end(typeof value === 'string' ? value : JSON.stringify(value))
}
