import { office, steady } from '../flow.ts'
import {
  forged,
  honest,
  identityOf,
  namedHost,
  signedBy,
  spam,
  write,
  type Identity,
  type Style,
} from '../mail.ts'
import type { Random } from '../random.ts'
import type { World } from '../world.ts'

/** Addresses that carry both: forwarders, and many tenants or people behind one address, one of them bad. */
export function addMixed(world: World): void {
  addForwarders(world)
  addShared(world)
}

function addForwarders(world: World): void {
  const random = world.random.fork('forwarder')
  const origins = Array.from({ length: 40 }, () => world.domain(random))
  for (let nth = 0; nth < world.count(5); nth++) {
    const sender = world.sender('forwarder', nth)
    const domain = world.domain(random)
    const host = world.server(domain, random)
    const rewrites = random.chance(0.5)
    const perHour = random.between(2, 6)
    const unwanted = random.between(0.2, 0.45)
    const common = { sender, from: world.start, until: world.end, rhythm: office(random.int(12) - 4) }
    const mail = (style: Style, identity: (chance: Random) => Identity) => (at: number, chance: Random) =>
      write({
        at,
        sender,
        host,
        identity: forwarded(identity(chance), rewrites ? domain : undefined),
        style,
        random: chance,
      })
    world.flows.push(
      {
        ...common,
        perHour: perHour * (1 - unwanted),
        draft: mail(honest, (chance) => signedBy(chance.pick(origins))),
      },
      {
        ...common,
        perHour: perHour * unwanted,
        // Whoever forwards to himself does not report himself.
        draft: mail({ ...spam, annoyance: 0.002, unknown: 0, retry: 'mta' }, (chance) =>
          forged(chance.pick(world.brands), chance),
        ),
      },
    )
  }
}

/** SPF breaks on the way unless the forwarder puts its own envelope on; signatures mostly survive. */
function forwarded(identity: Identity, envelope: string | undefined): Identity {
  const mailFrom = envelope ?? identity.mailFrom
  const spf = envelope === undefined ? (identity.spf === 'none' ? 'none' : 'fail') : 'pass'
  return { ...identity, mailFrom, spf, dmarc: identity.dkim.length > 0 ? 'pass' : 'fail' }
}

function addShared(world: World): void {
  const random = world.random.fork('shared')
  for (let nth = 0; nth < world.count(6); nth++) {
    const sender = world.sender('shared', nth)
    const tenants = Array.from({ length: 20 }, () => identityOf(world.domain(random), random))
    const bad = signedBy(world.domain(random))
    const isOffice = nth % 3 === 2
    // An office behind one address with a sick machine, or a hoster's outgoing server with a sick shop.
    const host = isOffice
      ? world.nameless(random, 'gateway.example')
      : namedHost(world.rented(random), `web${nth}.${world.domain(random)}`)
    const perHour = random.between(3, 8)
    world.flows.push({
      sender,
      from: world.start,
      until: world.end,
      perHour,
      rhythm: office(random.int(12) - 4),
      draft: (at, chance) =>
        write({ at, sender, host, identity: chance.pick(tenants), style: honest, random: chance }),
    })
    const from = random.between(5, 12)
    world.flows.push({
      sender,
      from: world.after(from),
      until: world.after(from + random.between(2, 6)),
      perHour: perHour * random.between(0.15, 0.6),
      rhythm: steady,
      draft: (at, chance) => {
        const identity = isOffice ? forged(chance.pick(world.brands), chance) : bad
        const retry = isOffice ? 'never' : 'mta'
        return write({ at, sender, host, identity, style: { ...spam, retry }, random: chance })
      },
    })
  }
}
