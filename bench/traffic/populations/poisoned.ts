import { minute } from '../../../src/base/clock.ts'
import { office } from '../flow.ts'
import { honest, identityOf, write } from '../mail.ts'
import type { World } from '../world.ts'

/** Honest senders that a few people want to see listed: they report every message they get, and some that they never got. */
export function addPoisoned(world: World): void {
  const random = world.random.fork('poisoned')
  const poisoners = Array.from({ length: 5 }, (_, nth) => `e${random.hex(5)}${nth}`)
  for (let nth = 0; nth < world.count(6); nth++) {
    const sender = world.sender('poisoned', nth)
    const domain = world.domain(random)
    const host = world.server(domain, random)
    const identity = identityOf(domain, random)
    const common = { sender, rhythm: office(random.int(12) - 4) }
    world.flows.push(
      {
        ...common,
        from: world.start,
        until: world.end,
        perHour: random.between(1, 5),
        draft: (at, chance) => write({ at, sender, host, identity, style: honest, random: chance }),
      },
      {
        ...common,
        from: world.after(7),
        until: world.after(14),
        perHour: random.between(0.2, 0.6),
        draft: (at, chance) =>
          write({
            at,
            sender,
            host,
            identity,
            style: { ...honest, annoyance: 1 },
            random: chance,
            to: [chance.pick(poisoners)],
            reportAfterMs: chance.between(1, 30) * minute,
          }),
      },
    )
    for (let lie = 0; lie < 40; lie++) {
      const at = Math.round(random.between(world.after(7), world.after(14)))
      world.lies.push({ at, address: host.address, reporter: random.pick(poisoners) })
    }
  }
}
