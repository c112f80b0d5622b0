import { hour } from '../../../src/base/clock.ts'
import { roundTheClock, steady } from '../flow.ts'
import { honest, namedHost, signedBy, write, type Host } from '../mail.ts'
import type { World } from '../world.ts'

/** Honest senders to lists: newsletters, and providers that send for many. */
export function addLists(world: World): void {
  addNewsletters(world)
  addPools(world)
}

/** Lists that people signed up for and then forgot. */
function addNewsletters(world: World): void {
  const random = world.random.fork('newsletter')
  for (let nth = 0; nth < world.count(6); nth++) {
    const sender = world.sender('newsletter', nth)
    const domain = world.domain(random)
    const host = world.server(domain, random)
    const identity = signedBy(domain, `bounce.${domain}`)
    const style = {
      ...honest,
      nature: 'bulk',
      wrong: random.between(0.002, 0.01),
      annoyance: random.between(0.001, 0.004),
      unknown: random.between(0.01, 0.04),
      trapped: 0.0001,
      recipients: () => 1,
    } as const
    const every = random.pick([2, 3, 7])
    const most = random.between(300, 1200)
    for (let when = random.between(0, every); when < 20.5; when += every) {
      const from = world.after(Math.floor(when)) + random.between(7, 16) * hour
      world.flows.push({
        sender,
        from,
        until: from + 3 * hour,
        perHour: random.between(500, 1500),
        rhythm: steady,
        most: Math.round(most * random.between(0.95, 1.1)),
        draft: (at, chance) => write({ at, sender, host, identity, style, random: chance }),
      })
    }
  }
}

/** A provider for many customers whose mail leaves from whatever address is free; new addresses join while others rest. */
function addPools(world: World): void {
  const random = world.random.fork('esp-pool')
  for (let nth = 0; nth < world.count(2); nth++) {
    const sender = world.sender('esp-pool', nth)
    const provider = world.domain(random)
    const networks = [world.space.network(), world.space.network()]
    const hosts = Array.from({ length: 60 }, (_, out) =>
      namedHost(world.space.host(random.pick(networks)), `o${out + 1}.${provider}`),
    )
    const customers = Array.from({ length: 30 }, () => world.domain(random))
    const style = { ...honest, nature: 'bulk', wrong: 0.005, annoyance: 0.001, unknown: 0.01 } as const
    world.flows.push({
      sender,
      from: world.start,
      until: world.end,
      perHour: random.between(20, 35),
      rhythm: roundTheClock(random.int(12) - 4),
      draft: (at, chance) => {
        const customer = chance.pick(customers)
        const identity = { ...signedBy(customer, `bounces.${provider}`), dkim: [customer, provider] }
        const lot = chance.int(1000)
        const nextHost = (attempt: number): Host => inUse(hosts, at, world.start, lot + attempt * 7)
        return write({ at, sender, host: nextHost(1), identity, style, random: chance, nextHost })
      },
    })
  }
}

/** Twelve of the addresses are in use; every eight hours one goes and another one comes. */
function inUse(hosts: readonly Host[], at: number, start: number, lot: number): Host {
  const turn = Math.floor((at - start) / (8 * hour))
  const host = hosts[(turn + (lot % 12)) % hosts.length]
  if (!host) throw new Error('a pool without addresses')
  return host
}
