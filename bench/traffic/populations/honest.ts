import { roundTheClock, office } from '../flow.ts'
import { honest, hostOf, identityOf, namedHost, signedBy, write, type Host } from '../mail.ts'
import type { Random } from '../random.ts'
import { hostIn6 } from '../space.ts'
import type { Population } from '../truth.ts'
import type { World } from '../world.ts'

/** Senders that do nothing wrong: houses large and small, old and new, with and without a name. */
export function addHonest(world: World): void {
  addLarge(world)
  addHouses(world, 'steady-middle', { count: 20, perHour: 3, spread: 0.5, nameless: 0 })
  addHouses(world, 'steady-small', { count: 140, perHour: 0.1, spread: 0.8, nameless: 0.12 })
  addHouses(world, 'new-named', { count: 20, perHour: 2.5, spread: 0.9, nameless: 0, begins: [4, 16] })
  addHouses(world, 'new-nameless', { count: 12, perHour: 0.8, spread: 0.8, nameless: 1, begins: [4, 16] })
  addImpatient(world)
  addIPv6(world)
}

function addLarge(world: World): void {
  const random = world.random.fork('steady-large')
  for (let nth = 0; nth < world.count(3); nth++) {
    const sender = world.sender('steady-large', nth)
    const domain = world.domain(random)
    world.brands.push(domain)
    const network = world.space.network()
    const hosts = Array.from({ length: 4 }, (_, out) =>
      namedHost(world.space.host(network), `out${out + 1}.${domain}`),
    )
    world.flows.push({
      sender,
      from: world.start,
      until: world.end,
      perHour: random.between(30, 55),
      rhythm: roundTheClock(random.int(12) - 4),
      draft: (at, chance) =>
        write({
          at,
          sender,
          host: chance.pick(hosts),
          identity: signedBy(domain),
          style: honest,
          random: chance,
        }),
    })
  }
}

interface Houses {
  readonly count: number
  /** Median of the senders. */
  readonly perHour: number
  readonly spread: number
  /** Share of them. */
  readonly nameless: number
  /** Earliest and latest first day; from the start where nothing is said. */
  readonly begins?: readonly [number, number]
}

function addHouses(world: World, population: Population, houses: Houses): void {
  const random = world.random.fork(population)
  for (let nth = 0; nth < world.count(houses.count); nth++) {
    const sender = world.sender(population, nth)
    const domain = world.domain(random)
    const host = house(world, domain, random, houses.nameless)
    const identity = identityOf(domain, random)
    const style = { ...honest, wrong: random.between(0.001, 0.01) }
    const begins = houses.begins ? world.after(random.between(...houses.begins)) : world.start
    world.flows.push({
      sender,
      from: begins,
      until: world.end,
      perHour: Math.min(40, random.logNormal(houses.perHour, houses.spread)),
      rhythm: office(random.int(12) - 4),
      draft: (at, chance) => write({ at, sender, host, identity, style, random: chance }),
    })
  }
}

function house(world: World, domain: string, random: Random, nameless: number): Host {
  if (random.chance(nameless)) return world.nameless(random, `mail.${domain}`)
  const host = world.server(domain, random)
  const luck = random.unit()
  // The source of some events does not know names, and some servers say another name than they have.
  if (luck < 0.05) return { ...host, ptr: undefined }
  return luck < 0.12 ? { ...host, helo: `srv${random.int(90)}.${domain}` } : host
}

/** New, and with a program that tries again every half minute. */
function addImpatient(world: World): void {
  const random = world.random.fork('impatient')
  for (let nth = 0; nth < world.count(4); nth++) {
    const sender = world.sender('impatient', nth)
    const domain = world.domain(random)
    const host = world.server(domain, random)
    const identity = identityOf(domain, random)
    world.flows.push({
      sender,
      from: world.after(random.between(5, 12)),
      until: world.end,
      perHour: random.between(1, 3),
      rhythm: office(random.int(12) - 4),
      draft: (at, chance) =>
        write({ at, sender, host, identity, style: { ...honest, retry: 'impatient' }, random: chance }),
    })
  }
}

/** Each in a /64 of its own, from changing addresses in it. */
function addIPv6(world: World): void {
  const random = world.random.fork('ipv6-honest')
  for (let nth = 0; nth < world.count(8); nth++) {
    const sender = world.sender('ipv6-honest', nth)
    const domain = world.domain(random)
    const network = world.space.network6()
    const identity = identityOf(domain, random)
    const name = `mail.${domain}`
    const hosts = Array.from({ length: 3 }, () => hostOf(hostIn6(network, 1, random), name, name))
    world.flows.push({
      sender,
      from: nth % 2 === 0 ? world.start : world.after(random.between(4, 12)),
      until: world.end,
      perHour: random.between(0.5, 3),
      rhythm: office(random.int(12) - 4),
      draft: (at, chance) =>
        write({ at, sender, host: chance.pick(hosts), identity, style: honest, random: chance }),
    })
  }
}
