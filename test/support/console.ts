import { fixedClock } from '../../src/base/clock.ts'
import { silentLog } from '../../src/base/log.ts'
import type { DelistRequest } from '../../src/core/delisting/request.ts'
import type { Listing } from '../../src/core/listings/listing.ts'
import type { ShownLetter } from '../../src/core/outbox/reading-actions.ts'
import { loadAssets } from '../../src/web/assets.ts'
import type { ConsoleActions } from '../../src/web/console/actions.ts'
import { consoleApp } from '../../src/web/console/app.ts'
import type { ConsoleDeps, ConsoleRoute } from '../../src/web/console/route.ts'
import type { Web } from '../../src/web/env.ts'
import { testCases } from './cases.ts'
import { testApprovals } from './console-approvals.ts'
import { testAudit, theAudit } from './console-audit.ts'
import { testLetters, theLetters } from './console-letters.ts'
import { testListings, theListings } from './console-listings.ts'
import { testOwners } from './console-owners.ts'
import { sessionOf, testPeople, testToken, type Person } from './console-people.ts'
import { testReputation } from './console-reputation.ts'
import { askConsole } from './console-request.ts'
import { testRequests, theRequests } from './console-requests.ts'
import type { Story } from './console-story.ts'
import { testTraffic } from './console-traffic.ts'
import { testSettings, testStart } from './context.ts'
import { testDesk } from './desk.ts'

/** A day's worth of a small mail system in memory, and the console over it: for tests of pages, and to look at them. */
export interface TestConsole {
  readonly app: Web
  /** What was done, as `name:argument`, in order; reading is not noted. */
  readonly deeds: readonly string[]
  readonly listings: readonly Listing[]
  readonly requests: readonly DelistRequest[]
  readonly letters: readonly ShownLetter[]
  /** Asks as one of the people of these tests, over https; without one as nobody. Forms carry their token. */
  ask(
    person: Person | undefined,
    path: string,
    form?: Readonly<Record<string, string>>,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Response>
}

const assets = loadAssets(new URL('../../assets/', import.meta.url).pathname)

interface TestConsoleOptions {
  /** Stands in every text that somebody else wrote. */
  readonly text?: string
  /** Nothing has happened yet. */
  readonly empty?: boolean
  readonly deps?: Partial<ConsoleDeps>
  /** Stand in for those of the story. */
  readonly actions?: Partial<ConsoleActions>
  readonly routes?: readonly ConsoleRoute[]
}

export function testConsole(options: TestConsoleOptions = {}): TestConsole {
  const story = tell(options)
  const deps: ConsoleDeps = {
    actions: { ...actionsOver(story), ...options.actions },
    settings: testSettings(),
    assets,
    clock: fixedClock(testStart),
    log: silentLog,
    version: '0.1.0',
    trustedProxies: [],
    metrics: async () => '# TYPE postern_listings gauge\npostern_listings 7\n',
    ...options.deps,
  }
  const app = options.routes === undefined ? consoleApp(deps) : consoleApp(deps, options.routes)
  return {
    ...story,
    app,
    async ask(person, path, form, headers = {}) {
      const session = person === undefined ? undefined : sessionOf(person)
      return await askConsole(app, { session, csrf: testToken }, path, form, headers)
    },
  }
}

function tell({ text, empty }: TestConsoleOptions): Story {
  if (empty) return { listings: [], requests: [], letters: [], audit: [], deeds: [], text }
  return {
    listings: theListings(text),
    requests: theRequests(text),
    letters: theLetters(text),
    audit: theAudit(text),
    deeds: [],
    text,
  }
}

function actionsOver(story: Story): ConsoleActions {
  const { listings, requests, deeds, text } = story
  const empty = listings.length === 0
  const note = (deed: string): void => void deeds.push(deed)
  return {
    ...testDesk(text, empty, note),
    ...testCases({ text, empty, requests, note }),
    ...testPeople(story),
    ...testApprovals(story),
    ...testOwners(story),
    ...testListings(story),
    ...testRequests(story),
    ...testLetters(story),
    ...testAudit(story),
    ...testReputation(story),
    ...testTraffic(story),
  }
}
