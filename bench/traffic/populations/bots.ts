import { hour } from '../../../src/base/clock.ts'
import { steady } from '../flow.ts'
import { forged, hostOf, namelessHost, spam, write } from '../mail.ts'
import type { Random } from '../random.ts'
import { hostIn6 } from '../space.ts'
import type { World } from '../world.ts'

/** Machines that are not their owners' any more: very many, each with very little. */
export function addBots(world: World): void {
  addBotnet(world)
  addHopper(world)
}

/** Three runs of two or three days. Every address is seen in one of them and mostly not again. */
function addBotnet(world: World): void {
  const random = world.random.fork('botnet')
  const runs = [1.5, 7, 13].map((earliest) => ({
    from: world.after(earliest + random.between(0, 3)),
    days: random.between(2, 3.5),
    wrong: random.between(0.05, 0.15),
    nature: random.pick(['spam', 'spam', 'malware', 'phish'] as const),
  }))
  for (let nth = 0; nth < world.count(3600); nth++) {
    const sender = world.sender('botnet', nth)
    const run = random.pick(runs)
    const address = world.line(random)
    const host = namelessHost(address, random, 'access-line.example', botHelo(world, random))
    const from = run.from + random.unit() * run.days * 24 * hour
    const retry = random.chance(0.05) ? 'soon' : 'never'
    const style = { ...spam, nature: run.nature, wrong: run.wrong, unknown: 0.15, retry } as const
    world.flows.push({
      sender,
      from,
      until: from + 30 * hour,
      perHour: random.logNormal(4, 1),
      rhythm: steady,
      most: Math.min(30, Math.ceil(random.logNormal(3.5, 0.9))),
      idle: { share: 0.05, host },
      draft: (at, chance) =>
        write({
          at,
          sender,
          host,
          identity: forged(chance.pick(world.brands), chance),
          style,
          random: chance,
        }),
    })
  }
}

/** What bots say: a made-up name, somebody's name, a literal, a desktop. Undefined: whatever name the line has. */
function botHelo(world: World, random: Random): string | undefined {
  const luck = random.unit()
  if (luck < 0.25) return `DESKTOP-${random.hex(7).toUpperCase()}`
  if (luck < 0.45) return `mail.${random.pick(world.brands)}`
  if (luck < 0.6) return `${random.hex(8)}.example`
  return luck < 0.7 ? '[192.0.2.1]' : undefined
}

/** One spammer with a /48: a new /64 for every handful of messages. */
function addHopper(world: World): void {
  const random = world.random.fork('ipv6-hopper')
  for (let nth = 0; nth < world.count(2); nth++) {
    const sender = world.sender('ipv6-hopper', nth)
    const network = world.space.network6()
    const from = world.after(random.between(5, 14))
    const style = {
      ...spam,
      wrong: random.between(0.05, 0.15),
      retry: nth % 2 === 0 ? 'never' : 'soon',
    } as const
    let place = hostOf(hostIn6(network, random.int(65_536), random), `v${random.hex(4)}.example`, null)
    let left = 0
    world.flows.push({
      sender,
      from,
      until: from + random.between(40, 90) * hour,
      perHour: random.between(25, 60),
      rhythm: steady,
      draft: (at, chance) => {
        if (left-- <= 0) {
          left = 2 + chance.int(5)
          const ptr = chance.chance(0.5) ? null : undefined
          place = hostOf(hostIn6(network, chance.int(65_536), chance), `v${chance.hex(4)}.example`, ptr)
        }
        const identity = forged(chance.pick(world.brands), chance)
        return write({ at, sender, host: place, identity, style, random: chance })
      },
    })
  }
}
