/**
 * The registry of reasons: why mail is refused or deferred, in one typed table.
 * The SMTP line, the code page, the record, the console, the machine-readable policy and the docs are printed from it.
 * `wire` numbers travel in case links and snapshots: they are never reused.
 */

export type CodeProfile = 'microsoft-like' | 'iana-strict'
export type Language = 'en' | 'zh-CN'

/** What the asker can do about it (contracts 3). */
export type Path =
  | 'wait'
  | 'portal'
  | 'mail'
  | 'form'
  | 'third-party'
  | 'fix'
  | 'recipient'
  | 'tenant-admin'
  | 'support'
  | 'address'
  | 'remote'
  | 'none'

export type Who = 'sender' | 'provider' | 'recipient' | 'receiver' | 'third-party' | 'nobody'

/** Who must act follows from the path. */
export const whoActs = {
  wait: 'nobody',
  portal: 'sender',
  mail: 'sender',
  form: 'sender',
  'third-party': 'third-party',
  fix: 'sender',
  recipient: 'recipient',
  'tenant-admin': 'provider',
  support: 'provider',
  address: 'sender',
  remote: 'receiver',
  none: 'nobody',
} as const satisfies Record<Path, Who>

/** How a listing can end before its time. */
export const listingClasses = ['self-service', 'investigate', 'third-party', 'policy'] as const
export type ListingClass = (typeof listingClasses)[number]

interface Sentences {
  /** A heading: what happened. */
  readonly title: string
  /** Why we do this. */
  readonly why: string
  /** What to do next. */
  readonly next: string
  /** By when, or how long. `{{review}}` stands for the time that this installation takes to decide. */
  readonly until: string
}

export interface Reason {
  readonly wire: number
  /** Quoted in the SMTP line; stable. */
  readonly reference: string
  /** SMTP reply code (RFC 5321 §4.2). */
  readonly code: 450 | 451 | 550
  /** Enhanced status code (RFC 3463) by profile. */
  readonly status: Readonly<Record<CodeProfile, string>>
  /** Where in the SMTP dialogue the decision can be made. */
  readonly stage: 'rcpt' | 'message'
  readonly path: Path
  /** Whether mail to a recipient who vouches for its sender passes all the same. Never where malware or phishing may be behind it. */
  readonly vouch: boolean
  /** First sentence of the SMTP line without its full stop: ASCII, English. `[domain]` stands for the sending domain. */
  readonly text: string
  /** Whether the address follows in brackets. */
  readonly showsAddress: boolean
  /** What to do, ASCII, English; the link follows. */
  readonly action: string
  /** Address of its help page: `/codes/<slug>`. */
  readonly slug: string
  readonly words: Readonly<Record<Language, Sentences>>
}

const denied = 'Access denied, banned sending IP'
const portal = 'To see why and to request removal from this list please visit'

export const reasons = {
  spam: {
    wire: 1,
    reference: 'PSN606',
    code: 550,
    status: { 'microsoft-like': '5.7.606', 'iana-strict': '5.7.1' },
    stage: 'rcpt',
    path: 'portal',
    vouch: true,
    text: denied,
    showsAddress: true,
    action: portal,
    slug: 'unwanted-mail',
    words: {
      en: {
        title: 'This address sent mail that our filters judged unwanted',
        why: 'Too large a share of the mail we received from this address was judged spam. Until that changes we refuse all of its mail, so that our users are not troubled.',
        next: 'Find out what sent it: a compromised account or web form, an infected computer behind the same address, or a list whose members did not ask for the mail. Stop it first. Then request the removal: confirm it and press “Delist IP”.',
        until:
          'A removal takes effect within a second. Without one, the listing ends by itself at the time shown on its record.',
      },
      'zh-CN': {
        title: '该 IP 地址发出的邮件被判定为垃圾邮件',
        why: '我们从该地址收到的邮件中，被判定为垃圾邮件的比例过高。为了不打扰我们的用户，在情况改善之前，我们拒收来自该地址的全部邮件。',
        next: '请先找出来源：可能是被盗用的账号或网页表单、同一出口地址后面中毒的电脑，或者收件人并未订阅的群发名单。先止住发信，再申请解除封锁：通过验证后，点击“解除封锁”。',
        until: '解除封锁在一秒之内生效。如果不申请，封锁也会在记录页所示的时间自动结束。',
      },
    },
  },
  complaints: {
    wire: 2,
    reference: 'PSN607',
    code: 550,
    status: { 'microsoft-like': '5.7.607', 'iana-strict': '5.7.1' },
    stage: 'rcpt',
    path: 'portal',
    vouch: true,
    text: denied,
    showsAddress: true,
    action: portal,
    slug: 'complaints',
    words: {
      en: {
        title: 'Our users reported mail from this address as junk',
        why: 'Several of our users marked mail from this address as junk. People do that to mail they did not ask for, or cannot get rid of.',
        next: 'Stop the mailing in question. Write only to people who asked for it, and let them leave with one click. Then request the removal: confirm it and press “Delist IP”.',
        until:
          'A removal takes effect within a second. Without one, the listing ends by itself at the time shown on its record.',
      },
      'zh-CN': {
        title: '我们的用户将该 IP 地址的邮件举报为垃圾邮件',
        why: '有多位用户把来自该地址的邮件标记为垃圾邮件。用户通常这样处理自己没有订阅、或无法退订的邮件。',
        next: '请先停止相关群发。只向明确订阅的人发信，并提供一键退订。然后申请解除封锁：通过验证后，点击“解除封锁”。',
        until: '解除封锁在一秒之内生效。如果不申请，封锁也会在记录页所示的时间自动结束。',
      },
    },
  },
  traps: {
    wire: 3,
    reference: 'PSN608',
    code: 550,
    status: { 'microsoft-like': '5.7.608', 'iana-strict': '5.7.1' },
    stage: 'rcpt',
    path: 'portal',
    vouch: true,
    text: denied,
    showsAddress: true,
    action: portal,
    slug: 'spam-traps',
    words: {
      en: {
        title: 'This address wrote to mailboxes that nobody uses',
        why: 'Mail went to spam traps: addresses that never signed up for anything. Only lists that were bought, harvested or left uncleaned for years reach them.',
        next: 'Find the list that was mailed and take out everybody who has not confirmed that they want it. Then request the removal: confirm it and press “Delist IP”.',
        until:
          'A removal takes effect within a second. Without one, the listing ends by itself at the time shown on its record.',
      },
      'zh-CN': {
        title: '该 IP 地址向无人使用的邮箱发信',
        why: '邮件投到了垃圾邮件陷阱：这些地址从未订阅过任何内容，只有购买、采集或多年未清理的列表才会包含它们。',
        next: '请找出所用的名单，删除所有未确认愿意接收的收件人。然后申请解除封锁：通过验证后，点击“解除封锁”。',
        until: '解除封锁在一秒之内生效。如果不申请，封锁也会在记录页所示的时间自动结束。',
      },
    },
  },
  harvest: {
    wire: 4,
    reference: 'PSN609',
    code: 550,
    status: { 'microsoft-like': '5.7.609', 'iana-strict': '5.7.1' },
    stage: 'rcpt',
    path: 'portal',
    vouch: true,
    text: denied,
    showsAddress: true,
    action: portal,
    slug: 'address-probing',
    words: {
      en: {
        title: 'This address asked for many mailboxes that do not exist',
        why: 'A large share of the recipients named by this address are unknown here. That is how address harvesting looks, and also a list that has not been cleaned.',
        next: 'Look for a compromised host or an address-verification tool, and remove recipients that were refused as unknown. Then request the removal: confirm it and press “Delist IP”.',
        until:
          'A removal takes effect within a second. Without one, the listing ends by itself at the time shown on its record.',
      },
      'zh-CN': {
        title: '该 IP 地址大量试探不存在的邮箱',
        why: '该地址提交的收件人中，有很大比例在我们这里不存在。这既是采集地址的典型表现，也可能是列表长期未清理所致。',
        next: '请检查是否有主机被入侵，或正在使用地址验证工具，并从名单中删除被退回“用户不存在”的收件人。然后申请解除封锁：通过验证后，点击“解除封锁”。',
        until: '解除封锁在一秒之内生效。如果不申请，封锁也会在记录页所示的时间自动结束。',
      },
    },
  },
  manual: {
    wire: 5,
    reference: 'PSN610',
    code: 550,
    status: { 'microsoft-like': '5.7.610', 'iana-strict': '5.7.1' },
    stage: 'rcpt',
    path: 'portal',
    vouch: true,
    text: denied,
    showsAddress: true,
    action: portal,
    slug: 'listed-by-a-person',
    words: {
      en: {
        title: 'A person here listed this address',
        why: 'One of our postmasters looked at the mail from this address and decided to refuse it.',
        next: 'Stop what caused it, then request the removal: confirm it and press “Delist IP”.',
        until:
          'A removal takes effect within a second. Without one, the listing ends by itself at the time shown on its record.',
      },
      'zh-CN': {
        title: '该 IP 地址由我们的管理员手动封锁',
        why: '我们的邮件管理员查看了来自该地址的邮件，决定拒收。',
        next: '请先解决起因，然后申请解除封锁：通过验证后，点击“解除封锁”。',
        until: '解除封锁在一秒之内生效。如果不申请，封锁也会在记录页所示的时间自动结束。',
      },
    },
  },
  investigate: {
    wire: 6,
    reference: 'PSN511',
    code: 550,
    status: { 'microsoft-like': '5.7.511', 'iana-strict': '5.7.1' },
    stage: 'rcpt',
    path: 'mail',
    vouch: false,
    text: 'Access denied, banned sender',
    showsAddress: true,
    action: 'A person has to look at this. Please visit',
    slug: 'investigation',
    words: {
      en: {
        title: 'This address is refused until a person has looked at it',
        why: 'What came from this address was grave (malware, phishing, or repeated after earlier removals), so it cannot be lifted by a button.',
        next: 'Clean the system, then open the link in the refusal and send the request: say what you found and what you changed. You can also forward the bounce to our delist mailbox. A person reads it.',
        until:
          'We answer within {{review}}. The listing also ends by itself at the time shown on its record.',
      },
      'zh-CN': {
        title: '该 IP 地址需经人工审核才能恢复',
        why: '来自该地址的邮件性质严重（恶意软件、钓鱼，或解除封锁后再次发生），因此不能自助解除。',
        next: '请先清理系统，再打开退信中的链接提交申请，说明发现的问题和已采取的措施；也可以把退信转发到我们的解除封锁邮箱。会有专人阅读。',
        until: '我们会在 {{review}}内答复。封锁也会在记录页所示的时间自动结束。',
      },
    },
  },
  'mailbox-budget': {
    wire: 7,
    reference: 'PSN501',
    code: 451,
    status: { 'microsoft-like': '4.7.500', 'iana-strict': '4.7.0' },
    stage: 'rcpt',
    path: 'wait',
    vouch: false,
    text: 'Too many messages to this service mailbox from',
    showsAddress: true,
    action: 'Please try again later; details at',
    slug: 'service-mailbox-busy',
    words: {
      en: {
        title: 'Too many messages to one of our service mailboxes',
        why: 'The mailboxes postmaster@, abuse@ and our delist mailbox take mail from everybody, refused senders included. So that nobody can flood them, each address has a budget there.',
        next: 'Nothing. Your mail server keeps the message and tries again by itself.',
        until: 'The budget refills within the hour.',
      },
      'zh-CN': {
        title: '发往我们服务邮箱的邮件过多',
        why: 'postmaster@、abuse@ 和解除封锁邮箱接收所有人的来信，包括已被封锁的发件人。为防止被刷爆，每个地址在这些邮箱上都有额度。',
        next: '您无需操作，您的邮件服务器会保留邮件并自动重试。',
        until: '额度会在一小时内恢复。',
      },
    },
  },
  'new-sender': {
    wire: 8,
    reference: 'PSN500',
    code: 451,
    status: { 'microsoft-like': '4.7.500', 'iana-strict': '4.7.0' },
    stage: 'rcpt',
    path: 'wait',
    vouch: true,
    text: 'Please try again later: we do not know this sender yet',
    showsAddress: true,
    action: 'Your mail server does this by itself; details at',
    slug: 'new-sender',
    words: {
      en: {
        title: 'We do not know this address yet',
        why: 'Mail from an address that we know little of is let in a few messages at a time, so that a machine that was broken into cannot flood our users before anybody notices.',
        next: 'Nothing. Your mail server keeps the message and tries again by itself. What helps: a reverse name (PTR) that points back to the address, SPF and DKIM, and a steady volume that grows slowly.',
        until:
          'Usually minutes. The budget grows with every message that our users want, and is gone after two weeks at most.',
      },
      'zh-CN': {
        title: '我们还不了解该 IP 地址',
        why: '对于了解甚少的地址，我们每次只放行少量邮件，以免被入侵的机器在被发现之前大量骚扰我们的用户。',
        next: '您无需操作，您的邮件服务器会保留邮件并自动重试。有帮助的做法：配置能正反向互相印证的 PTR 记录，启用 SPF 和 DKIM，并让发信量平稳、逐步增长。',
        until: '通常只需几分钟。每收到一封用户需要的邮件，额度就会增长；最迟两周后不再限制。',
      },
    },
  },
  suspicious: {
    wire: 9,
    reference: 'PSN550',
    code: 451,
    status: { 'microsoft-like': '4.7.550', 'iana-strict': '4.7.1' },
    stage: 'rcpt',
    path: 'wait',
    vouch: true,
    text: 'Access denied, please try again later',
    showsAddress: true,
    action: 'Mail from this address changed and is being looked at; see',
    slug: 'change-of-pattern',
    words: {
      en: {
        title: 'Mail from this address has changed, and we are looking at it',
        why: 'The mail that comes from this address lately is not like what came before: more of it is unwanted, or many of its recipients do not exist. While that is being judged, only a little passes.',
        next: 'If you run this server, look for an account or a web form that somebody else is using. If nothing is wrong, do nothing: your mail server tries again by itself.',
        until:
          'Minutes to hours. It ends by itself when the mail is wanted again; if it is not, the address is listed.',
      },
      'zh-CN': {
        title: '该 IP 地址的邮件出现异常变化，正在评估',
        why: '该地址近来发出的邮件与以往不同：垃圾邮件增多，或者许多收件人不存在。评估期间只放行少量邮件。',
        next: '如果您管理这台服务器，请检查是否有账号或网页表单被他人盗用。如果一切正常，则无需操作，邮件服务器会自动重试。',
        until: '几分钟到几小时。邮件恢复正常后限制自动解除；否则该地址会被封锁。',
      },
    },
  },
  'retry-storm': {
    wire: 10,
    reference: 'PSN850',
    code: 451,
    status: { 'microsoft-like': '4.7.850', 'iana-strict': '4.7.0' },
    stage: 'rcpt',
    path: 'wait',
    vouch: false,
    text: 'Too many attempts after a temporary answer from',
    showsAddress: true,
    action: 'Please retry more slowly; details at',
    slug: 'retry-storm',
    words: {
      en: {
        title: 'Too many attempts after a temporary answer',
        why: 'This address was asked to come back later and tries again many times a minute instead.',
        next: 'Let the mail server wait longer between attempts: five minutes, then longer each time, is common.',
        until: 'It ends by itself a few minutes after the attempts slow down.',
      },
      'zh-CN': {
        title: '收到临时拒绝后重试过于频繁',
        why: '我们请该地址稍后再试，它却每分钟重试许多次。',
        next: '请调大邮件服务器的重试间隔：常见做法是先等五分钟，之后逐次延长。',
        until: '重试放缓几分钟后自动解除。',
      },
    },
  },
  'no-reverse-name': {
    wire: 11,
    reference: 'PSN025',
    code: 450,
    status: { 'microsoft-like': '4.7.25', 'iana-strict': '4.7.25' },
    stage: 'rcpt',
    path: 'fix',
    vouch: true,
    text: 'The sending IPv6 address must have a reverse DNS record',
    showsAddress: true,
    action: 'To see how to set one please visit',
    slug: 'no-reverse-name',
    words: {
      en: {
        title: 'This IPv6 address has no reverse name',
        why: 'A mail server on IPv6 needs a name in reverse DNS (PTR) that points back to the same address. Machines that are not meant to send mail have none.',
        next: 'Ask whoever gave you the address to set the PTR record, and let the name have an AAAA record with the address. Or send over IPv4.',
        until:
          'The first message after the record can be seen is accepted. Your mail server keeps trying meanwhile.',
      },
      'zh-CN': {
        title: '该 IPv6 地址没有反向解析记录',
        why: '通过 IPv6 发信的邮件服务器必须有反向解析记录（PTR），并且该名称要解析回同一地址。不用于发信的机器通常没有这项记录。',
        next: '请联系地址提供商设置 PTR 记录，并为该名称添加指向此地址的 AAAA 记录；也可以改用 IPv4 发信。',
        until: '记录生效后的第一封邮件即可送达，在此期间您的邮件服务器会自动重试。',
      },
    },
  },
  'bad-helo': {
    wire: 12,
    reference: 'PSN506',
    code: 550,
    status: { 'microsoft-like': '5.7.506', 'iana-strict': '5.7.1' },
    stage: 'rcpt',
    path: 'fix',
    vouch: false,
    text: 'Access denied, bad HELO: that name is ours',
    showsAddress: true,
    action: 'Greet with the name of your own host; details at',
    slug: 'bad-helo',
    words: {
      en: {
        title: 'This server greeted us with our own name',
        why: 'In HELO or EHLO a mail server says its own name. This one said ours, which only programs do that want to look like somebody else.',
        next: 'Let your mail server greet with its own fully qualified name (in Postfix: smtp_helo_name or myhostname).',
        until: 'The first message with the right name is accepted; no request is needed.',
      },
      'zh-CN': {
        title: '该服务器在 HELO 中冒用我们的主机名',
        why: '邮件服务器在 HELO/EHLO 中应报出自己的名称，而该服务器报的是我们的主机名，只有企图冒充他人的程序才会这样做。',
        next: '请让邮件服务器在 HELO/EHLO 中报自己的完整域名（Postfix 中为 smtp_helo_name 或 myhostname）。',
        until: '改正后的第一封邮件即可送达，无需申请。',
      },
    },
  },
  'reverse-name': {
    wire: 14,
    reference: 'PSN725',
    code: 550,
    status: { 'microsoft-like': '5.7.25', 'iana-strict': '5.7.25' },
    stage: 'rcpt',
    path: 'fix',
    vouch: true,
    text: 'The sending address has no reverse DNS record that leads back to it',
    showsAddress: true,
    action: 'To see how to set one, and to have it checked again, please visit',
    slug: 'reverse-name-required',
    words: {
      en: {
        title: 'This address still has no reverse name that leads back to it',
        why: 'Mail from it was put off because it has no name in reverse DNS (PTR) that leads back to it. We have looked twice ourselves, an hour apart, and found none.',
        next: 'Ask whoever gave you the address to set the PTR record, and let the name have an A or AAAA record with the address. Then press “Run this test now” on the page of the address.',
        until:
          'It ends by itself: with the first message after our mail servers see the name, or when our own check finds it, every half hour.',
      },
      'zh-CN': {
        title: '该地址仍然没有可正向解析回自身的反向解析记录',
        why: '由于该地址没有可正向解析回自身的反向解析记录（PTR），其邮件此前已被暂缓。我们间隔一小时查询了两次，均未找到。',
        next: '请联系地址提供商设置 PTR 记录，并为该名称添加指向此地址的 A 或 AAAA 记录，然后在该地址的页面上点击“立即运行该检测”。',
        until: '封锁会自动结束：邮件服务器查到该名称后的第一封邮件即可送达；我们也会每半小时自动检测一次。',
      },
    },
  },
  'own-trouble': {
    wire: 15,
    reference: 'PSN700',
    code: 451,
    status: { 'microsoft-like': '4.7.700', 'iana-strict': '4.7.0' },
    stage: 'rcpt',
    path: 'wait',
    vouch: true,
    text: 'Our own mail filter has a problem, so this mail is only delayed and not refused',
    showsAddress: true,
    action: 'Please try again later, as mail servers do by themselves; details at',
    slug: 'our-filter',
    words: {
      en: {
        title: 'Our own filter has a problem, and this mail is only delayed',
        why: 'We have noticed that our filter judges mail as it never did, also mail of senders that have long been good. Until it is right again, it refuses nobody: whoever it found at fault of late is asked to try again later.',
        next: 'Nothing: your mail server keeps the message and tries again by itself. Only if your mail server was broken into, or your mailing was not asked for, stop that: the mail is judged again afterwards.',
        until:
          'Usually hours. Then each of these decisions is made again, and what does not hold ends by itself.',
      },
      'zh-CN': {
        title: '我们自己的过滤器出现问题，邮件只是被延迟',
        why: '我们发现自己的过滤器判定异常，连长期表现良好的发件人也受到影响。在恢复正常之前，它不会拒收任何人的邮件：近期被它判定有问题的发件人，只会收到“请稍后再试”的答复。',
        next: '您无需操作，您的邮件服务器会保留邮件并自动重试。只有当您的服务器确实被入侵，或群发未经收件人同意时，才需要加以制止：之后我们会重新评估这些邮件。',
        until: '通常为数小时。随后我们会逐一重新判定，站不住脚的限制会自动解除。',
      },
    },
  },
  authentication: {
    wire: 13,
    reference: 'PSN515',
    code: 550,
    status: { 'microsoft-like': '5.7.515', 'iana-strict': '5.7.26' },
    stage: 'message',
    path: 'fix',
    vouch: true,
    text: 'Access denied, sending domain [domain] does not meet the required authentication level',
    showsAddress: false,
    action: 'To see which of SPF, DKIM and DMARC failed, and how to fix it, please visit',
    slug: 'authentication-required',
    words: {
      en: {
        title: 'This domain sends much mail, and a message of it did not prove that it comes from the domain',
        why: 'A domain that sends us more than a few thousand messages a day must pass SPF, DKIM and DMARC with every message. Whoever forges mail prefers the names that everybody receives mail from.',
        next: 'Fix the tests that failed, in the DNS of the domain or at the service that sends in its name. If you did not send the message, nothing needs doing: somebody used your domain, and a DMARC policy of reject stops that everywhere.',
        until: 'The next message that passes all three tests is accepted; no request is needed.',
      },
      'zh-CN': {
        title: '该域名的发信量很大，但邮件未能证明确实来自该域名',
        why: '每天向我们发送数千封以上邮件的域名，每封邮件都必须通过 SPF、DKIM 和 DMARC 验证。伪造邮件的人最喜欢冒用大家经常收到来信的域名。',
        next: '请在该域名的 DNS 中，或在以该域名发信的服务商处，修正未通过的项目。如果这封邮件不是您发的，则无需操作：是有人冒用您的域名，把 DMARC 策略设为 reject 可以让各家收件方都拒收此类邮件。',
        until: '下一封通过全部三项验证的邮件即可送达，无需申请。',
      },
    },
  },
} as const satisfies Record<string, Reason>

export type ReasonName = keyof typeof reasons
export const reasonNames = Object.keys(reasons) as readonly ReasonName[]

/** Why a listing was made. Class investigate is spoken of as `investigate`, whatever the cause (contracts 7). */
export const causes = {
  spam: { wire: 1, defaultClass: 'self-service', reason: 'spam' },
  complaints: { wire: 2, defaultClass: 'self-service', reason: 'complaints' },
  traps: { wire: 3, defaultClass: 'self-service', reason: 'traps' },
  harvest: { wire: 4, defaultClass: 'self-service', reason: 'harvest' },
  manual: { wire: 5, defaultClass: 'investigate', reason: 'manual' },
  malware: { wire: 6, defaultClass: 'investigate', reason: 'investigate' },
  phish: { wire: 7, defaultClass: 'investigate', reason: 'investigate' },
  'reverse-name': { wire: 8, defaultClass: 'policy', reason: 'reverse-name' },
} as const satisfies Record<string, { wire: number; defaultClass: ListingClass; reason: ReasonName }>

export type Cause = keyof typeof causes
export const causeNames = Object.keys(causes) as readonly Cause[]

/** The reason that a listing is spoken of with. */
export function reasonOf(listing: { readonly cause: Cause; readonly class: ListingClass }): ReasonName {
  return listing.class === 'investigate' ? 'investigate' : causes[listing.cause].reason
}

/** Whether a recipient's vouch lets mail pass that this was said of: by what was said, and by the listing behind it. */
export function mayBeVouched(
  reason: ReasonName,
  listing: { readonly cause: Cause; readonly class: ListingClass } | null,
): boolean {
  return reasons[reason].vouch && (listing === null || reasons[reasonOf(listing)].vouch)
}

/** What the asker can do about a listing: its class decides, not its cause. */
export function pathOf(listingClass: ListingClass): Path {
  switch (listingClass) {
    case 'self-service':
      return 'portal'
    case 'investigate':
      return 'mail'
    case 'third-party':
      return 'third-party'
    case 'policy':
      return 'fix'
  }
}

/** The reason with this number in case links, or undefined. */
export function reasonByWire(wire: number): ReasonName | undefined {
  return reasonNames.find((name) => reasons[name].wire === wire)
}

/** The reason an enhanced status code, reference or slug stands for, in any profile; case does not matter. */
export function findReasons(text: string): readonly ReasonName[] {
  const wanted = text.trim().toLowerCase()
  return reasonNames.filter((name) => {
    const { slug, reference, status } = reasons[name]
    return [slug, reference.toLowerCase(), ...Object.values(status)].includes(wanted)
  })
}
