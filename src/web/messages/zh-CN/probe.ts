import { html } from '../../ui/html.ts'
import type { probe as en } from '../en/probe.ts'

export const probe: typeof en = {
  start: {
    title: '发一封测试邮件',
    description: (provider) =>
      `向一次性地址发一封邮件，查看 ${provider} 对它的检测结果：SPF、DKIM、DMARC、反向解析和邮件格式。`,
    lead: (provider) =>
      `您会得到一个只接收一封邮件的地址。请从需要测试的服务器发信，然后在这里查看 ${provider} 看到的情况。`,
    what: '报告内容',
    points: [
      '连接我们的是哪个地址，其反向解析、HELO 名称以及会话是否加密；',
      'SPF、DKIM、DMARC 和 ARC 的结果，各自针对哪个域名，是否与 From 地址一致；',
      '邮件格式是否符合邮件服务器的要求；',
      '群发邮件是否支持一键退订；',
      '我们是否会拒收来自该地址的邮件。',
    ],
    button: '获取测试地址',
    valid: (valid, kept) =>
      `该地址在${valid}内接收一封邮件。报告保留${kept}，之后删除。邮件正文既不保存也不显示。`,
    listed: '已被封锁的发件方同样可以使用：测试地址不受封锁名单限制。',
    again: '再取一个地址',
  },
  waiting: {
    title: '等待您的邮件',
    send: '请向以下地址发一封邮件：',
    how: '请用需要测试的邮件服务器或程序，按平常的方式发送。邮件内容不限。',
    until: (when) => html`该地址的有效期截止于 ${when}。`,
    refresh: '本页面大约每十秒自动刷新一次。',
    look: '立即刷新',
    keep: '请保存本页面的网址：只有通过它才能查看报告。',
    expiredTitle: '没有收到邮件',
    expired: '该地址已过期。如果您的服务器收到了退信，其中会说明邮件为何没有送达我们。',
  },
  report: {
    title: '测试邮件检测报告',
    arrived: (when) => html`邮件收到时间：${when}。`,
    kept: (when) => html`报告保留至 ${when}，在此之前，持有本页面网址的人都可以查看。`,
    goodTitle: '没有需要修正的问题',
    good: '没有发现会妨碍这封邮件送达的问题。',
    warningTitle: (count) => `${count} 项建议关注`,
    warning: '没有严重问题。处理好下面标出的各项，投递会更可靠。',
    badTitle: (count) => `${count} 项需要修正`,
    bad: '收件方会拒收此类邮件或将其放入垃圾邮件。各项旁边写有处理方法。',
    refusedTitle: '您的邮件被拒收',
    refused: {
      'bare-newline':
        '某一行没有以 CR LF 结尾，出现了单独的 CR 或 LF（RFC 5321 §2.3.8）。两台服务器可能把这样的邮件读成不同的内容，因此会被拒收。请让生成邮件的程序每一行都以 CR LF 结尾。',
      'too-large': '测试邮件不得超过 2 MiB。请发送不带附件的邮件。',
      unreadable: '邮件结构超出限制，例如嵌套过深、部分过多或邮件头过长。请发送一封简单的邮件。',
    },
    decisionTitle: '我们对该发件方的判定',
    decisionPass: (ip) => `接收来自 ${ip} 的邮件：目前没有任何封锁或规则针对该地址。`,
    decisionReject: (ip) => `来自 ${ip}、发给我们用户的邮件会被拒收。`,
    decisionDefer: (ip) => `来自 ${ip}、发给我们用户的邮件会被暂缓接收。`,
    decisionObserved: (ip) => `目前接收来自 ${ip} 的邮件；如果各项判定全部生效，则不会接收。`,
    decisionUnknown: '不清楚邮件来自哪个地址，因此没有判定结果可供显示。',
    decisionMore: '该地址的状态与处理方法',
    check: '检测该域名和地址的 DNS，并查看应发布的记录',
    letterTitle: '邮件答复',
    letter: {
      queued: '一封附有本报告链接的短信已发往 From 地址。',
      'over-budget': '未发送邮件答复：From 地址今天收到的邮件已达上限。',
      suppressed: '未发送邮件答复：该邮箱已表示不再接收我们的邮件。',
      unsafe:
        '未发送邮件答复：SPF 或 DKIM 未能证明邮件出自 From 地址，或者这是列表或自动邮件，我们从不答复此类邮件。',
    },
    envelopeTitle: '收件人看到的信息',
    rows: {
      from: '发件人（From）',
      name: '显示名称',
      replyTo: '回复地址（Reply-To）',
      sender: 'Sender',
      mailFrom: '信封发件人（退信寄往此处）',
      nullSender: '空（退信或自动邮件）',
      ip: '连接地址',
      helo: 'HELO 名称',
      reverse: '反向解析',
      tls: '加密',
      size: '大小',
      none: '无',
      unknown: '未知',
      plain: '无',
    },
    size: (bytes) => `${bytes} 字节`,
    signaturesTitle: '签名',
    signatures: {
      caption: '邮件中的 DKIM 签名',
      domain: '域名',
      selector: '选择器',
      result: '结果',
      key: '密钥',
      signed: '已签名的字段',
    },
    bits: (bits) => `${bits} 位`,
    sections: {
      connection: '连接',
      authentication: '身份验证',
      envelope: '收件人看到的发件人',
      form: '邮件格式',
      list: '退订',
    },
    tones: { good: '正常', info: '说明', warning: '建议关注', bad: '需要修正' },
  },
  findings: {
    'client-unknown': () => [
      '不清楚邮件来自哪个地址。',
      '邮件经由我们的一台服务器转来，而它没有说明来源，因此无法检查 SPF 和反向解析。这不是您的问题。',
    ],
    'reverse-good': ({ ip, name }) => [`${ip} 的反向解析为 ${name}，且正向解析一致。`, ''],
    'reverse-missing': ({ ip }) => [
      `${ip} 没有反向解析。`,
      '许多收件方拒收来自没有反向解析的地址的邮件。请联系提供该地址的服务商设置 PTR 记录，内容与服务器的 HELO 名称一致。',
    ],
    'reverse-unconfirmed': ({ ip, name }) => [
      `${ip} 的反向解析为 ${name}，但该名称没有解析回这个地址。`,
      '请为该名称添加指向此地址的 A 或 AAAA 记录，或将 PTR 记录改为能解析回来的名称。',
    ],
    'reverse-unsure': ({ ip }) => [
      `暂时无法查询 ${ip} 的反向解析。`,
      'DNS 没有应答。请稍后再发一封测试邮件。',
    ],
    'helo-good': ({ helo }) => [`服务器的 HELO 名称为 ${helo}，与经确认的反向解析一致。`, ''],
    'helo-own': ({ helo }) => [
      `服务器的 HELO 名称为 ${helo}，与该地址经确认的反向解析不同。`,
      '这是允许的；两者一致对收件方更清楚（Postfix 中为 myhostname）。',
    ],
    'helo-no-name': ({ helo }) => [
      `服务器的 HELO 名称为 ${helo}，不是完整的主机名。`,
      '请设置为 DNS 中存在的完整主机名（RFC 5321 §4.1.1.1）：Postfix 中为 myhostname，Exim 中为 primary_hostname。',
    ],
    'helo-unknown': () => ['不清楚服务器的 HELO 名称。', '前面的邮件服务器没有转告。'],
    'tls-good': ({ version, cipher }) => [
      `会话已加密（${[version, cipher].filter(Boolean).join('，')}）。`,
      '',
    ],
    'tls-old': ({ version }) => [
      `会话使用的 ${version} 已经过时。`,
      '请在发信时启用 TLS 1.2 和 1.3；更早的版本已被废止（RFC 8996）。',
    ],
    'tls-none': () => [
      '会话没有加密。',
      '请为外发邮件启用机会性 TLS：Postfix 中为 smtp_tls_security_level = may。',
    ],
    'tls-unknown': () => ['不清楚会话是否加密。', '我们的邮件服务器没有记录。'],
    'spf-pass': ({ domain }) => [`${domain} 的 SPF 通过，且与 From 地址一致。`, ''],
    'spf-pass-elsewhere': ({ domain, from }) => [
      `${domain} 的 SPF 通过，但 From 中的域名是 ${from}。`,
      '它对 DMARC 不起作用，因此必须依靠 From 域名的 DKIM。如有可能，请使用 From 域名下的信封发件人。',
    ],
    'spf-none': ({ domain }) => [
      `${domain || '信封发件人的域名'} 没有 SPF 记录。`,
      '请发布一条列出发信服务器的 TXT 记录，例如 v=spf1 ip4:192.0.2.45 -all。',
    ],
    'spf-neutral': ({ domain }) => [
      `${domain} 的 SPF 记录对该地址没有结论（neutral）。`,
      '请将发信服务器加入记录，并以 ~all 或 -all 结尾。',
    ],
    'spf-softfail': ({ domain }) => [
      `${domain} 的 SPF 记录表示这台服务器很可能无权代其发信（softfail）。`,
      '请将发信服务器加入记录。',
    ],
    'spf-fail': ({ domain }) => [
      `${domain} 的 SPF 记录表示这台服务器无权代其发信（fail）。`,
      '请将发信服务器加入记录，或改用记录中的服务器发信。',
    ],
    'spf-permerror': ({ domain }) => [
      `${domain} 的 SPF 记录有误（permerror）。`,
      '常见原因：存在两条记录、语法错误，或 DNS 查询超过十次。域名检测工具会指出具体位置。',
    ],
    'spf-temperror': ({ domain }) => [
      `无法检查 ${domain} 的 SPF：DNS 没有及时应答。`,
      '请稍后再发一封测试邮件。如果反复出现，请检查该域名的 DNS 服务器。',
    ],
    'dkim-none': () => [
      '邮件没有 DKIM 签名。',
      '请让服务器以 From 域名签名，使用 2048 位密钥。没有签名的邮件一经转发就失去身份证明。',
    ],
    'dkim-pass': ({ domain, selector, bits }) => [
      `${domain} 的签名（选择器 ${selector}${bits ? `，${bits} 位` : ''}）有效，且与 From 地址一致。`,
      '',
    ],
    'dkim-pass-elsewhere': ({ domain, from }) => [
      `${domain} 的签名有效，但 From 中的域名是 ${from}。`,
      '它对 DMARC 不起作用。请让邮件同时以 From 域名签名。',
    ],
    'dkim-fail': ({ domain, selector, why }) => [
      `${domain} 的签名（选择器 ${selector}）未通过验证${why ? `：${why}` : ''}。`,
      '要么 DNS 中的公钥与签名所用的密钥不符，要么邮件在签名之后被改动过，例如被过滤器、页脚或网关改动。',
    ],
    'dkim-temperror': ({ domain, selector }) => [
      `暂时无法查询 ${domain} 的公钥（选择器 ${selector}）。`,
      '请稍后再发一封测试邮件。如果反复出现，请检查该域名的 DNS 服务器。',
    ],
    'dkim-weak-key': ({ domain, bits }) => [
      `${domain} 的密钥只有 ${bits} 位。`,
      '低于 1024 位的密钥所作的签名无效（RFC 8301）。请以新的选择器生成 2048 位密钥。',
    ],
    'dkim-small-key': ({ domain, bits }) => [
      `${domain} 的密钥为 ${bits} 位。`,
      '目前仍然有效。建议以新的选择器更换为 2048 位密钥。',
    ],
    'dkim-sha1': ({ domain }) => [
      `${domain} 的签名使用 SHA-1。`,
      '此类签名无效（RFC 8301）。请将签名算法设为 rsa-sha256。',
    ],
    'dkim-part': ({ domain }) => [
      `${domain} 的签名只覆盖正文的开头部分（l=）。`,
      '任何人都可以在后面添加内容。请在签名程序中关闭长度标签。此类签名在我们这里不算数。',
    ],
    'dkim-unsigned': ({ domain, fields }) => [
      `${domain} 的签名没有覆盖 ${fields}。`,
      '未签名的内容可能在途中被改动。请让签名覆盖 From、To、Subject、Date 和 Message-ID。',
    ],
    'dmarc-pass': ({ domain, policy }) => [
      `${domain} 的 DMARC 通过${policy ? `（策略 ${policy}）` : ''}。`,
      '',
    ],
    'dmarc-aligned': () => ['SPF 或 DKIM 与 From 地址一致，只要有记录，DMARC 就会通过。', ''],
    'dmarc-none': ({ domain }) => [
      `${domain || 'From 域名'} 没有 DMARC 记录。`,
      '请在 _dmarc 下发布一条，起步可用 v=DMARC1; p=none 并附上接收报告的地址。大型收件方要求发信量大的域名必须具备。',
    ],
    'dmarc-fail': ({ domain, policy }) => [
      `${domain} 的 DMARC 未通过${policy ? `（策略 ${policy}）` : ''}。`,
      'SPF 和 DKIM 都没有为 From 中的域名通过。请修正其中之一，最好是 DKIM；如果策略为 reject，这封邮件会被拒收。',
    ],
    'dmarc-permerror': ({ domain }) => [
      `${domain} 的 DMARC 记录无法使用，或者 From 没有写明唯一的作者。`,
      '域名检测工具会指出记录中的错误。',
    ],
    'dmarc-temperror': ({ domain }) => [
      `无法检查 ${domain} 的 DMARC：DNS 没有及时应答。`,
      '请稍后再发一封测试邮件。',
    ],
    'dmarc-monitor': ({ domain }) => [
      `${domain} 的 DMARC 策略为 none：伪造的邮件不会被拒收。`,
      '待报告显示自己的邮件全部通过后，请改为 quarantine 或 reject。',
    ],
    'arc-pass': ({ sealer, instances }) => [
      `ARC 链完整（共 ${instances} 组，最后由 ${sealer} 签署）。`,
      '邮件经过转发，途经的服务器记录了各自的验证结果。',
    ],
    'arc-broken': ({ sealer, why }) => [
      `ARC 链已断开${why ? `：${why}` : ''}${sealer ? `（最后由 ${sealer} 签署）` : ''}。`,
      '邮件在签署之后被改动过。自己直接发送的邮件不需要 ARC。',
    ],
    'name-address': ({ name, from }) => [
      `显示名称中含有另一个邮箱地址（${name}），与 From（${from}）不同。`,
      '钓鱼邮件常用这种手法，因此会被过滤器扣分。请使用人名或机构名称。',
    ],
    'name-invisible': () => [
      '显示名称中含有不可见字符或改变文字方向的字符。',
      '钓鱼邮件常用这种手法，因此会被过滤器扣分。请将其去掉。',
    ],
    'name-mixed': ({ name }) => [
      `显示名称的同一个词里混用了多种字母（${name}）。`,
      '形近字母常被用于钓鱼。请让每个词只使用一种字母。',
    ],
    'from-no-mail': ({ domain }) => [
      `${domain} 不接收邮件。`,
      '它既没有 MX 记录也没有地址记录，无人能够回信。许多收件方拒收此类发件人。',
    ],
    'reply-elsewhere': ({ domain, from }) => [
      `回信会寄往 ${domain}，而 From 中的域名是 ${from}。`,
      '诈骗邮件常用这种手法。如果确有需要，请在邮件中说明；最好使用同一个域名。',
    ],
    'return-elsewhere': ({ domain, from }) => [
      `退信会寄往 ${domain}，而 From 中的域名是 ${from}。`,
      '使用发信服务时属于正常情况。此时 SPF 证明的是发信服务，您自己的域名必须有 DKIM 签名。',
    ],
    'return-null': () => ['信封发件人为空。', '只有退信和自动邮件才应为空。普通邮件应写明能接收退信的邮箱。'],
    'envelope-good': ({ from }) => [`发件人信息清楚，${from || '其域名'} 可以接收回信。`, ''],
    'from-missing': () => [
      '邮件没有 From 字段。',
      '每封邮件必须有且只有一个（RFC 5322 §3.6）。请让生成邮件的程序设置 From。',
    ],
    'from-repeated': ({ count }) => [
      `邮件有 ${count} 个 From 字段。`,
      '只允许一个。阅读程序和过滤器可能各看其一，因此许多地方会拒收。',
    ],
    'from-invalid': () => [
      'From 字段中没有可识别的邮箱地址。',
      '格式应为“名称 <user@example.org>”；名称中有逗号或句点时需加引号。',
    ],
    'from-several': ({ count, sender }) => [
      `From 写有 ${count} 个邮箱地址${sender ? '' : '，且没有 Sender 字段'}。`,
      '配有 Sender 字段时允许（RFC 5322 §3.6.2），但许多收件方会拒收。请只写一位作者。',
    ],
    'date-missing': () => ['邮件没有 Date 字段。', '每封邮件都必须有（RFC 5322 §3.6）。'],
    'date-invalid': () => [
      'Date 字段不是有效的日期。',
      '格式应为：Mon, 4 May 2026 10:15:30 +0200（RFC 5322 §3.3）。',
    ],
    'date-off': ({ late }) => [
      `Date 字段的时间比收到邮件的时间${Number(late) > 0 ? '早' : '晚'} ${span(Number(late))}。`,
      '请用 NTP 校准发信主机的时钟，或检查邮件是否曾在队列中滞留。',
    ],
    'message-id-missing': () => [
      '邮件没有 Message-ID。',
      '请让生成邮件的程序设置（RFC 5322 §3.6.4）。缺少它会打断会话归并，也会降低过滤器的信任。',
    ],
    'message-id-invalid': () => [
      'Message-ID 的格式不是 <内容@域名>。',
      '常见错误是含有空格、缺少尖括号或有两个 @（RFC 5322 §3.6.4）。',
    ],
    'fields-repeated': ({ fields }) => [
      `只能出现一次的字段出现了多次：${fields}。`,
      '可能有两个程序设置了同一字段。阅读程序和过滤器可能各看其一，因此许多地方会拒收。',
    ],
    'header-broken': () => [
      '邮件头中有一行既不是字段，也不是字段的续行。',
      '字段由名称、冒号和值组成，续行以空格开头。常见原因是值中混入了换行。',
    ],
    'header-eight-bit': () => [
      '邮件头含有未经编码的非 ASCII 字符。',
      '请按 RFC 2047 编码（=?utf-8?Q?…?=）。只有使用 SMTPUTF8 时才允许不编码。',
    ],
    nul: () => ['邮件含有 NUL 字节。', '许多地方会拒收此类邮件（RFC 5322 §2.2）。'],
    'lines-long': ({ count, longest }) => [
      `有 ${count} 行超过 998 个字节（最长的一行为 ${longest} 字节）。`,
      '邮件服务器会截断这样的行，从而破坏签名。请将正文编码为 quoted-printable 或 base64（RFC 5322 §2.1.1）。',
    ],
    'subject-missing': () => ['邮件没有主题。', '这是允许的，但收件人和过滤器更希望看到主题。'],
    'recipients-missing': () => [
      '邮件没有写明收件人（没有 To、Cc 或 Bcc）。',
      '这是允许的，但过滤器更希望看到收件人。',
    ],
    'mime-version-missing': () => [
      '邮件使用了 MIME，但缺少 MIME-Version: 1.0 字段。',
      '缺少它时，各部分可能被当作纯文本显示（RFC 2045 §4）。',
    ],
    'mime-type-invalid': () => [
      'Content-Type 不是“类型/子类型”的形式。',
      '纯文本应写作 text/plain; charset=utf-8（RFC 2045 §5.1）。',
    ],
    'mime-boundary-missing': () => [
      '多部分邮件没有写明 boundary。',
      '阅读程序无法区分各部分（RFC 2046 §5.1.1）。',
    ],
    'mime-boundary-unused': () => [
      '邮件头写明的 boundary 在正文中没有出现。',
      '收件人看不到任何内容。邮件头和正文很可能由两个程序分别生成。',
    ],
    'mime-not-closed': () => [
      '最后一部分没有用 boundary 加两个连字符结束。',
      '可能内容被截断，或程序遗漏了结尾（RFC 2046 §5.1.1）。',
    ],
    'mime-encoding-unknown': () => [
      'Content-Transfer-Encoding 写的编码并不存在。',
      '可用的有 7bit、8bit、binary、quoted-printable 和 base64（RFC 2045 §6.1）。',
    ],
    'mime-encoding-of-multipart': () => [
      '多部分邮件被整体编码。',
      '应由各部分分别编码，整体只能是 7bit、8bit 或 binary（RFC 2045 §6.4）。',
    ],
    'mime-bytes-undeclared': () => [
      '正文含有非 ASCII 字节，却声明为 7bit。',
      '请声明为 8bit 或编码为 quoted-printable，否则途中的服务器可能改动内容并破坏签名。',
    ],
    'mime-charset-unknown': () => ['正文的字符集不是已知的字符集。', '请使用 utf-8。'],
    'mime-html-only': () => [
      '邮件只有 HTML，没有纯文本。',
      '这是允许的。同时附上纯文本（multipart/alternative）对部分收件人和过滤器更友好。',
    ],
    'form-good': () => ['Date、From、Message-ID、行长度和 MIME 均符合要求。', ''],
    'list-none': () => ['没有 List-Unsubscribe 字段。', '个人之间的邮件不需要。新闻邮件等群发邮件必须有。'],
    'list-bulk-none': () => [
      '邮件表明自己是列表或群发邮件，却没有 List-Unsubscribe 字段。',
      '请添加带 https 地址的 List-Unsubscribe，以及 List-Unsubscribe-Post（RFC 8058）。',
    ],
    'list-mail-only': () => [
      '只能通过发邮件退订。',
      '请添加 https 地址和 List-Unsubscribe-Post: List-Unsubscribe=One-Click，让收件人一键退订（RFC 8058）。',
    ],
    'list-no-post': () => [
      '没有 List-Unsubscribe-Post 字段。',
      '请添加 List-Unsubscribe-Post: List-Unsubscribe=One-Click，并在 https 地址上接受 POST 请求（RFC 8058）。',
    ],
    'list-post-invalid': () => [
      'List-Unsubscribe-Post 的值不是 List-Unsubscribe=One-Click。',
      '该字段只能出现一次，且值必须完全一致（RFC 8058 §3.1）。',
    ],
    'list-no-https': () => [
      '声明了一键退订，但 List-Unsubscribe 中没有 https 地址。',
      '请在尖括号中添加一个接受 POST 请求的 https 地址（RFC 8058 §3.1）。mailto 或 http 地址不符合要求。',
    ],
    'list-unsigned': () => [
      'List-Unsubscribe 和 List-Unsubscribe-Post 没有同时被有效的 DKIM 签名覆盖。',
      '缺少签名时，邮件程序不会提供一键退订（RFC 8058 §4）。请把这两个字段名加入签名字段。',
    ],
    'list-one-click': ({ host }) => [
      `一键退订声明正确（位于 ${host}）。`,
      '邮件程序的按钮会向该 https 地址发送 POST List-Unsubscribe=One-Click，不带 cookie，且必须无需任何确认即可生效。我们不会实际触发。',
    ],
  },
}

function span(ms: number): string {
  const hours = Math.abs(ms) / 3_600_000
  if (hours < 2) return `${Math.max(1, Math.round(hours * 60))} 分钟`
  return hours < 48 ? `${Math.round(hours)} 小时` : `${Math.round(hours / 24)} 天`
}
