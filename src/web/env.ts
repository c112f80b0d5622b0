import type { HttpBindings } from '@hono/node-server'
import type { Context, Hono } from 'hono'
import type { Address } from '../standards/ip.ts'
import type { View } from './ui/view.ts'

/** What every handler of the public server finds in its context. */
export interface WebEnv {
  Bindings: Partial<HttpBindings>
  Variables: {
    view: View
    /** The address that asks, proxies of ours taken away. */
    client: Address
  }
}

export type Web = Hono<WebEnv>
export type WebContext = Context<WebEnv>
