import { hour } from '../../../src/base/clock.ts'
import { office, steady } from '../flow.ts'
import { honest, identityOf, spam, write } from '../mail.ts'
import type { Random } from '../random.ts'
import type { Episode, Population } from '../truth.ts'
import type { World } from '../world.ts'

/**
 * Houses with a long good name whose account or machine was stolen. Their own mail goes on the whole time, from the same address and
 * with the same signature. `turned`: mended, and nobody asks us; `cleaned`: mended, and the owner asks; `relapse`: not well mended.
 */
export function addTurned(world: World): void {
  const random = world.random.fork('turned')
  for (let nth = 0; nth < world.count(12); nth++) {
    addHouse(world, 'turned', nth, [incident(world.after(random.between(8, 16)), random)], random)
  }
  for (let nth = 0; nth < world.count(8); nth++) {
    addHouse(
      world,
      'cleaned',
      nth,
      [asked(incident(world.after(random.between(7, 14)), random), random)],
      random,
    )
  }
  for (let nth = 0; nth < world.count(6); nth++) {
    const before = asked(incident(world.after(random.between(6, 9)), random), random)
    const again = asked(incident(before.until + random.between(40, 110) * hour, random), random)
    addHouse(world, 'relapse', nth, [before, again], random)
  }
}

/** Found out and ended after some hours, as such things are. */
function incident(from: number, random: Random): Episode {
  return { from: Math.round(from), until: Math.round(from + random.between(3, 20) * hour) }
}

function asked(episode: Episode, random: Random): Episode {
  return { ...episode, delistAt: Math.round(episode.until + random.between(0.3, 4) * hour) }
}

function addHouse(
  world: World,
  population: Population,
  nth: number,
  episodes: readonly Episode[],
  random: Random,
): void {
  const sender = world.sender(population, nth, episodes)
  const domain = world.domain(random)
  const host = world.server(domain, random)
  const identity = identityOf(domain, random)
  world.flows.push({
    sender,
    from: world.start,
    until: world.end,
    perHour: random.logNormal(2.5, 0.6),
    rhythm: office(random.int(12) - 4),
    draft: (at, chance) => write({ at, sender, host, identity, style: honest, random: chance }),
  })
  const nature = random.chance(0.4) ? 'phish' : 'spam'
  const style = { ...spam, nature, wrong: random.between(0.05, 0.15), retry: 'mta' } as const
  for (const { from, until, delistAt } of episodes) {
    if (delistAt !== undefined) world.removals.push({ at: delistAt, sender, host })
    world.flows.push({
      sender,
      from,
      until,
      perHour: random.logNormal(300, 0.8),
      rhythm: steady,
      most: Math.round(random.between(300, 1200)),
      draft: (at, chance) => write({ at, sender, host, identity, style, random: chance }),
    })
  }
}
