import { hour } from '../../../src/base/clock.ts'
import { office, steady } from '../flow.ts'
import {
  forged,
  honest,
  namedHost,
  signedBy,
  spam,
  write,
  type Host,
  type Identity,
  type Style,
} from '../mail.ts'
import type { Random } from '../random.ts'
import type { Population, Sender } from '../truth.ts'
import type { World } from '../world.ts'

/** People who rent machines to send what nobody wants. */
export function addSpammers(world: World): void {
  addRuns(world, 'burst', 15, { perHour: 500, messages: [200, 1500] }, {})
  addRuns(
    world,
    'harvest',
    6,
    { perHour: 60, messages: [200, 400] },
    {
      unknown: 0.85,
      recipients: (random) => 5 + random.int(16),
    },
  )
  addRuns(world, 'trap-hitter', 6, { perHour: 20, messages: [120, 250] }, { trapped: 0.08, wrong: 0.25 })
  addRuns(world, 'retry-storm', 4, { perHour: 200, messages: [150, 250] }, { retry: 'hammer' })
  addSnowshoe(world)
  addRotating(world)
  addFillers(world)
}

interface Run {
  /** Median. */
  readonly perHour: number
  readonly messages: readonly [number, number]
}

/** One address that nobody knew, one run. */
function addRuns(
  world: World,
  population: Population,
  usual: number,
  { perHour, messages }: Run,
  habits: Partial<Style>,
): void {
  const random = world.random.fork(population)
  for (let nth = 0; nth < world.count(usual); nth++) {
    const most = Math.round(random.between(...messages))
    const rate = random.logNormal(perHour, 0.5)
    const from = world.after(random.between(2, 19))
    const until = Math.round(from + (most / rate) * 1.5 * hour)
    const sender = world.sender(population, nth, [{ from, until }])
    const { host, identity } = rentedMachine(world, random)
    const style: Style = { ...spam, wrong: random.between(0.05, 0.15), ...habits }
    world.flows.push({
      sender,
      from,
      until,
      perHour: rate,
      rhythm: steady,
      most,
      draft: (at, chance) => write({ at, sender, host, identity: identity(chance), style, random: chance }),
    })
  }
}

/** Named and signed with a throwaway domain, or as it came. */
function rentedMachine(
  world: World,
  random: Random,
): { readonly host: Host; readonly identity: (chance: Random) => Identity } {
  if (random.chance(0.4)) {
    return { host: world.nameless(random), identity: (chance) => forged(chance.pick(world.brands), chance) }
  }
  const domain = world.domain(random)
  return { host: namedHost(world.rented(random), `mail.${domain}`), identity: () => signedBy(domain) }
}

/** Well-named hosts in one /24, or in several, each with a few messages a day; a domain serves ten of them and is thrown away. */
function addSnowshoe(world: World): void {
  const random = world.random.fork('snowshoe')
  const operations = [
    { networks: 1, hosts: 120 },
    { networks: 4, hosts: 160 },
    { networks: 6, hosts: 90 },
  ]
  for (const [nth, { networks, hosts }] of operations.entries()) {
    const blocks = Array.from({ length: networks }, () => world.space.network())
    const begins = random.between(2, 9)
    const days = random.between(6, 9)
    let domain = ''
    for (let host = 0; host < world.count(hosts); host++) {
      if (host % 10 === 0) domain = world.domain(random)
      const sender = world.sender('snowshoe', nth * 1000 + host)
      addTrickle(
        world,
        sender,
        namedHost(world.space.host(random.pick(blocks)), `m${host}.${domain}`),
        domain,
        {
          from: world.after(begins + random.between(0, 1.5)),
          days,
          random,
        },
      )
    }
  }
}

function addTrickle(
  world: World,
  sender: Sender,
  host: Host,
  domain: string,
  { from, days, random }: { readonly from: number; readonly days: number; readonly random: Random },
): void {
  const retry = random.chance(0.5) ? 'mta' : 'never'
  const style = { ...spam, wrong: random.between(0.1, 0.15), unknown: 0.05, retry } as const
  const identity = signedBy(domain)
  world.flows.push({
    sender,
    from,
    until: from + days * 24 * hour,
    perHour: random.between(0.08, 0.2),
    rhythm: steady,
    draft: (at, chance) => write({ at, sender, host, identity, style, random: chance }),
  })
}

/** One after the other: an address is used for some hours and left behind, in another network each time. */
function addRotating(world: World): void {
  const random = world.random.fork('rotating')
  for (let nth = 0; nth < world.count(2); nth++) {
    let from = world.after(random.between(2, 4))
    for (let place = 0; place < 55 && from < world.end; place++) {
      const sender = world.sender('rotating', nth * 1000 + place)
      const { host, identity } = rentedMachine(world, random)
      const until = Math.round(from + random.between(2, 7) * hour)
      const retry = random.chance(0.2) ? 'mta' : 'never'
      const style = { ...spam, wrong: random.between(0.05, 0.15), retry } as const
      world.flows.push({
        sender,
        from,
        until,
        perHour: random.between(8, 25),
        rhythm: steady,
        draft: (at, chance) => write({ at, sender, host, identity: identity(chance), style, random: chance }),
      })
      from = until
    }
  }
}

/** Days of harmless mail to mailboxes of their own, so as to have a good name; then what they came for. */
function addFillers(world: World): void {
  const random = world.random.fork('filler')
  for (let nth = 0; nth < world.count(4); nth++) {
    const begins = random.between(2, 10)
    const from = world.after(begins + random.between(3, 6))
    const until = Math.round(from + random.between(4, 12) * hour)
    const sender = world.sender('filler', nth, [{ from, until }])
    const domain = world.domain(random)
    const host = namedHost(world.rented(random), `mail.${domain}`)
    const identity = signedBy(domain)
    const own = Array.from({ length: 8 }, (_, box) => `f${random.hex(5)}${box}`)
    const filling = { ...honest, wanted: false, nature: 'ham', wrong: 0.99, annoyance: 0 } as const
    world.flows.push(
      {
        sender,
        from: world.after(begins),
        until: from,
        perHour: random.between(3, 8),
        rhythm: office(0),
        draft: (at, chance) =>
          write({ at, sender, host, identity, style: filling, random: chance, to: [chance.pick(own)] }),
      },
      {
        sender,
        from,
        until,
        perHour: random.between(100, 400),
        rhythm: steady,
        most: 900,
        draft: (at, chance) =>
          write({ at, sender, host, identity, style: { ...spam, retry: 'mta' }, random: chance }),
      },
    )
  }
}
