import { Checks } from '../../src/core/checks/actions.ts'
import { as } from '../../src/core/context.ts'
import { limitNames, limits } from '../../src/core/limits/limits.ts'
import { turnBrake } from '../../src/core/reputation/hand-brake-actions.ts'
import type { Settings } from '../../src/core/settings.ts'
import { consoleActions } from '../../src/core-actions.ts'
import type { Database } from '../../src/db/open.ts'
import { viewMessage } from '../../src/intake/view-message.ts'
import { hour, minute } from '../../src/base/clock.ts'
import { loadAssets } from '../../src/web/assets.ts'
import { consoleApp } from '../../src/web/console/app.ts'
import type { ConsoleDeps, ConsoleRoute } from '../../src/web/console/route.ts'
import type { Web } from '../../src/web/env.ts'
import { testAbuse, testSettings, testWaysOut } from '../support/context.ts'
import type { OwnersWorld } from '../support/owners.ts'
import { emptyProvider, openDoors } from '../support/visitor.ts'
import { watched, type Watch } from './watched.ts'

/** Both web servers over one database, as they are when Postern runs, and what they ask of it. */
export interface House extends OwnersWorld {
  readonly watch: Watch
  readonly console: Web
  /** The console with these routes in place of its own. */
  consoleOf(routes: readonly ConsoleRoute[]): Web
}

export const consoleOrigin = 'https://console.provider.example'

/** Two domains, each with somebody who looks after it; every door is open, and no budget ends. */
function settings(): Settings {
  const plain = testSettings()
  return testSettings({
    provider: { ...plain.provider, domains: ['provider.example', 'second.example'] },
    limits: Object.fromEntries(limitNames.map((name) => [name, { ...limits[name], count: 1_000_000 }])),
    support: { ...plain.support, external: 'full', survey: 'on' },
    abuse: testAbuse({
      mode: 'suspend',
      notifyWeight: 1,
      suspendWeight: 1000,
      newReporterMs: minute,
      trusted: ['example.org'],
    }),
    recipients: {
      linkMs: hour,
      sessionMs: 12 * hour,
      admins: [
        { mailbox: 'root@provider.example', domains: ['provider.example'] },
        { mailbox: 'rita@second.example', domains: ['second.example'] },
      ],
    },
  })
}

export function openHouse(db: Database): House {
  const watch = watched(db)
  const txt = new Map<string, string>()
  const lookUp = async (name: string) => {
    const text = txt.get(name)
    return await Promise.resolve(text === undefined ? [] : [text])
  }
  const doors = openDoors(watch.db, {
    settings: settings(),
    provider: emptyProvider,
    out: testWaysOut({ txt: lookUp, confirmedNames: async () => await Promise.resolve(house.names) }),
  })
  const { ctx } = doors
  const deps: ConsoleDeps = {
    actions: {
      ...consoleActions(ctx, { view: async (raw) => await Promise.resolve(viewMessage(raw)) }, new Checks()),
      // The engine that would hear of it does not run here.
      turnBrake: async (actor, wish) => await turnBrake(as(ctx, actor), wish),
      beginOidc: async () => await emptyProvider.begin(ctx, '/'),
    },
    settings: ctx.settings,
    assets: loadAssets(new URL('../../assets/', import.meta.url).pathname),
    clock: ctx.clock,
    log: ctx.log,
    version: 'test',
    trustedProxies: [],
    metrics: async () => await Promise.resolve(''),
  }
  const house: House = {
    ...doors,
    watch,
    txt,
    names: [],
    console: consoleApp(deps),
    consoleOf: (routes) => consoleApp(deps, routes),
  }
  return house
}
