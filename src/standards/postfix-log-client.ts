import { Refusal } from '../base/refusal.ts'
import { formatAddress, parseAddress, type Address } from './ip.ts'

/** The other end of a connection, as Postfix writes it: `mail.example.org[192.0.2.45]`, with `smtpd_client_port_logging` and a port. */
export interface PostfixClient {
  /** The name that leads back to the address, lower case; null for `unknown`; undefined where none was asked for (postscreen). */
  readonly name: string | null | undefined
  readonly address: Address
  /** The same in canonical text. */
  readonly ip: string
  readonly port: number | undefined
  /** As written, without the port. */
  readonly text: string
}

const form = /^(([!-Z^-~]{0,255})\[([0-9A-Fa-f:.]{2,45})\])(?::(\d{1,5}|unknown))?$/

/** Undefined when the text is none, and for clients without an address, such as local sockets. */
export function readClient(text: string): PostfixClient | undefined {
  const [, whole = '', name = '', ip = '', port = 'unknown'] = form.exec(text) ?? []
  const address = parseAddress(ip)
  if (address instanceof Refusal) return undefined
  return {
    name: name === '' ? undefined : name === 'unknown' ? null : name.toLowerCase().replace(/\.$/, ''),
    address,
    ip: formatAddress(address),
    port: port === 'unknown' ? undefined : Number(port),
    text: whole,
  }
}
