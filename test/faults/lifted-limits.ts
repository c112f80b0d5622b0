/** YAML: budgets are settings, and in a series all flows come from one client and few networks. What a mailbox may get stays as it is. */
export const liftedLimits = [
  'limits:',
  ...[
    'delisting.unproven.client.day',
    'delisting.mailbox.addresses.day',
    'delist.v4-24.day',
    'delist.v4-22.day',
    'delist.v6-56.day',
    'delist.v6-48.day',
    'delist.v6-40.day',
    'delist.all.ten-minutes',
    'letters.all.hour',
    'letters.no-mail-host.hour',
  ].map((name) => `  ${name}: { count: 100000, per: 1h }`),
  '',
].join('\n')
