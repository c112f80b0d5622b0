import type { Facts } from '../../../base/refusal.ts'
import { analysis } from './analysis.ts'
import { factText as text, factTime, fitForPeople } from '../refusal-words.ts'

export const refusals = fitForPeople(
  {
    'abuse.already-closed': () => ({
      what: '此项已经处理完毕，或已归入一起事件。',
      next: '请打开对应的事件，查看已作的决定或在那里处理。',
    }),
    'abuse.evidence-gone': () => ({
      what: '这份举报的原始内容已不再保留。',
      next: '原始内容到期后会删除（retention.abuseEvidence），从中查明的事实仍然保留。',
    }),
    'abuse.incident-not-found': () => ({
      what: '这个链接没有对应的事件。',
      next: '请重新打开我们信中的完整链接，有些邮件程序会把链接截断。',
    }),
    'abuse.not-suspended': () => ({
      what: '该账号没有被停用。',
      next: '无需恢复，该账号可以正常发信。',
    }),
    'abuse.owner-told': () => ({
      what: '已经就这起事件通知过账号所有者。',
      next: '每起事件只通知一次，通知时间见处理经过。',
    }),
    'abuse.report-empty': () => ({
      what: '举报中没有邮件。',
      next: '请把被举报的邮件作为文件附上，或粘贴包含邮件头的完整源代码。',
    }),
    'abuse.file-unreadable': (facts) => ({
      what: unreadableFile(text(facts, 'why', '')),
      next: '请在邮件程序中把邮件保存为 .eml 文件，或粘贴邮件源代码；我们不会解压压缩文件。',
    }),
    'abuse.header-missing': () => ({
      what: '这只是邮件正文，没有邮件头。',
      next: '请复制完整的源代码，它以 Return-Path、Received 或 Message-ID 之类的行开头。页面上有取得源代码的方法。',
    }),
    'abuse.two-messages': () => ({
      what: '同时提交了文件和粘贴的源代码。',
      next: '请一次举报一封：选择文件，或粘贴源代码。',
    }),
    'abuse.xarf-invalid': (facts) => ({
      what: `这不是有效的 XARF 报告：${text(facts, 'why', '无法读取')}。`,
      next: '内容没有保存，请修改后重新提交。格式规则见 xarf.org，限额见 docs/integrate/abuse-reports.md。',
    }),
    'abuse.report-not-found': () => ({
      what: '这个链接没有对应的举报。',
      next: '请重新打开回执中的完整链接。超过保存期的举报会被删除。',
    }),
    'abuse.report-too-large': (facts) => ({
      what: `举报超过了 ${text(facts, 'most', '允许的')} 字节的上限。`,
      next: '请一次只提交一封邮件；只要邮件头完整，过大的附件可以去掉。',
    }),
    'address.not-an-address': (facts) => ({
      what: `${quoted(facts, '输入的内容')}不是 IP 地址。`,
      next: '请填写单个地址，例如 192.0.2.45 或 2001:db8::1，不要带端口或主机名。退信中方括号里的就是该地址。',
    }),
    'address.leading-zero': (facts) => ({
      what: `${quoted(facts, '该地址')}中有以 0 开头的数字。有些程序会按八进制读取，因此可能指向两个不同的地址。`,
      next: '请去掉数字前面的 0，例如把 010.0.0.1 写成 10.0.0.1。',
    }),
    'address.is-prefix': (facts) => ({
      what: `${quoted(facts, '输入的内容')}是一个网段，而这里需要的是单个地址。`,
      next: '请填写退信方括号中的那个地址，去掉斜杠及其后面的数字。',
    }),
    'address.special-purpose': (facts) => ({
      what: `${text(facts, 'prefix', '该地址')} 属于特殊用途地址段 ${text(facts, 'block')}，不可能从互联网向我们发送邮件。`,
      next: '您看到的可能是内网地址。请使用退信方括号中的公网地址。',
    }),
    'address.protected': (facts) => ({
      what: `${text(facts, 'prefix', '该地址')} 与受保护的网段 ${text(facts, 'protected')} 重叠，受保护的网段永远不会被封锁。`,
      next: '请改用不与其重叠的更小网段，或在配置中调整受保护的网段。',
    }),
    'address.protected-name': (facts) => ({
      what: `${text(facts, 'prefix', '该地址')} 的反向解析域名 ${text(facts, 'name')} 可正向解析回该地址，且属于受保护的名称（protected.names），永远不会被封锁。`,
      next: '如确需拒收该发件人，请先将该名称从 protected.names 中移除。',
    }),
    'approval.not-found': () => ({
      what: '没有这项等待第二人确认的操作。',
      next: '等待确认的操作列在操作员页面上。',
    }),
    'approval.not-waiting': () => ({
      what: '该操作已不再等待确认：已有人处理，或已超过三天。',
      next: '如仍需要，请重新提出。',
    }),
    'approval.same-person': () => ({
      what: '该操作需要两人，而提出的人正是您。',
      next: '请另一位管理员确认。',
    }),
    'approval.waiting': () => ({
      what: '同一操作已在等待第二人确认。',
      next: '请先确认或撤回那一项。',
    }),
    'audit.broken': () => ({
      what: '审计链校验不通过。',
      next: '请停止一切更改，保留数据库副本，并运行“postern verify”查看是哪条记录。',
    }),
    'brake.already': (facts) => ({
      what:
        facts['state'] === 'on'
          ? `规则 ${text(facts, 'rule')} 已被制动，或刚刚有人要求制动。`
          : `规则 ${text(facts, 'rule')} 目前没有被制动。`,
      next: '无需任何操作。可在控制台概览中，或用“postern brake show”查看制动情况。',
    }),
    'case.closed': () => ({
      what: '该工单已结案。',
      next: '如果情况有变，请在结案后 14 天内重新打开，或另行申请。',
    }),
    'case.code-unknown': () => ({
      what: '这不是我们的工单码，或者已经过期。',
      next: '请与发件人给您的核对：共四组，每组四个字母或数字。对方可以通过拒收链接重新生成。',
    }),
    'case.condition-passes': () => ({
      what: '您填写的检测项目是通过的，不能作为拒绝的理由。',
      next: '请查看工单旁的检测结果，换一个项目，或写一句说明。',
    }),
    'case.condition-unknown': (facts) => ({
      what: `没有名为${quoted(facts, '该名称')}的检测项目。`,
      next: '请按 reverse-name、spf:example.org、check:dkim:example.org 的形式填写，每行一项。',
    }),
    'case.condition-untold': () => ({
      what: '您填写的检测项目目前没有结果：DNS 或对方的服务器没有应答，不能据此拒绝。',
      next: '请过几分钟再试，或换一个项目，或不填项目、写一句说明。',
    }),
    'case.conditions-many': (facts) => ({
      what: `检测项目过多：一次决定最多 ${text(facts, 'most', '10')} 项。`,
      next: '请只填写最要紧的项目，其余的写一句说明。',
    }),
    'case.empty': () => ({
      what: '没有填写内容。',
      next: '请写下您要说的话。',
    }),
    'case.full': () => ({
      what: '该工单的内容已达到保存上限。',
      next: '请等候我们的答复；已收到答复的，请在处理之后再回复。',
    }),
    'case.other-subject': () => ({
      what: '这两个工单涉及不同的地址，也不属于同一人。',
      next: '工单的参与人会在页面上看到工单涉及的地址。请分别答复；如有关联，可以写在备注里。',
    }),
    'case.conditional-stays': () => ({
      what: '其中一个工单的决定在等待检测通过，而检测项目只告知过该工单的参与人；或者两个工单等待的检测不同。',
      next: '合并会把检测项目透露给其他人，或使已作的决定落空。请等检测通过或期满，或先对其中一个工单作出决定。',
    }),
    'case.legal-stays': () => ({
      what: '只与持有者沟通的工单不能合并或拆分。',
      next: '如已不再需要限制，请先解除。',
    }),
    'case.merged': () => ({
      what: '该工单已并入另一工单。',
      next: '请写信到另一工单的地址；原页面仍可查看往来内容。',
    }),
    'case.no-owner': () => ({
      what: '没有人证明过自己是该网段的持有者。',
      next: '请让持有者在网段持有者页面完成验证，然后再操作。',
    }),
    'case.no-request': () => ({
      what: '本工单的参与人都没有就地址提出申请，没有可以解除或拒绝的封锁。',
      next: '请答复对方，并随答复结案。',
    }),
    'case.nobody': () => ({
      what: '没有可以这样处理的参与人。',
      next: '请查看工单的参与人。',
    }),
    'case.not-found': () => ({
      what: '没有这样的工单。',
      next: '请重新打开我们邮件中的完整链接；有些邮件程序会把链接截断。',
    }),
    'case.not-opened': (facts) => ({
      what:
        text(facts, 'reason') === ''
          ? '这里不受理外部发件人的工单。'
          : '这类原因的工单，这里不对外部发件人受理。',
      next: `未作任何改动。${endsAlone(facts)}您可以：解决起因并重新检测；请网段持有者处理；或请收件人联系其自己的服务台。`,
    }),
    'case.open': () => ({
      what: '该工单尚未结案。',
      next: '无需重新打开。',
    }),
    'case.original-gone': () => ({
      what: '该邮件的原件没有保存。',
      next: '往来内容中可以看到其文字。',
    }),
    'case.owner-gone': () => ({
      what: '与本工单沟通的持有者，其证明已经失效。',
      next: '请让同一邮箱重新证明该网段，或先解除限制，然后再答复或作出决定。',
    }),
    'case.over': () => ({
      what: '该工单结案已超过 14 天。',
      next: '请另行申请，并写明此后的变化。',
    }),
    'case.reason-missing': () => ({
      what: '没有写明理由。',
      next: '请至少填写一个检测项目，或写一句说明。',
    }),
    'case.no-survey': () => ({
      what: '本工单没有满意度调查。',
      next: '如有意见，请直接在工单中填写。',
    }),
    'case.restricted': () => ({
      what: '本工单只与地址段的持有者沟通。',
      next: '只有具备法务联络权限的人员可以打开，请联系本系统的管理员。',
    }),
    'case.same': () => ({
      what: '这是同一个工单。',
      next: '请填写另一工单的编号。',
    }),
    'case.with-owner': () => ({
      what: '本工单正与地址段的持有者处理，因此不能在此补充内容。',
      next: '您无需任何操作，结果会显示在本页。如果您就是网段持有者，请在网段持有者页面完成验证。',
    }),
    'case.too-long': () => ({
      what: '内容过长。',
      next: '请不要超过 4,000 个字符。',
    }),
    'case-link.invalid': () => ({
      what: '该链接不是我们签发的，或者缺少了一部分。',
      next: '邮件软件可能会把长行截断。请复制退信中的整行内容，粘贴到下面的输入框，或者直接查询其中的 IP 地址。',
    }),
    'case-link.expired': () => ({
      what: '该链接已超过 30 天，对应的记录已经删除。',
      next: '请改为查询 IP 地址。如果邮件仍被拒收，请使用最近一封退信中的链接。',
    }),
    'check.busy': () => ({
      what: '目前正在进行的检测很多，或者该域名正在检测中。',
      next: '请几秒钟后再试。',
    }),
    'check.selector-invalid': (facts) => ({
      what: `${quoted(facts, '输入的内容')}不是 DKIM 选择器。`,
      next: '选择器是您所发邮件的 DKIM-Signature 字段中 s= 之后的内容，由字母、数字、连字符和点组成。',
    }),
    'database.away': () => ({
      what: '我们的数据库暂时没有响应。',
      next: '请一分钟后再试。此前已向您确认的内容不会丢失。',
    }),
    'database.busy': () => ({
      what: '当前请求过多，您的请求没有排上，没有任何内容被更改。',
      next: '请几秒钟后重新提交。',
    }),
    'delisting.again-later': (facts) => ({
      what: '该地址不久前刚解除过封锁，之后又再次被封锁。',
      next: `再次申请之前，请先找出仍在发信的来源。${again(facts)}`,
    }),
    'delisting.already-decided': () => ({
      what: '该申请已经处理完毕。',
      next: '结果见申请页面。如果邮件仍被拒收，请通过最近一封退信中的链接重新申请。',
    }),
    'delisting.burned': () => ({
      what: '验证码已输错五次，该申请已关闭。封锁状态没有变化。',
      next: '请重新申请。验证码显示在提交表单后的页面上，不在邮件里。',
    }),
    'delisting.expired': () => ({
      what: '邮件中的链接已过期。',
      next: '请重新申请，新的确认邮件会立即发出。',
    }),
    'delisting.not-found': () => ({
      what: '找不到该申请，或者当前浏览器不是提交申请时使用的浏览器。',
      next: '请完整打开邮件中的链接，或重新申请。',
    }),
    'delisting.proof-missing': () => ({
      what: '我们还无法确认该邮箱或该地址由您管理。',
      next: '请打开邮件中的链接，或使用申请页面上的其他验证方式。',
    }),
    'delisting.queue-full': (facts) => ({
      what: '该申请需要人工处理，但目前排队的申请已满。您的申请尚未进入队列，但会为您保留。',
      next: `在此之前您的申请一直有效。${again(facts)}`,
    }),
    'delisting.second-half-wrong': (facts) => ({
      what: '验证码与这封邮件不匹配。',
      next: `请输入提交申请时页面上显示的六位验证码。${tries(facts)}`,
    }),
    'delisting.statement-missing': () => ({
      what: '您尚未勾选责任声明。',
      next: '请阅读声明，确认属实后勾选：只有愿意对该地址所发邮件负责的人才能申请解除封锁。',
    }),
    'disk.full': () => ({
      what: '目前无法保存任何内容，因此没有任何更改。',
      next: '请稍后再试。我们的邮件管理员已收到通知。',
    }),
    'domain.is-address': (facts) => ({
      what: `${quoted(facts, '输入的内容')}是 IP 地址，这里需要的是域名。`,
      next: '请填写邮箱地址中 @ 之后的域名；IP 地址另有一栏（--ip）。',
    }),
    'domain.not-a-domain': (facts) => ({
      what: `${quoted(facts, '输入的内容')}不是域名。`,
      next: '请填写邮箱地址中 @ 之后的域名，例如 example.org：每一段最多 63 个字母、数字或连字符，总长不超过 253 个字符。',
    }),
    'domain.single-label': (facts) => ({
      what: `${quoted(facts, '输入的内容')}只有一段，互联网上不会有邮件来自这样的域名。`,
      next: '请填写带点的完整域名，例如 example.org。',
    }),
    'domain.special-use': (facts) => ({
      what: `.${text(facts, 'suffix', '该后缀')} 下的名称只在内部网络中使用或另有用途，外部无法查询${text(facts, 'domain') === '' ? '' : ` ${text(facts, 'domain')}`}。`,
      next: '请填写邮箱地址中 @ 之后的公网域名。',
    }),
    'form.cross-site': () => ({
      what: '该表单是从其他网站提交的，我们没有处理。',
      next: '请在本站打开页面后重新提交。没有任何内容被更改。',
    }),
    'forms.none-chosen': () => ({
      what: '没有选择表单中的地址。',
      next: '请勾选要处理的地址。',
    }),
    'warm-ups.decided': () => ({
      what: '该预热申请已有决定，或已经结束。',
      next: '请刷新页面查看目前的状态。',
    }),
    'warm-ups.not-found': () => ({
      what: '该工单中没有这个预热申请。',
      next: '请重新打开工单，再从中选择。',
    }),
    'warm-ups.unfit': (facts) => ({
      what: `${text(facts, 'prefix', '某个地址')} 已被封锁，或发来收件人不想要的邮件，这时不能按预告提高额度。`,
      next: '请先处理该问题，或不同意预告并写明需要改什么。',
    }),
    'forms.too-many': (facts) => ({
      what: `一份表单最多填写 ${text(facts, 'most', '20')} 个地址或网段。`,
      next: '请先填写最重要的，或填写 192.0.2.0/24 这样的网段。',
    }),
    'form.invalid': (facts) => invalidForm(facts),
    'form.too-large': (facts) => ({
      what: '提交的内容过长。',
      next: smaller(facts),
    }),
    'headers.busy': () => ({ what: '目前正在读取的内容过多。', next: '请稍后再试。' }),
    'headers.none': () => ({
      what: '这段文字中没有邮件头。',
      next: '请打开邮件，在邮件程序中选择“显示原文”“查看源代码”或“Internet 邮件头”，然后粘贴其中的全部内容。',
    }),
    'headers.unread': (facts) => ({
      what: unreadHeader(text(facts, 'why')),
      next: '请只粘贴邮件头（到第一个空行为止），不要带上下面的邮件内容。',
    }),
    'idempotency.mismatch': () => ({
      what: '该 Idempotency-Key 已用于另一个请求。',
      next: '请为新的请求使用新的键。',
    }),
    'letter.final': () => ({
      what: '该邮件不能再次发送：它不是已放弃发送的邮件，或者已过有效时间。',
      next: '无需任何操作。如仍有需要，请对方重新提交申请。',
    }),
    'letter.not-found': () => ({
      what: '找不到该邮件。',
      next: '它可能已过保留期限被删除。请在发件箱中查看。',
    }),
    'limit.exceeded': (facts) => ({ what: '操作次数超出了允许的上限。', next: again(facts) }),
    'links.invalid': () => ({
      what: '这个链接不是我们生成的，或者不完整。',
      next: '请重新打开邮件中的完整链接；有些邮件程序会把链接截断。如仍不行，请申请新的链接。',
    }),
    'links.not-proven': () => ({
      what: '页面上给出的地址还没有收到您邮箱发来的邮件。',
      next: '请用该邮箱向此地址发信，稍等片刻后再点按钮。',
    }),
    'links.over': () => ({
      what: '这个链接已失效。它已过期、已使用，或验证码输错五次。',
      next: '请回到申请链接的页面重新申请，新链接会立即发出。此前用它完成的操作仍然有效，除此之外没有任何更改。',
    }),
    'links.second-half-wrong': (facts) => ({
      what: '验证码与这封邮件不符。',
      next: `请输入申请链接时页面上显示的六位验证码。${tries(facts)}`,
    }),
    'listing.already-ended': (facts) => ({
      what: `${text(facts, 'prefix', '该地址')} 的封锁已经结束。`,
      next: '无需再做任何操作。',
    }),
    'listing.class-field': (facts) => ({
      what: `类别为 ${text(facts, 'class', 'policy')} 的封锁必须填写${facts['field'] === 'url' ? '负责移除的机构网址' : '可使其结束的检测项名称'}。`,
      next: `请填写“${text(facts, 'field', 'test')}”。`,
    }),
    'listing.ends-invalid': (facts) => ({
      what: `${quoted(facts, '结束时间')}不是将来的时间。`,
      next: '请填写时长（例如 24h、7d），或时间（例如 2026-05-04T10:00:00Z）。',
    }),
    'listing.never-ends': (facts) => ({
      what: '每项封锁都必须自动结束，而这一项的期限过长。',
      next: `请选择 ${text(facts, 'longestDays', '365')} 天以内的结束时间。到期后如有需要，可以再次封锁。`,
    }),
    'listing.not-found': (facts) => ({
      what: `找不到${text(facts, 'id') === '' ? '该' : ''}封锁记录 ${text(facts, 'id')}。`,
      next:
        facts['covering'] === undefined
          ? '请按地址查询。'
          : `该地址包含在 ${text(facts, 'covering')} 的封锁中。`,
    }),
    'listing.other-effect': (facts) => ({
      what: `${text(facts, 'prefix', '该网段')} 已有一条${facts['effect'] === 'pass' ? '放行' : '封锁'}记录生效，与您要添加的相反。`,
      next: `请先结束该记录${id(facts)}；或者明确要求替换：命令行使用“--replace”，API 使用“replace”，控制台在第二步确认。`,
    }),
    'mailbox.invalid': (facts) => ({
      what: `${quoted(facts, '输入的内容')}不是可以收信的邮箱地址。`,
      next: mailboxAdvice(facts),
    }),
    'operator.exists': (facts) => ({
      what: `名为 ${text(facts, 'name', '该名称')} 的操作员已存在。`,
      next: '请换一个名称。',
    }),
    'operator.identity-taken': () => ({
      what: '该登录提供方账号已属于一位操作员。',
      next: '请在登录提供方处换一个账号登录。',
    }),
    'operator.link-invalid': () => ({
      what: '该链接已被使用，或已超过一小时。',
      next: '请在服务器本机上重新生成：postern operator link NAME。',
    }),
    'operator.not-admitted': () => ({
      what: '登录提供方已确认您的身份，但这里还没有给您开通。',
      next: '请联系本系统的管理员。如果您在这里已有操作员账号，请先用它登录，再在“我的账号”页面关联。',
    }),
    'operator.name-invalid': () => ({
      what: '这个名称不能用作操作员名称。',
      next: '请使用 2 到 32 个小写字母、数字、点、连字符或下划线，并以字母开头。',
    }),
    'operator.not-found': (facts) => ({
      what: `没有名为 ${text(facts, 'name', '该名称')} 的操作员。`,
      next: '运行“postern operator list”可查看全部操作员。',
    }),
    'operator.password-short': (facts) => ({
      what: `密码太短，至少需要 ${text(facts, 'least', '15')} 个字符。`,
      next: '请换一个更长的密码，例如一句话；也可以不填，由系统生成。',
    }),
    'recipients.mailbox-unverified': () => ({
      what: '已识别您的账号，但登录提供方没有确认该邮箱属于您。',
      next: '请先在登录提供方验证您的邮箱地址，再重新登录；也可以让我们向该邮箱发送登录链接。',
    }),
    'recipients.not-found': () => ({
      what: '没有发往该邮箱的这条拒收记录，或记录已过保存期。',
      next: '被拒收邮件的列表中可以看到全部记录。',
    }),
    'recipients.not-ours': (facts) => ({
      what: '该邮箱不属于由我们收信的域名，因此我们不会向它发信。',
      next: `请填写您在本系统的邮箱，以 ${text(facts, 'domains', '我们的域名')} 结尾。`,
    }),
    'recipients.not-theirs': () => ({
      what: '这不是您的邮箱，也不属于您负责的域名。',
      next: '请用该邮箱本身登录。域名由谁负责，由我们的邮件管理员指定。',
    }),
    'recipients.provider-away': () => ({
      what: '登录提供方没有响应。',
      next: '请稍后重试，或让我们向您的邮箱发送登录链接，该方式不依赖登录提供方。',
    }),
    'recipients.provider-failed': () => ({
      what: '登录未成功：可能用时超过十分钟、在另一个浏览器中开始、已使用过一次，或中途取消。',
      next: '请从本页重新登录，或让我们向您的邮箱发送登录链接。',
    }),
    'recipients.provider-foreign': (facts) => ({
      what: '您账号的邮箱不属于由我们收信的域名。',
      next: `请使用邮箱以 ${text(facts, 'domains', '我们的域名')} 结尾的账号登录，或让我们向该邮箱发送登录链接。`,
    }),
    'recipients.sign-in': () => ({
      what: '您尚未用邮箱登录，或登录已过期。',
      next: '请从收件人页面重新登录，无需在本站设置密码。',
    }),
    'owners.by-dns': () => ({
      what: '只有通过 DNS 记录或文件验证了网段的持有者，才能把其中一部分授权给他人。',
      next: '请发布该网段页面所示的记录，其他一切不变。',
    }),
    'owners.contact-unknown': () => ({
      what: '注册机构和该地址的主机名都没有把这个邮箱列为该网段的联系人。',
      next: '请重新查询可以询证的联系人，并从中选择。',
    }),
    'vouches.days': (facts) => ({
      what: '担保的天数无效。',
      next: `请填写 1 到 ${text(facts, 'most', '90')} 之间的整数。`,
    }),
    'vouches.domain': () => ({
      what: '这封邮件带有多个域名的签名，您还没有选择其中之一。',
      next: '请选择您信任的那一个。',
    }),
    'vouches.ended': () => ({
      what: '这项担保已经结束。',
      next: '无需撤回：它已不再放行任何邮件。',
    }),
    'vouches.full': () => ({
      what: '我们的服务器能保存的担保已达上限，您的担保没有生效。',
      next: '请写信给 postmaster，由他们腾出空间；在此之前，可以请发件人通过退信中的链接申请解除封锁。',
    }),
    'vouches.never': () => ({
      what: '这封邮件的拒收原因不能由收件人担保：恶意软件、钓鱼、须人工调查，或服务器的行为本身。',
      next: '请让发件人打开退信中的链接，那里有针对这种情况的办法。',
    }),
    'vouches.no-sender': () => ({
      what: '记录中没有唯一的发件域名，因此无从担保。',
      next: '请让发件人再发一次。如果仍被拒收，新的记录可能会有域名。',
    }),
    'vouches.not-found': () => ({
      what: '您没有这项担保。',
      next: '担保列表中可以看到您的全部担保。',
    }),
    'vouches.off': () => ({
      what: '这里没有启用担保。',
      next: '请让发件人打开退信中的链接，那里说明了如何恢复投递。',
    }),
    'vouches.revoked': () => ({
      what: '我们的邮件管理员终止了这项担保，30 天内不能再次担保。',
      next: '如果您认为有误，请写信给他们；也可以请发件人申请解除封锁。',
    }),
    'vouches.too-many': (facts) => ({
      what: `一个邮箱同时最多有 ${text(facts, 'most', '20')} 项担保。`,
      next: '请先撤回一项不再需要的担保。',
    }),
    'vouches.unsigned': () => ({
      what: '这封邮件没有有效的 DKIM 签名，无法确认究竟是谁写的。',
      next: '请让发件人为邮件签名，或从该域名自己的服务器发送。',
    }),
    'owners.delegated': () => ({
      what: '该网段是由其持有者授权给您的，不能再转授。',
      next: '请让持有者直接授权给对方的邮箱。',
    }),
    'owners.ended': () => ({
      what: '这项申请已经终止。',
      next: '如果该网段属于您，请重新申请。',
    }),
    'owners.not-found': () => ({
      what: '这里没有属于您的内容。',
      next: '网段列表中是用本邮箱可以查看的全部内容。',
    }),
    'owners.not-granted': () => ({
      what: '尚未证明该网段属于您。',
      next: '请先验证，方法见该网段的页面。',
    }),
    'owners.not-registered': (facts) => ({
      what: `没有注册机构把 ${text(facts, 'prefix', '该网段')} 登记为一个网段。`,
      next: '请申请注册机构登记的那一部分，或通过 DNS 验证。',
    }),
    'owners.outside': (facts) => ({
      what: `${text(facts, 'prefix', '该网段')}不在 ${text(facts, 'range', '您的网段')} 之内。`,
      next: '请填写其中的一部分，最多为整个网段。',
    }),
    'owners.registry-away': () => ({
      what: '注册机构目前没有应答，或要求我们稍后再查询。',
      next: '请几分钟后再试，或通过 DNS 验证。',
    }),
    'owners.sign-in': () => ({
      what: '您尚未以持有者身份登录，或登录已过期。',
      next: '请把登录链接发送到您的邮箱；不需要密码。',
    }),
    'owners.sub-allocated': (facts) => ({
      what: `在注册机构的登记信息中，${text(facts, 'prefix', '这一部分')} 属于另一个网段，不在联系人为您确认的范围内。`,
      next: '应由其持有者提出申请；如果该部分属于您，请单独申请并验证。',
    }),
    'owners.token-name': () => ({
      what: '令牌名称须为 1 至 40 个字母、数字、点、连字符或下划线。',
      next: '请以使用该令牌的程序命名，例如 dashboard-1。',
    }),
    'owners.part-full': (facts) => ({
      what: `该邮箱已代管 ${text(facts, 'most', '100')} 个他人授权的部分，达到上限。`,
      next: '请授权给另一个邮箱，或请对方放弃不再需要的部分。',
    }),
    'owners.too-many': (facts) => ({
      what: `一个邮箱最多可以申请 ${text(facts, 'most', '100')} 个网段。`,
      next: '请放弃不再需要的网段，或申请包含多个网段的更大网段。',
    }),
    'owners.too-many-tokens': (facts) => ({
      what: `一个邮箱最多可以有 ${text(facts, 'most', '10')} 个令牌。`,
      next: '请先收回不再使用的令牌。',
    }),
    'owners.too-wide': (facts) => ({
      what: `${quoted(facts, '该网段')}超出了单个持有者可以申请的范围。`,
      next: `最大为 ${text(facts, 'widest', 'IPv4 /16、IPv6 /32')}。请分段申请。`,
    }),
    'passkey.name-invalid': () => ({
      what: '请给通行密钥取一个不超过 60 个字符的名称。',
      next: '可以用它所在设备的名称。',
    }),
    'passkey.not-found': () => ({
      what: '您没有这个通行密钥。',
      next: '它可能已被移除；“我的账号”页面列出了有效的通行密钥。',
    }),
    'passkey.unusable': () => ({
      what: '浏览器返回的内容不是可在这里使用的通行密钥。',
      next: '请刷新页面后重试。设备须验证您的指纹、面容或 PIN，并且“console.origin”须与浏览器中的地址一致。',
    }),
    'permission.denied': (facts) => ({
      what: `您的角色无权执行此操作（${text(facts, 'permission', '缺少权限')}）。`,
      next: '请联系本系统的管理员。',
    }),
    'pow.invalid': () => ({
      what: '浏览器自动完成的小计算已过期或未完成。',
      next: '请刷新页面后重新提交。如果浏览器禁用了脚本，请改为给我们写信，页面上有收信地址。',
    }),
    'pow.replayed': () => ({
      what: '该表单已经提交过。',
      next: '如果没有看到下一页，请刷新表单后再提交一次。',
    }),
    'prefix.host-bits': (facts) => ({
      what: `${quoted(facts, '该网段')}在前缀长度之后仍有非零位。`,
      next: `您要填写的是不是 ${text(facts, 'suggestion', '网段本身')}？`,
    }),
    'prefix.not-a-prefix': (facts) => ({
      what: `${quoted(facts, '输入的内容')}不是网段。`,
      next: '请填写网段的起始地址、斜杠和前缀长度，例如 192.0.2.0/24 或 2001:db8::/48。',
    }),
    'prefix.too-wide': (facts) => ({
      what: `${quoted(facts, '该网段')}超出了封锁允许的最大范围。`,
      next: `最大为 ${text(facts, 'widest', 'IPv4 /8、IPv6 /16')}。请只封锁实际发信的部分。`,
    }),
    'prefix.too-narrow': (facts) => ({
      what: `${quoted(facts, '该网段')}小于判断的最小单位：IPv4 为单个地址，IPv6 为地址所在的 /64。`,
      next: `请使用 ${text(facts, 'suggestion', '/64')}。`,
    }),
    'prefix.two-people': (facts) => ({
      what: `${text(facts, 'prefix', '该网段')} 范围很大，需要另一位操作员同意。`,
      next: agree(facts),
    }),
    'person.not-found': () => ({
      what: '没有这项删除请求。',
      next: '它可能已被拒绝，或记录已过期删除。请查看删除个人数据页面上的清单。',
    }),
    'probe.expired': () => ({
      what: '该测试地址已过期，在有效期内没有收到邮件。',
      next: '请在测试地址页面重新获取一个；每个地址在有效期内只接收一封邮件。',
    }),
    'probe.not-found': () => ({
      what: '没有这份报告，或报告已超过保留期限。',
      next: '报告到期后会被删除。请重新获取测试地址并再发一次邮件。',
    }),
    'probe.used': () => ({
      what: '该测试地址已经收到过邮件。',
      next: '每个地址只接收一封邮件。如需再测，请另取一个地址。',
    }),
    'reputation.dry-run-busy': () => ({
      what: '另一次试运行正在进行。',
      next: '请等待其完成，或将其取消。',
    }),
    'session.required': () => ({ what: '您尚未登录，或离开时间过长。', next: '请登录后重新操作。' }),
    'sign-in.failed': () => ({
      what: '用户名、密码和验证码不匹配。',
      next: '请重试。六位验证码每 30 秒变化一次，请检查手机时间是否准确。',
    }),
    'sign-in.provider-away': () => ({
      what: '登录提供方没有响应。',
      next: '请稍后重试。密码、通行密钥和“postern operator link”生成的链接不依赖它，仍可使用。',
    }),
    'token.exists': (facts) => ({
      what: `名为 ${text(facts, 'name', '该名称')} 的令牌已存在。`,
      next: '请换一个名称，或先撤销原有令牌。',
    }),
    'token.invalid': () => ({
      what: '令牌缺失、无效或已被撤销。',
      next: '请在请求中加上“Authorization: Bearer …”，令牌由“postern token add”生成。',
    }),
    'token.not-found': (facts) => ({
      what: `没有名为 ${text(facts, 'name', '该名称')} 的令牌。`,
      next: '运行“postern token list”可查看全部令牌。',
    }),
  },
  unspaced,
)

/** Where a fact is missing, the words that stand for it take no space. What is quoted stays as it was typed. */
function unspaced(sentence: string): string {
  return sentence
    .split(/(“[^”]*”)/)
    .map((part, index) =>
      index % 2 === 1 ? part : part.replaceAll(/(?<=[\p{Script=Han}，。]) +(?=[\p{Script=Han}，。])/gu, ''),
    )
    .join('')
}

function quoted(facts: Facts, otherwise: string): string {
  return facts['input'] === undefined ? otherwise : `“${facts['input']}”`
}

function id(facts: Facts): string {
  const known = text(facts, 'id')
  return known === '' ? '' : `（${known}）`
}

function again(facts: Facts): string {
  const at = factTime(facts, 'again', 'zh-CN')
  return at === undefined ? '请稍后再试。' : `${at} 之后可以再次尝试。`
}

function tries(facts: Facts): string {
  const left = facts['left']
  if (typeof left !== 'number') return '输错五次后，该申请将被关闭。'
  return left === 0 ? '已没有剩余次数，请重新申请。' : `还可以尝试 ${left} 次。`
}

function agree(facts: Facts): string {
  const at = factTime(facts, 'again', 'zh-CN')
  return at === undefined
    ? '请另一位操作员在控制台中确认。'
    : `请另一位操作员确认；或者慎重考虑后，在 ${at} 之后由您本人确认。`
}

function invalidForm(facts: Facts): { what: string; next: string } {
  const field = facts['field'] === undefined ? '表单' : `“${facts['field']}”`
  switch (facts['why']) {
    case 'charset':
      return {
        what: '提交的内容不是 UTF-8 编码，有些字符无法识别。',
        next: '请在本站页面上提交表单，或先将文件另存为 UTF-8 编码。',
      }
    case 'control':
      return {
        what: `${field}中含有不可见的控制字符。`,
        next: '从终端复制时常会带上这类字符。请手动输入，或以纯文本方式粘贴。',
      }
    case 'gzip':
      return {
        what: '请求内容不是 gzip 格式，或解压后超过每次允许的大小。',
        next: '请分成较小的部分用 gzip 压缩后发送，或不使用 Content-Encoding。',
      }
    case 'content-encoding':
      return {
        what: 'Content-Encoding 仅支持 gzip。',
        next: '请用 gzip 压缩请求内容，或去掉该头字段。',
      }
    case 'cursor':
      return {
        what: `${field}不是该列表中的位置。`,
        next: '请使用上一页返回的“next”；如需从最新的一条开始，请不填。',
      }
    case 'twice':
      return { what: `${field}重复出现。`, next: '请在本站页面上提交表单。' }
    case 'type':
      return { what: '提交的内容不是本页面的表单。', next: '请在本站打开页面后提交表单。' }
    case 'too-long':
      return { what: `${field}过长。`, next: '请缩短内容：只需退信中的一行。' }
    case 'missing':
      return { what: `${field}为空。`, next: '请填写后重新提交。' }
    default:
      return {
        what: `${field}不符合要求${facts['why'] === undefined ? '' : `（${facts['why']}）`}。`,
        next: '请检查填写的内容后重新提交。',
      }
  }
}

/** 每次最多可提交多少。 */
function smaller(facts: Facts): string {
  const { lines, most, of } = facts
  if (lines !== undefined) return `每次请勿超过 ${lines} 行，内容较多时请分批提交。`
  if (most === undefined) return '请控制在 64 kB 以内：只需退信中含有本站网址的那一行。'
  return of === 'events'
    ? `每次请勿超过 ${most}，内容较多时请分批提交。`
    : `请控制在 ${most} 以内：只需邮件头和正文的开头部分。`
}

function mailboxAdvice(facts: Facts): string {
  switch (facts['why']) {
    case 'no-at':
      return '邮箱地址中应有 @，例如 postmaster@example.org。'
    case 'not-ascii':
      return '目前还不能给 @ 之前含有非 ASCII 字符的邮箱发信，请换一个邮箱。'
    case 'too-long':
      return '内容超过了邮箱地址的最大长度。请确认只填写了邮箱地址。'
    case 'domain':
      return '@ 之后不是有效的域名，请检查拼写。'
    default:
      return '请按 postmaster@example.org 的格式填写，不要带姓名、空格或括号。'
  }
}

function unreadHeader(why: string): string {
  const { errors } = analysis
  return why === 'time' || why === 'memory' || why === 'budget' ? errors[why] : errors.crash
}

function unreadableFile(kind: string): string {
  switch (kind) {
    case 'archive':
      return '这是一个压缩文件。'
    case 'pdf':
      return '这是 PDF 文件，其中没有邮件头。'
    case 'picture':
      return '这是图片，其中没有邮件头。'
    default:
      return '这个文件无法作为邮件读取。'
  }
}

/** 不作处理时封锁结束的时间（如果知道）。 */
function endsAlone(facts: Facts): string {
  const ends = factTime(facts, 'ends', 'zh-CN')
  return ends === undefined ? '' : `封锁将于 ${ends} 自动结束。`
}
