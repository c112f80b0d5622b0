import { isAbsolute, join } from 'node:path'
import type { Config } from '../../config/config.ts'
import { fault, ok, warning, type Finding } from './finding.ts'
import { policyChecks, postfixSeconds, type PolicyCheck, type Postconf } from './postconf.ts'

/** What of the configuration Postfix has to fit. */
export interface Wanted {
  readonly policy: Config['listen']['policy']
  readonly replyDomain: string
  /** Whether a rule of the message door refuses anything. */
  readonly refusesMessages?: boolean
}

const client = 'smtpd_client_restrictions'
const endOfData = 'smtpd_end_of_data_restrictions'

/** Lists in which a refusal would be said of something other than the client. */
const wrongLists = [
  'smtpd_helo_restrictions',
  'smtpd_sender_restrictions',
  'smtpd_relay_restrictions',
  'smtpd_recipient_restrictions',
  'smtpd_data_restrictions',
] as const

/** How long Postfix may wait for an answer that takes microseconds (security POL-3). */
const wantedSeconds = 2

/** Whether Postfix asks the policy server as docs/operate/postfix.md has it. `postconf`: what is set; what is absent has Postfix's default. */
export function judgePostfix(postconf: Postconf, wanted: Wanted): readonly Finding[] {
  const line = `check_policy_service { ${serviceOf(wanted.policy)}, timeout=2s, try_limit=1, default_action=DUNNO }`
  const asked = ourCheck(postconf, client, wanted)
  if (!asked) return [notAsked(postconf, wanted, line)]
  const end = ourCheck(postconf, endOfData, wanted)
  return [
    ok('postfix', `Postfix asks Postern in ${client}`),
    ...judgePlace(asked),
    ...judgeDelay(postconf),
    ...judgeSettings(postconf, client, asked),
    ...(end ? judgeSettings(postconf, endOfData, end) : [noEnd(line)]),
    ...judgeReplyDomain(postconf, wanted.replyDomain),
    ...(wanted.refusesMessages === true ? judgeMessageDoor(postconf) : []),
  ]
}

function notAsked(postconf: Postconf, wanted: Wanted, line: string): Finding {
  const elsewhere = wrongLists.find((list) => ourCheck(postconf, list, wanted))
  if (elsewhere) {
    return fault(
      'postfix',
      `Postfix asks Postern in ${elsewhere}: its refusals blame the wrong thing there, and senders drop good addresses from their lists`,
      `move it to ${client}`,
    )
  }
  return warning(
    'postfix',
    'the Postfix of this machine does not ask Postern',
    `if it receives mail, add to ${client} after permit_mynetworks, permit_sasl_authenticated: ${line} (docs/operate/postfix.md)`,
  )
}

function judgePlace({ before }: PolicyCheck): Finding[] {
  if (before.includes('permit')) {
    return [
      fault('postfix', `"permit" stands before Postern in ${client}: it is never asked`, 'put it behind'),
    ]
  }
  const missing = ['permit_mynetworks', 'permit_sasl_authenticated'].filter((name) => !before.includes(name))
  if (missing.length === 0) return []
  return [
    warning(
      'postfix',
      `${missing.join(' and ')} does not stand before Postern: our own users' mail is judged too`,
      `put it before in ${client}`,
    ),
  ]
}

function judgeDelay(postconf: Postconf): Finding[] {
  if ((postconf.get('smtpd_delay_reject') ?? 'yes') === 'yes') return []
  return [
    fault(
      'postfix',
      'smtpd_delay_reject is no: Postern is asked before the recipient is known, and refuses nobody',
      'set smtpd_delay_reject = yes, the default',
    ),
  ]
}

/** Without these the answer of the message door stays a header of a message that is delivered. */
function judgeMessageDoor(postconf: Postconf): Finding[] {
  const missing = ['smtpd_milters', 'milter_header_checks'].filter((name) => !postconf.get(name))
  if (missing.length === 0) return []
  return [
    warning(
      'postfix',
      `highVolume.mode is reject, but Postfix does not set ${missing.join(' and ')}: nothing is refused at the end of DATA`,
      'set up the message door (docs/integrate/rspamd.md)',
    ),
  ]
}

function noEnd(line: string): Finding {
  return warning(
    'postfix',
    `${endOfData} does not ask Postern: nobody sees on their page that their first message after a removal was let through`,
    `set ${endOfData} = ${line}`,
  )
}

function judgeSettings(postconf: Postconf, list: string, { settings }: PolicyCheck): Finding[] {
  const setting = (name: string, otherwise: string): string =>
    settings.get(name) ?? postconf.get(`smtpd_policy_service_${name}`) ?? otherwise
  const action = setting('default_action', '451 4.3.5 Server configuration problem')
  const [timeout, tries] = [setting('timeout', '100s'), setting('try_limit', '2')]
  const found: Finding[] = []
  if (!/^dunno\b/i.test(action)) {
    const effect = /^(ok|permit)\b/i.test(action) ? 'skips every check behind it' : `answers "${action}"`
    found.push(
      fault(
        'postfix',
        `${list}: whenever Postern is away or late, Postfix ${effect}`,
        `write default_action=DUNNO into the braces`,
      ),
    )
  }
  if ((postfixSeconds(timeout) ?? Infinity) > wantedSeconds) {
    found.push(
      warning(
        'postfix',
        `${list}: Postfix waits ${timeout} for an answer`,
        'write timeout=2s into the braces',
      ),
    )
  }
  if (tries !== '1') {
    found.push(
      warning(
        'postfix',
        `${list}: Postfix asks ${tries} times before it goes on without`,
        'write try_limit=1 into the braces',
      ),
    )
  }
  return found.length > 0 ? found : [ok('postfix', `${list}: mail flows when Postern is away`)]
}

/** Only what stands there in plain text can be seen; a table may hold it all the same. */
function judgeReplyDomain(postconf: Postconf, replyDomain: string): Finding[] {
  const lists = [
    'relay_domains',
    'mydestination',
    'virtual_mailbox_domains',
    'virtual_alias_domains',
    'transport_maps',
  ]
  const values = lists.map((name) => postconf.get(name) ?? '').join(' ')
  if (values.split(/[\s,]+/).includes(replyDomain))
    return [ok('postfix', `Postfix takes mail for ${replyDomain}`)]
  const todo = `hand it to listen.lmtp (docs/operate/postfix.md), unless its MX leads to listen.intake`
  const isInTable = /[a-z]+:\S/.test(values)
  return [
    warning(
      'postfix',
      `it cannot be seen ${isInTable ? 'without the tables ' : ''}that Postfix takes mail for ${replyDomain}`,
      todo,
    ),
  ]
}

function ourCheck(postconf: Postconf, list: string, { policy }: Wanted): PolicyCheck | undefined {
  const queue = postconf.get('queue_directory') ?? '/var/spool/postfix'
  return policyChecks(postconf.get(list) ?? '').find(({ service }) => isOurs(service, policy, queue))
}

function isOurs(service: string, policy: Wanted['policy'], queue: string): boolean {
  if ('path' in policy) {
    const path = service.startsWith('unix:') ? service.slice('unix:'.length) : ''
    // In a chroot the queue directory is the root.
    return path !== '' && [path, join(queue, path)].some((each) => isAbsolute(each) && each === policy.path)
  }
  const [, host = '', port = ''] = /^inet:(?:(.*):)?([^:]+)$/.exec(service) ?? []
  return Number(port) === policy.port && isSameHost(host.replaceAll(/[[\]]/g, ''), policy.host)
}

/** A door that listens everywhere is reached at every address of the machine. */
function isSameHost(host: string, listening: string): boolean {
  if (host === listening || ['0.0.0.0', '::'].includes(listening)) return true
  return ['', 'localhost'].includes(host) && ['127.0.0.1', '::1', 'localhost'].includes(listening)
}

function serviceOf(policy: Wanted['policy']): string {
  return 'path' in policy ? `unix:${policy.path}` : `inet:${policy.host}:${policy.port}`
}
