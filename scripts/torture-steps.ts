/** One step of `npm run torture`: a test file at its full count. */
export interface TortureStep {
  readonly name: string
  /** What is tried, in a sentence for docs/torture.md. */
  readonly what: string
  readonly file: string
  /** Sets the counts. */
  readonly env: Readonly<Record<string, string>>
  /** What it takes on two processors that do nothing else, in whole minutes, measured or reckoned from the processor time of a part; all together must fit into an hour. */
  readonly minutes: number
}

/** Added to every step: tests that have one full size read it. */
export const tortureEnvironment = { POSTERN_TORTURE: '1' } as const

export const tortureSteps: readonly TortureStep[] = [
  {
    name: 'policy requests',
    what: 'A million mutated policy requests, cut into packets at random.',
    file: 'test/fuzz/policy.fuzz.test.ts',
    env: { POSTERN_FUZZ_COUNT: '1000000' },
    minutes: 1,
  },
  {
    name: 'prefixes',
    what: 'A million prefixes, right and wrong, beside a second reader.',
    file: 'test/fuzz/prefix.fuzz.test.ts',
    env: { POSTERN_FUZZ_COUNT: '1000000' },
    minutes: 1,
  },
  {
    name: 'case links',
    what: 'A hundred thousand forged case links.',
    file: 'test/fuzz/case-link.test.ts',
    env: { POSTERN_FUZZ_COUNT: '100000' },
    minutes: 1,
  },
  {
    name: 'sign-in answers',
    what: 'Twenty thousand tampered answers of an OpenID provider: state, nonce, issuer, audience, time, signature, errand. No session.',
    file: 'test/oidc.test.ts',
    env: { POSTERN_FUZZ_COUNT: '20000' },
    minutes: 1,
  },
  {
    name: 'messages',
    what: 'Ten thousand mutated messages through the parse pool.',
    file: 'test/fuzz/mime.test.ts',
    env: { POSTERN_FUZZ_COUNT: '10000' },
    minutes: 1,
  },
  {
    name: 'bounces',
    what: 'A million mutated bounces: an answer of the right shape to each, and no code that it does not say; twenty thousand of them also through the parse pool, which answers the same and ends no process.',
    file: 'test/fuzz/analyse.test.ts',
    env: { POSTERN_FUZZ_COUNT: '1000000' },
    minutes: 2,
  },
  {
    name: 'text of strangers',
    what: 'Every hostile text of DNS, banners and headers in every page that shows such text: nothing of it is markup.',
    file: 'src/web/hostile-text.test.ts',
    env: { POSTERN_FUZZ_COUNT: '260' },
    minutes: 1,
  },
  {
    name: 'listing table',
    what: 'Three million look-ups in the listing table beside a second one made of plain maps.',
    file: 'src/access/table-oracle.test.ts',
    env: { POSTERN_FUZZ_COUNT: '300000' },
    minutes: 1,
  },
  {
    name: 'judgement',
    what: 'A hundred thousand random histories of senders: nobody is listed again on what came before a removal.',
    file: 'src/core/reputation/properties.test.ts',
    env: { POSTERN_FUZZ_COUNT: '100000' },
    minutes: 2,
  },
  {
    name: 'memory of the judgement',
    what: 'Random histories on both databases, with restarts at any time, events that come twice and next to nobody in memory: nothing differs.',
    file: 'src/core/reputation/memory-actions.test.ts',
    env: { POSTERN_FUZZ_COUNT: '12' },
    minutes: 1,
  },
  {
    name: 'every page',
    what: 'Every public page and tool in both languages, light and dark, before axe-core and on 320 pixels.',
    file: 'test/journeys/accessibility.test.ts',
    env: {},
    minutes: 2,
  },
  {
    name: 'delist journey',
    what: 'A hundred rounds from the click to the policy server’s new answer, through Postfix and a browser.',
    file: 'test/journeys/delist.test.ts',
    env: {},
    minutes: 5,
  },
  {
    name: 'kill series',
    what: '200 random `kill -9` of core and of edge during 2,000 delist flows on SQLite, 50 on PostgreSQL, behind a real Postfix.',
    file: 'test/faults/kill.test.ts',
    env: {},
    minutes: 11,
  },
  {
    name: 'kill series of the abuse desk',
    what: '40 random `kill -9` of core while 1,000 reports of abuse about 100 accounts come by SMTP and by the API (10 and 250 on PostgreSQL), some of them between a webhook and its answer, from a receiver that also refuses, drops and is gone: none is lost or counted twice, and every webhook comes, again with its one id.',
    file: 'test/faults/abuse-kill.test.ts',
    env: {},
    minutes: 6,
  },
  {
    name: 'kill series of cases',
    what: '40 random `kill -9` of core while 1,000 messages of 200 senders come to their cases by SMTP (10 and 250 on PostgreSQL), some of them again after a lost answer: each that was taken is in its thread once and in its order, and one letter is written to each sender.',
    file: 'test/faults/case-kill.test.ts',
    env: {},
    minutes: 9,
  },
  {
    name: 'flood of reports',
    what: '20,000 reports about one campaign become one incident with every one of them in it (2,000 on PostgreSQL), it is closed, and no page of the desk waits for that. `node bench/intake.ts --reports 50000` is the whole flood.',
    file: 'test/abuse-flood.test.ts',
    env: { POSTERN_FLOOD_COUNT: '50000' },
    minutes: 4,
  },
  {
    name: 'scanners',
    what: 'A thousand letters for each kind of link scanner, browsers that submit every form among them: nothing changes.',
    file: 'test/faults/scanner.test.ts',
    env: {},
    minutes: 11,
  },
]
