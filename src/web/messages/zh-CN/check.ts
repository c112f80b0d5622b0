import type { Facts } from '../../../base/refusal.ts'
import type { check as en } from '../en/check.ts'
import { fitFindings } from '../finding-words.ts'
import { factText as text, factTime } from '../refusal-words.ts'

export const check: typeof en = {
  title: '检测域名和邮件服务器',
  titleOf: (domain) => `${domain} 的检测结果`,
  description: '实时查询发信域名的 DNS 与身份验证设置，并给出应当发布的记录。',
  lead: (provider) =>
    `我们实时查询 ${provider} 收到您的邮件时所能看到的内容：主机名、SPF、DKIM、DMARC，以及我们自己的名单。检测不会连接您的邮件服务器，结果只保留几分钟。`,
  domain: '邮箱地址中 @ 之后的域名',
  domainHint: '例如',
  ip: '邮件服务器的 IP 地址',
  ipHint: '即实际连接我们的地址，退信的方括号中有写明。不填则无法判断反向解析、SPF 结果和是否被封锁。',
  selector: 'DKIM 选择器',
  selectorHint: '您所发邮件的 DKIM-Signature 字段中 s= 之后的内容。不填则尝试常见的选择器。',
  helo: '服务器在 HELO 中使用的名称',
  heloHint: '不填则使用该地址的反向解析名。',
  button: '开始检测',
  again: '重新检测',
  about: (domain, ip) => (ip === undefined ? domain : `${domain}，发信地址 ${ip}`),
  checkedAt: '查询时间',
  mend: '请先处理',
  allGood: '无需处理',
  allGoodBody: '能够查询到的各项均正常。',
  notAll: '有些项目没有查到结果',
  notAllBody: '已查到结果的各项均正常。',
  noFaults: '没有错误，但有可以改进之处',
  faults: (faults, warnings) => `${faults} 处错误${warnings === 0 ? '' : `，${warnings} 处警告`}`,
  unknownToo: '部分查询没有得到应答。这不代表您的设置有问题，请一分钟后重新检测。',
  details: '全部检测项',
  found: '查到的记录',
  publish: '应发布的记录',
  publishNote: '按区域文件的格式书写。示例中的名称和地址请换成您自己的。',
  trace: '逐项判断过程',
  traceHead: ['项', '结果', '查询的名称', '累计查询次数'],
  outcomes: { match: '匹配', 'no-match': '不匹配', 'go-on': '转用其结果', error: '在此中止' },
  guide: '详见指南',
  link: '检测域名和邮件服务器',
  listPage: '该名单的网页',
  lookUp: '该地址的详细情况',
  results: { pass: '正常', info: '说明', warning: '警告', fault: '错误', unknown: '未知' },
  topics: {
    standing: { title: '我们的名单', why: () => '来自该地址的邮件目前在我们这里会怎样处理。' },
    address: { title: 'IP 地址', why: () => '我们首先按连接过来的 IP 地址识别发件方。' },
    'reverse-name': {
      title: '反向解析（PTR）',
      why: (provider) =>
        `如果一个地址没有能解析回自身的名称，看上去就像一台本不该发信的机器。${provider} 对它的信任较低，可能会要求它稍后再发。`,
    },
    helo: {
      title: 'HELO 名称',
      why: () => '服务器用这个名称介绍自己。名称确属自己，才便于与其他服务器区分。',
    },
    spf: {
      title: 'SPF',
      why: () =>
        'SPF 说明哪些服务器可以在 MAIL FROM 中使用您的域名。发信量大的域名必须通过；对其他域名，它影响首次来信的可信程度。',
    },
    dkim: {
      title: 'DKIM',
      why: () => '签名证明邮件确实出自您且未被改动，转发之后依然有效。良好的信誉会记在签名域名上。',
    },
    dmarc: {
      title: 'DMARC',
      why: () => 'DMARC 把收件人看到的发件人（From）与 SPF、DKIM 联系起来，并说明如何处理冒用您域名的邮件。',
    },
    'mail-hosts': {
      title: '收信主机（MX）',
      why: () => '退信、回复以及我们写给您的信都发往这里。无法回复的发件方，可信程度较低。',
    },
    transport: {
      title: '发往您的邮件的加密',
      why: () => '关系到别人发给您的邮件：有了策略，检查该策略的服务器只通过无法被窃听或劫持的连接投递。',
    },
    lists: { title: '其他机构的名单', why: () => '本收件方选择在此显示的名单。是否列入由各名单自行决定。' },
  },
  findings: fitFindings({
    'standing.passes': (facts) => ({ what: `来自 ${ip(facts)} 的邮件目前可以通过。` }),
    'standing.refused': (facts) => ({
      what: `来自 ${ip(facts)} 的邮件目前被我们拒收${code(facts)}${ends(facts)}`,
      next: `请先处理下列问题，再申请解除封锁：${text(facts, 'url')}`,
    }),
    'standing.deferred': (facts) => ({
      what: `来自 ${ip(facts)} 的邮件目前被我们暂缓接收${code(facts)}${ends(facts)}`,
      next: `您的服务器会自动重试。详情见 ${text(facts, 'url')}`,
    }),
    'standing.would-be-refused': (facts) => ({
      what: `目前不拒收任何邮件，因此来自 ${ip(facts)} 的邮件可以通过；但该地址已被封锁${code(facts)}${ends(facts)}`,
      next: `请在启用拦截之前申请解除封锁：${text(facts, 'url')}`,
    }),
    'standing.unasked': (facts) => ({
      what: `无法显示 ${ip(facts)} 是否被封锁：您所在的网络今天查询的地址过多。`,
      next: again(facts),
    }),
    'address.not-given': () => ({
      what: '没有填写 IP 地址，因此无法判断反向解析、是否被封锁以及 SPF 结果。',
      next: '请填写实际连接我们的服务器地址，退信的方括号中有写明。',
    }),
    'address.public': (facts) => ({ what: `${ip(facts)} 是公网地址。` }),
    'address.special': (facts) => ({
      what: `${ip(facts)} 属于 ${text(facts, 'block')}，互联网上不会有邮件从那里到达我们。`,
      next: '这很可能是服务器的内网地址。请填写邮件对外发出时使用的公网地址。',
    }),
    'address.ours': (facts) => ({ what: `${ip(facts)} 是我们自己的地址。` }),
    'reverse-name.confirmed': (facts) => ({
      what: `${ip(facts)} 的反向解析为 ${text(facts, 'name')}，且该名称能解析回该地址。`,
    }),
    'reverse-name.none': (facts) => ({
      what: `${ip(facts)} 没有反向解析。${facts['family'] === 6 ? 'IPv6 地址最容易漏设。' : ''}`,
      next: 'PTR 记录由为您分配地址的运营商或主机商设置，正向的地址记录由您自己设置。',
    }),
    'reverse-name.elsewhere': (facts) => ({
      what: `${ip(facts)} 的反向解析为 ${text(facts, 'name')}，但该名称没有解析回该地址。`,
      next: '请为该名称添加这个地址，或请运营商把 PTR 记录改为指向拥有该地址的名称。',
    }),
    'reverse-name.partly': (facts) => ({
      what: `${ip(facts)} 的反向解析名 ${text(facts, 'name')} 能解析回该地址，而其余名称 ${text(facts, 'others')} 不能。`,
      next: '请删除其余的 PTR 记录，或为这些名称添加该地址：收件方可能会看其中任何一个。',
    }),
    'reverse-name.many': (facts) => ({
      what: `${ip(facts)} 有 ${text(facts, 'count')} 个反向解析名，收件方只看前几个。`,
      next: '请只保留一个，即服务器在 HELO 中使用的名称。',
    }),
    'reverse-name.line': (facts) => ({
      what: `${text(facts, 'name')} 像是由地址拼成的宽带接入线路名称。`,
      next: '请运营商设置您自己的名称，例如 mail 加上您的域名。如果线路的地址会变动，请改用运营商的服务器发信。',
    }),
    'reverse-name.unknown': (facts) => ({ what: `查询 ${ip(facts)} 的反向解析时，DNS 没有应答，无法判断。` }),
    'helo.confirmed': (facts) => ({ what: `${text(facts, 'helo')} 指向 ${ip(facts)}。` }),
    'helo.elsewhere': (facts) => ({
      what: `${text(facts, 'helo')} 有地址，但不是 ${ip(facts)}。`,
      next: `请让服务器使用${better(facts)}（Postfix：myhostname 或 smtp_helo_name），或为该名称添加这个地址。`,
    }),
    'helo.resolves': (facts) => ({
      what: `${text(facts, 'helo')} 有地址。填写您的 IP 地址后，可以判断是否正确。`,
    }),
    'helo.no-address': (facts) => ({
      what: `${text(facts, 'helo')} 在 DNS 中没有地址。`,
      next: '请为该名称添加服务器的地址，或让服务器使用拥有该地址的名称（Postfix：myhostname 或 smtp_helo_name）。',
    }),
    'helo.no-name': (facts) => ({
      what: `“${text(facts, 'helo')}”不是完整的域名。`,
      next: `按 RFC 5321，这里应是服务器自己的完整名称：${better(facts)}（Postfix：myhostname 或 smtp_helo_name）。`,
    }),
    'helo.literal': (facts) => ({
      what: `${text(facts, 'helo')} 是地址而不是名称。`,
      next: '没有名称的机器可以这样用，但邮件服务器应当有自己的名称。',
    }),
    'helo.unknown': (facts) => ({ what: `查询 ${text(facts, 'helo')} 的地址时，DNS 没有应答，无法判断。` }),
    'helo.spf-pass': (facts) => ({
      what: `HELO 名称 ${text(facts, 'helo')} 的 SPF 也通过。退信和自动回复的 MAIL FROM 为空，收件方按此名称检查 SPF。`,
    }),
    'helo.spf-none': (facts) => ({
      what: `HELO 名称 ${text(facts, 'helo')} 没有自己的 SPF 记录。退信和自动回复的 MAIL FROM 为空，因此没有可通过的 SPF。`,
    }),
    'helo.spf-fail': (facts) => ({
      what: `对 ${ip(facts)} 而言，HELO 名称 ${text(facts, 'helo')} 的 SPF 未通过（${text(facts, 'result')}）。退信和自动回复的 MAIL FROM 为空，收件方按此名称检查 SPF。`,
      next: '请把该地址加入此名称的记录。',
    }),
    'helo.spf-broken': (facts) => ({
      what: `HELO 名称 ${text(facts, 'helo')} 的 SPF 记录无法使用（permerror）。`,
      next: '请改正；只代表一台服务器的名称，用 v=spf1 a -all 即可。',
    }),
    'spf.pass': (facts) => ({
      what: `来自 ${ip(facts)} 的邮件通过 SPF，用了 ${text(facts, 'lookups', '0')} 次查询。`,
    }),
    'spf.fail': (facts) => ({
      what: `SPF 不通过（fail）：${text(facts, 'domain')} 的记录不允许 ${ip(facts)} 代它发信。`,
      next: '如果这是您的服务器，请把它的地址加入记录。',
    }),
    'spf.softfail': (facts) => ({
      what: `SPF 软失败（softfail）：${ip(facts)} 不在 ${text(facts, 'domain')} 列出的服务器之中。`,
      next: '如果这是您的服务器，请把它的地址加入记录。',
    }),
    'spf.neutral': (facts) => ({
      what: `SPF 为中立（neutral）：${text(facts, 'domain')} 的记录没有提到 ${ip(facts)}，效果与没有记录相近。`,
      next: '如果这是您的服务器，请把它的地址加入记录。',
    }),
    'spf.readable': (facts) => ({ what: `${text(facts, 'domain')} 的 SPF 记录可以完整解析。` }),
    'spf.none': (facts) => ({
      what: `${text(facts, 'domain')} 没有 SPF 记录。`,
      next: '请发布一条列出您发信服务器的记录；先用 ~all，确认报告中没有遗漏后再改为 -all。',
    }),
    'spf.several-records': (facts) => ({
      what: `${text(facts, 'domain')} 有 ${text(facts, 'count')} 条 SPF 记录。多于一条时，一条都不算数（permerror）。`,
      next: '请把各条的内容合并为一条，删除其余的。',
    }),
    'spf.syntax': (facts) => ({
      what: `${text(facts, 'domain')} 的 SPF 记录无法解析：第 ${text(facts, 'position')} 个字符处的“${text(facts, 'term')}”${mistakes[text(facts, 'why')] ?? '有误'}。整条记录因此无效（permerror）。`,
      next: '请改正或删除这一项。',
    }),
    'spf.too-many-lookups': (facts) => ({
      what: `该记录需要的 DNS 查询超过 ${text(facts, 'most')} 次；到 ${text(facts, 'domain')} 的“${text(facts, 'term')}”时，收件方会放弃（permerror）。`,
      next: '请删除不再使用的服务的 include，把 a 和 mx 换成 ip4 和 ip6，或让各项服务使用各自的子域名和记录。',
    }),
    'spf.too-many-voids': (facts) => ({
      what: `该记录有两次以上的查询一无所获；到 ${text(facts, 'domain')} 的“${text(facts, 'term')}”时，收件方会放弃（permerror）。`,
      next: '请删除其中已不存在的名称。',
    }),
    'spf.too-many-hosts': (facts) => ({
      what: `${text(facts, 'domain')} 的“${text(facts, 'term')}”对应十台以上的收信主机，收件方会放弃（permerror）。`,
      next: '请改用 ip4 和 ip6。',
    }),
    'spf.no-record-there': (facts) => ({
      what: `${text(facts, 'domain')} 的“${text(facts, 'term')}”指向 ${text(facts, 'target')}，而那里没有 SPF 记录。整条记录因此无效（permerror）。`,
      next: '请删除这一项，或改正其中的名称。',
    }),
    'spf.unknown': (facts) => ({
      what: `查询 ${text(facts, 'name')} 时，DNS 没有应答，无法判断 SPF（temperror）。`,
    }),
    'spf.budget': (facts) => ({
      what: `该记录引出的查询超过了一次检测的上限，到 ${text(facts, 'name')} 时我们停止了查询。`,
      next: '请一分钟后重新检测。如果仍然如此，说明该记录对每个收件方都要求过多，请直接写明地址。',
    }),
    'spf.lookups': (facts) => ({
      what: `整条记录需要 ${text(facts, 'lookups', '0')} 次查询，上限为 ${text(facts, 'most')} 次。`,
    }),
    'spf.many-lookups': (facts) => ({
      what: `整条记录需要 ${text(facts, 'lookups')} 次查询，上限为 ${text(facts, 'most')} 次。再增加一项服务，或某项服务自己增加一项，就可能失效。`,
      next: '请删除不再需要的 include。',
    }),
    'spf.lookups-beyond': (facts) => ({
      what: `该地址可以通过，但整条记录需要的查询超过 ${text(facts, 'most')} 次：对排在后面的服务器，SPF 无效（permerror）。`,
      next: '请删除不再需要的 include，或把 a 和 mx 换成 ip4 和 ip6。',
    }),
    'spf.everybody': (facts) => ({
      what: `“${text(facts, 'term')}”允许互联网上的任何人以 ${text(facts, 'domain')} 的名义发信。`,
      next: '请改为 ~all 或 -all。',
    }),
    'spf.no-opinion': (facts) => ({
      what: `“${text(facts, 'term')}”对其他服务器不置可否，冒用您域名的邮件会像没有记录一样处理。`,
      next: '请改为 ~all，以后再改为 -all。',
    }),
    'spf.no-end': (facts) => ({
      what: `${text(facts, 'domain')} 的记录末尾没有 all 或 redirect，其他服务器一律为中立（neutral）。`,
      next: '请在末尾加上 ~all，以后再改为 -all。',
    }),
    'spf.terms-after-all': (facts) => ({
      what: `all 之后的内容不会被读取：${text(facts, 'terms')} 不起作用。`,
      next: '请把 all 放在最后。',
    }),
    'spf.ptr': (facts) => ({
      what: `“${text(facts, 'term')}”既慢又不可靠，RFC 7208 要求不再使用，有些收件方会忽略它。`,
      next: '请改为写明地址或主机名。',
    }),
    'spf.long': (facts) => ({
      what: `该记录有 ${text(facts, 'length')} 个字符；超过 ${text(facts, 'most')} 个时，答复可能放不进一个数据包。`,
      next: '请把一部分移到子域名中，再用 include 引用。',
    }),
    'spf.modifiers': (facts) => ({ what: `收件方会忽略记录中不认识的内容：${text(facts, 'names')}。` }),
    'dkim.key': (facts) => ({
      what: `选择器 ${text(facts, 'selector')}：${text(facts, 'bits')} 位 RSA 密钥。`,
    }),
    'dkim.ed25519': (facts) => ({
      what: `选择器 ${text(facts, 'selector')}：Ed25519 密钥。并非所有收件方都能验证。`,
      next: '请同时用 2048 位 RSA 密钥签名。',
    }),
    'dkim.short-key': (facts) => ({
      what: `选择器 ${text(facts, 'selector')}：RSA 密钥只有 ${text(facts, 'bits')} 位。`,
      next: '请用新的选择器生成 2048 位密钥并以它签名，然后把旧密钥置空（p=）。',
    }),
    'dkim.broken-key': (facts) => ({
      what: `选择器 ${text(facts, 'selector')}：RSA 密钥为 ${text(facts, 'bits')} 位。低于 1024 位的签名视同没有签名（RFC 8301）。`,
      next: '请用新的选择器生成 2048 位密钥并以它签名。',
    }),
    'dkim.revoked': (facts) => ({
      what: `选择器 ${text(facts, 'selector')}：密钥已撤销（p= 为空），用它签名的邮件无法通过验证。`,
      next: '如果服务器仍在使用该选择器签名，请换用新的选择器和密钥。',
    }),
    'dkim.unreadable': (facts) => ({
      what: `选择器 ${text(facts, 'selector')}：记录${keyTroubles[text(facts, 'why')] ?? '无法作为密钥解析'}，用它签名的邮件无法通过验证。`,
      next: '请重新发布。长密钥在粘贴时常被截断：引号中的各段会直接相连，中间没有空格。',
    }),
    'dkim.several-records': (facts) => ({
      what: `选择器 ${text(facts, 'selector')} 有 ${text(facts, 'count')} 条记录，收件方取用哪一条是不确定的。`,
      next: '请只保留一条；新密钥应使用新的选择器。',
    }),
    'dkim.testing': (facts) => ({
      what: `选择器 ${text(facts, 'selector')} 标为测试（t=y），收件方可能把它的签名视同没有。`,
      next: '确认签名可以通过验证后，请去掉 t=y。',
    }),
    'dkim.sha1': (facts) => ({
      what: `选择器 ${text(facts, 'selector')} 只允许 ${text(facts, 'hashes')}。SHA-1 签名视同没有签名（RFC 8301）。`,
      next: '请去掉 h=，或写为 h=sha256。',
    }),
    'dkim.other-service': (facts) => ({
      what: `选择器 ${text(facts, 'selector')} 不用于邮件（s=${text(facts, 'services')}）。`,
      next: '请去掉 s=，或写为 s=email。',
    }),
    'dkim.none': (facts) => ({
      what: `${text(facts, 'name')} 处没有密钥，使用该选择器的签名无法通过验证。`,
      next: '请在该名称处发布签名程序给出的公钥。',
    }),
    'dkim.not-guessed': (facts) => ({
      what: `没有填写选择器，而常见的选择器都没有密钥（${text(facts, 'tried')}）。这并不说明您没有密钥。`,
      next: '请填写您的选择器：它在您所发邮件的 DKIM-Signature 字段中 s= 之后。如果没有这个字段，说明邮件没有签名，请设置签名。',
    }),
    'dkim.every-name': () => ({
      what: '无论选择器是否存在，DNS 都给出同一条记录（泛解析），因此无法推测您的密钥。',
      next: '请填写您的选择器，并去掉 _domainkey 下的泛解析。',
    }),
    'dkim.unknown': (facts) => ({
      what: `查询 ${text(facts, 'domain')} 的 DKIM 公钥时，DNS 没有应答，无法判断。`,
    }),
    'dmarc.enforced': (facts) => ({ what: `${text(facts, 'domain')} 的策略是 ${text(facts, 'policy')}。` }),
    'dmarc.policy-none': (facts) => ({
      what: `${text(facts, 'domain')} 的策略是 none：冒用您域名的邮件会被放行。`,
      next: '请先看几周报告；确认自己的邮件全部通过后，改为 quarantine，以后再改为 reject。',
    }),
    'dmarc.none': (facts) => ({
      what: `${text(facts, 'domain')} 及其上级域名都没有 DMARC 记录，没有说明如何处理冒用该域名的邮件。`,
      next: '请先发布 p=none 并留下接收报告的邮箱，查看报告后再逐步收紧。发信量大的域名必须有 DMARC。',
    }),
    'dmarc.several-records': (facts) => ({
      what: `_dmarc.${text(facts, 'domain')} 有 ${text(facts, 'count')} 条 DMARC 记录。多于一条时，一条都不算数。`,
      next: '请只保留一条。',
    }),
    'dmarc.unreadable': (facts) => ({
      what: `_dmarc.${text(facts, 'domain')} 处的 DMARC 记录没有有效的策略（p=），视同没有记录。`,
      next: '请在 v=DMARC1 之后写明 p=none、p=quarantine 或 p=reject。',
    }),
    'dmarc.inherited': (facts) => ({
      what: `${text(facts, 'domain')} 自己没有记录，以 ${text(facts, 'at')} 的记录为准（组织域名为 ${text(facts, 'organization')}）。`,
    }),
    'dmarc.suffix': (facts) => ({ what: `${text(facts, 'at')} 声明其下供他人注册域名（psd=y）。` }),
    'dmarc.testing': (facts) => ({
      what: `${text(facts, 'domain')} 的记录标为测试（t=y）：收件方会放宽一级处理。`,
      next: '确认报告中没有问题后，请去掉 t=y。',
    }),
    'dmarc.removed-tags': (facts) => ({
      what: `${text(facts, 'domain')} 的记录中有 RFC 9989 已经取消的标签：${text(facts, 'tags')}。`,
      next: '请去掉它们。原先用 pct=0 表达的意思，现在写作 t=y。',
    }),
    'dmarc.unknown-tags': (facts) => ({
      what: `${text(facts, 'domain')} 的记录中有收件方不认识或重复的内容，会被忽略：${text(facts, 'tags')}。`,
      next: '请改正或去掉，往往是输入错误。',
    }),
    'dmarc.wrong-values': (facts) => ({
      what: `${text(facts, 'domain')} 的记录中，以下标签缺失或取值无效：${text(facts, 'tags')}。`,
      next: '请改正；在此之前，收件方按最宽松的含义处理。',
    }),
    'dmarc.no-reports': (facts) => ({
      what: `${text(facts, 'domain')} 的记录没有写明接收报告的邮箱（rua），您看不到谁在以您的名义发信。`,
      next: '请加上 rua=mailto:reports@example.org 这样的一项，邮箱由程序处理。',
    }),
    'dmarc.strange-uri': (facts) => ({
      what: `无法把报告发往 ${text(facts, 'uri')}。`,
      next: '请写成 mailto:reports@example.org 的形式，多个之间用英文逗号分隔。',
    }),
    'dmarc.reports-refused': (facts) => ({
      what: `${text(facts, 'host')} 没有声明愿意接收关于 ${text(facts, 'domain')} 的报告，因此没有人会往那里发送。`,
      next: '该记录由对方域名的管理者发布；报告服务商会告诉您怎么做。',
    }),
    'dmarc.reports-unknown': (facts) => ({
      what: `DNS 没有应答，无法判断 ${text(facts, 'host')} 是否接收关于 ${text(facts, 'domain')} 的报告。`,
    }),
    'dmarc.aligned': (facts) => ({
      what: `From 为 ${text(facts, 'domain')} 时，MAIL FROM ${alignment(facts, 'spf')}，SPF 才算数；d= ${alignment(facts, 'dkim')}，DKIM 才算数。`,
    }),
    'dmarc.unknown': (facts) => ({
      what: `查询 ${text(facts, 'domain')} 的 DMARC 记录时，DNS 没有应答，无法判断。`,
    }),
    'mail-hosts.found': (facts) => ({
      what: `发给 ${text(facts, 'domain')} 的邮件由 ${text(facts, 'hosts')} 接收。`,
    }),
    'mail-hosts.address-only': (facts) => ({
      what: `${text(facts, 'domain')} 没有 MX 记录，邮件改投它自身的地址。许多收件方会认为该域名不使用邮件。`,
      next: '请发布 MX 记录。',
    }),
    'mail-hosts.none': (facts) => ({
      what: `${text(facts, 'domain')} 既没有 MX 记录也没有地址：没有人能回复您的邮件，许多收件方会拒收。`,
      next: '请发布 MX 记录，指向接收您邮件的主机。',
    }),
    'mail-hosts.no-domain': (facts) => ({
      what: `DNS 中不存在 ${text(facts, 'domain')}。`,
      next: '请检查拼写。如果拼写无误，可能是域名已经到期，或没有设置域名服务器。',
    }),
    'mail-hosts.null': (facts) => ({
      what: `${text(facts, 'domain')} 声明不接收邮件（空 MX，RFC 7505）。来自这种域名的邮件无法回复，可能因此被拒收。`,
      next: '如果该域名用于发信，请发布 MX 记录，指向能够接收退信的主机。',
    }),
    'mail-hosts.null-and-others': (facts) => ({
      what: `${text(facts, 'domain')} 既声明不接收邮件（空 MX），又列出了收信主机，无法判断以哪个为准。`,
      next: '请删除其中一种。',
    }),
    'mail-hosts.no-address': (facts) => ({
      what: `收信主机 ${text(facts, 'host')} 没有地址。`,
      next: '请为它添加地址，或删除它的 MX 记录。',
    }),
    'mail-hosts.alias': (facts) => ({
      what: `收信主机 ${text(facts, 'host')} 是 ${text(facts, 'target')} 的别名（CNAME）；RFC 2181 不允许这样做，有些服务器因此不投递。`,
      next: '请让 MX 记录直接指向主机本身的名称。',
    }),
    'mail-hosts.literal': (facts) => ({
      what: `${text(facts, 'domain')} 的 MX 记录写的是地址 ${text(facts, 'host')}，这里应当是主机名。`,
      next: '请为主机设置名称，并让 MX 指向该名称。',
    }),
    'mail-hosts.not-public': (facts) => ({
      what: `收信主机 ${text(facts, 'host')} 的地址是 ${ip(facts)}，属于 ${text(facts, 'block')}，从外部无法到达。`,
      next: '请发布它的公网地址；内网地址应放在内部 DNS 中。',
    }),
    'mail-hosts.more': (facts) => ({
      what: `共有 ${text(facts, 'all')} 台收信主机，只查询了前 ${text(facts, 'asked')} 台。`,
    }),
    'mail-hosts.unknown': (facts) => ({
      what: `查询 ${text(facts, 'domain')} 的收信主机时，DNS 没有应答，无法判断。`,
    }),
    'transport.none': (facts) => ({
      what: `${text(facts, 'domain')} 没有 MTA-STS 策略，检查该策略的发信服务器因此没有可遵循的要求。`,
    }),
    'transport.enforced': (facts) => ({
      what: `发给 ${text(facts, 'domain')} 的邮件必须加密（MTA-STS，enforce）。`,
    }),
    'transport.testing': (facts) => ({
      what: `${text(facts, 'domain')} 的 MTA-STS 策略处于测试状态（testing）。`,
      next: '确认报告中没有失败后，请改为 enforce。',
    }),
    'transport.off': (facts) => ({ what: `${text(facts, 'domain')} 的 MTA-STS 策略已关闭（none）。` }),
    'transport.bad-record': (facts) => ({
      what: `${text(facts, 'name')} 无法使用：应当只有一条记录，且 id 由字母和数字组成。`,
      next: '请发布一条；每次修改策略时都要更换 id。',
    }),
    'transport.unreachable': (facts) => ({
      what: `无法取得 ${text(facts, 'url')} 处的策略：${fetchTroubles[text(facts, 'why')] ?? `返回 ${text(facts, 'why').replace('status-', '')}`}。`,
      next: '请在该网址通过 HTTPS 直接提供策略，不要跳转；或删除 TXT 记录。',
    }),
    'transport.redirect': (facts) => ({
      what: `${text(facts, 'url')} 返回跳转（${text(facts, 'status')}），按 RFC 8461 不得跟随。`,
      next: '请在该网址直接提供策略。',
    }),
    'transport.certificate': (facts) => ({
      what: `${text(facts, 'host')} 的证书对该名称无效（${text(facts, 'why', '原因未知')}），策略因此不算数。`,
      next: '请向公共证书机构申请该名称的证书。',
    }),
    'transport.bad-policy': (facts) => ({
      what: `${text(facts, 'url')} 处的策略无法解析：${text(facts, 'line')} 一行缺失或有误。`,
      next: '第一行应为 version: STSv1，后面依次是 mode、max_age，以及每台主机各一行 mx。',
    }),
    'transport.host-missing': (facts) => ({
      what: `策略中没有 ${text(facts, 'host')}，而它在您的 MX 记录中。${facts['mode'] === 'enforce' ? '应投递到那里的邮件将无法送达。' : ''}`,
      next: '请把该主机加入策略，再更换 TXT 记录中的 id。',
    }),
    'transport.short': (facts) => ({
      what: `策略只缓存 ${text(facts, 'seconds')} 秒，几乎起不到保护作用。`,
      next: '请把 max_age 设为数周，例如 1209600。',
    }),
    'transport.unknown': (facts) => ({ what: `未能查明是否有 MTA-STS 策略（${text(facts, 'name')}）。` }),
    'transport.reports': (facts) => ({ what: `加密失败会报告给 ${text(facts, 'domain')}（TLS-RPT）。` }),
    'transport.no-reports': () => ({ what: '没有设置接收加密失败报告的地址（TLS-RPT）。' }),
    'transport.bad-reports': (facts) => ({
      what: `${text(facts, 'name')} 无法使用：应有一条带 rua 的记录，其值以 mailto 或 https 开头。`,
      next: '请改正。',
    }),
    'transport.dane': () => ({
      what: '收信主机的证书已通过 DNS 固定（TLSA 记录，用于 DANE）。只有所在区域经 DNSSEC 签名时才有效，而本检测无法证实这一点。',
    }),
    'transport.dane-partly': (facts) => ({
      what: `${text(facts, 'host')} 没有 TLSA 记录，而该域名的其他收信主机有。投递到那里的邮件不受 DANE 保护。`,
      next: '请为每台主机都发布 TLSA 记录。',
    }),
    'transport.dane-unusable': (facts) => ({
      what: `检查 DANE 的发信服务器无法使用 ${text(facts, 'host')} 的 TLSA 记录：${tlsaTroubles[text(facts, 'why')] ?? text(facts, 'why')}。`,
      next: '请发布以 3 1 1 开头的记录，后接该主机证书公钥的 SHA-256 值。',
    }),
    'transport.no-dane': () => ({ what: '收信主机没有 TLSA 记录（DANE）。' }),
    'transport.dane-unasked': () => ({ what: '未能查明收信主机是否有 TLSA 记录（DANE）。' }),
    'lists.clean': (facts) => ({ what: `${ip(facts)} 不在 ${text(facts, 'list')} 中。` }),
    'lists.listed': (facts) => ({
      what: `${ip(facts)} 被列入 ${text(facts, 'list')}（${text(facts, 'code')}）。`,
      next: `只有该名单能够移除：${text(facts, 'url')}`,
    }),
    'lists.refused-us': (facts) => ({
      what: `${text(facts, 'list')} 没有答复我们的查询（${text(facts, 'code')}），结果未知。`,
    }),
    'lists.no-list': (facts) => ({
      what: `${text(facts, 'list')} 的答复不像是名单给出的（${text(facts, 'code')}），结果未知。`,
    }),
    'lists.unknown': (facts) => ({ what: `查询 ${text(facts, 'list')} 时，DNS 没有应答，结果未知。` }),
  }),
}

const mistakes: Readonly<Record<string, string>> = {
  'unknown-mechanism': '不是 SPF 的机制',
  'bad-domain': '冒号后不是有效的域名',
  'bad-address': '冒号后不是有效的地址',
  'bad-length': '斜杠后不是有效的长度',
  'argument-missing': '缺少冒号后的内容',
  'argument-given': '后面多了内容，all 不能带任何内容',
  'modifier-twice': '重复出现',
  'bad-macro': '含有无效的宏',
  'bad-character': '含有记录中不允许的字符',
}

const keyTroubles: Readonly<Record<string, string>> = {
  'no-key': '中没有密钥（p=）',
  'bad-version': '开头的版本不是 v=DKIM1',
  'unknown-kind': '的密钥类型（k=）无法验证',
  'unreadable-key': '中的密钥已损坏',
  'tag-twice': '中有重复的标签',
}

const tlsaTroubles: Readonly<Record<string, string>> = {
  usage: '邮件只使用证书用途 2 和 3（RFC 7672）',
  selector: '选择器既不是 0 也不是 1',
  matching: '匹配类型不是 0、1 或 2',
  length: '数据长度与匹配类型不符',
}

const fetchTroubles: Readonly<Record<string, string>> = {
  'no-address': '该主机没有地址',
  'not-global': '该主机的地址从外部无法到达',
  'too-large': '内容超过 64 KiB',
  late: '没有及时响应',
  unreachable: '无法连接',
}

function ip(facts: Facts): string {
  return text(facts, 'ip', '该地址')
}

function code(facts: Facts): string {
  const status = text(facts, 'status')
  return status === '' ? '' : `（${text(facts, 'code')} ${status}）`
}

function ends(facts: Facts): string {
  const at = factTime(facts, 'ends', 'zh-CN')
  return at === undefined ? '。' : `；封锁将于 ${at} 自动结束。`
}

function again(facts: Facts): string {
  const at = factTime(facts, 'again', 'zh-CN')
  return at === undefined ? '请明天再试。' : `${at} 之后可以再次查询。`
}

function better(facts: Facts): string {
  const name = text(facts, 'better')
  return name === '' ? '自己的名称' : ` ${name}`
}

function alignment(facts: Facts, what: string): string {
  return facts[what] === 's' ? `必须正是 ${text(facts, 'domain')}` : `必须属于 ${text(facts, 'organization')}`
}
