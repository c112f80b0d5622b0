import type { AuthenticationTest } from '../../../access/high-volume.ts'
import { reasons, type Cause } from '../../../access/reasons.ts'
import type { BrakeWhy } from '../../../access/brake.ts'
import type {
  AbuseNotice,
  FormState,
  LetterWords,
  ObservedLine,
  OwnerState,
  Paragraph,
} from '../letter-words.ts'
import { beijingMoment as moment } from '../../../base/beijing.ts'
import { showPrefixText } from '../../../standards/prefix.ts'
import { testWords } from './test-words.ts'

export const zhCN: LetterWords = {
  letters: {
    'confirm-delisting': ({ ip, link, expiresAt }, { provider }) => ({
      subject: `请确认：解除对 ${ip} 的封锁`,
      paragraphs: [
        '您好：',
        `有人在 ${provider} 的邮件管理中心网站上申请解除对以下 IP 地址的封锁，并将本邮箱填写为联系邮箱：`,
        { verbatim: `    ${ip}` },
        `如果是您本人申请的，请在${moment(expiresAt)}之前打开以下链接：`,
        { verbatim: link },
        '仅打开链接不会有任何变化：页面会显示这项申请，在您点击“解除封锁”之前，我们不会做任何操作。如果您换了浏览器或设备，页面还会要求输入提交申请时显示的验证码；验证码不在本邮件中。',
        '如果不是您本人申请的，请不必理会：没有验证码，任何人都无法继续，申请到期后自动失效。我们绝不会向您索要密码。',
      ],
    }),
    'delisting-done': ({ ip, when, statusUrl }, { provider }) => ({
      subject: `已解除对 ${ip} 的封锁`,
      paragraphs: [
        '您好：',
        `根据您的申请，${provider} 已于${moment(when)}解除对以下 IP 地址的封锁：`,
        { verbatim: `    ${ip}` },
        '来自该地址的邮件现已恢复接收。此前被拒收的邮件已退回发件人，不会自动重发，请重新发送。',
        '第一封邮件何时通过，可以在申请页面上看到（请使用提交申请时的浏览器打开）：',
        { verbatim: statusUrl },
        '接下来的一段时间里，我们会对该地址格外留意。如果起因仍在，它会更快地再次被封锁，且时间更长；届时退信中会注明原因，并附有后续处理的链接。',
      ],
    }),
    'delisting-reviewed': ({ ip, outcome, until, unmet, words, link }, { provider, delistMailbox }) =>
      outcome === 'delisted'
        ? {
            subject: `${ip} 的申请已审核：封锁已解除`,
            paragraphs: [
              '您好：',
              `${provider} 的邮件管理员审核了您的申请，已解除对以下 IP 地址的封锁：`,
              { verbatim: `    ${ip}` },
              ...(words === undefined ? [] : ['邮件管理员的说明：', { quoted: words }]),
              '来自该地址的邮件现已恢复接收。此前被拒收的邮件已退回发件人，请重新发送。',
              '接下来的一段时间里，我们会对该地址格外留意。如果起因仍在，它会再次被封锁，且时间更长。',
              ...pageOf(link),
            ],
          }
        : {
            subject: `${ip} 的申请已审核：暂不解除封锁`,
            paragraphs: [
              '您好：',
              `${provider} 的邮件管理员审核了您的申请，决定暂不解除对以下 IP 地址的封锁：`,
              { verbatim: `    ${ip}` },
              ...(unmet === undefined
                ? []
                : ['原因是下面这一项检测没有通过：', { verbatim: `    ${testWords['zh-CN'](unmet)}` }]),
              ...(words === undefined ? [] : ['邮件管理员的说明：', { quoted: words }]),
              ...(unmet === undefined && words === undefined
                ? [
                    '从我们近期收到的邮件来看，目前还不能解除。常见的起因有：邮箱账号密码被盗；网页表单或脚本被他人用来发信；同一出口地址后面有主机感染了恶意软件；收件人名单未经本人同意。',
                  ]
                : []),
              link === undefined
                ? `找到并消除起因之后，请用您自己的邮箱写信到 ${delistMailbox}，写明 IP 地址、发现的问题和已采取的措施，会有专人阅读。`
                : '找到并消除起因之后，请在 14 天内直接回复本邮件，写明发现的问题和已采取的措施，会有专人重新审核；超过 14 天请另行来信。',
              ...(until === undefined ? [] : [`如果没有新的情况，封锁也会在${moment(until)}自动结束。`]),
              ...pageOf(link),
            ],
          },
    'case-received': ({ ip, by, besides = [], left = [], link }, { provider, site }) => ({
      subject:
        ip === undefined
          ? '您的来信已收到'
          : besides.length === 0
            ? `关于 ${ip} 的来信已收到`
            : `关于 ${ip} 等 ${besides.length + 1} 个地址的来信已收到`,
      paragraphs: [
        '您好：',
        ip === undefined
          ? `您写给 ${provider} 邮件管理员的信已收到。`
          : besides.length === 0
            ? `您写给 ${provider} 邮件管理员的信已收到，涉及以下 IP 地址：`
            : `您写给 ${provider} 邮件管理员的信已收到。会有专人处理以下 IP 地址，每个地址各为一个工单，分别答复：`,
        ...(ip === undefined ? [] : [{ verbatim: [ip, ...besides].map((each) => `    ${each}`).join('\n') }]),
        `会有专人阅读，最迟在${moment(by)}之前答复。在此之前您无需做任何事；如有新的发现，请直接回复本邮件${besides.length === 0 ? '' : '，并写明是哪个地址'}。`,
        ...(left.length === 0
          ? []
          : [
              '以下地址因一次过多或暂时无法受理，请另写一封信说明：',
              { verbatim: left.map((each) => `    ${each}`).join('\n') },
            ]),
        ...(besides.length + left.length === 0
          ? []
          : ['来信中提到的其他地址无需由人决定，可在这里查看能做什么：', { verbatim: `${site}/delist` }]),
        ...pageOf(link),
      ],
    }),
    'case-answer': ({ words, until, link }, { provider }) => ({
      subject: until === undefined ? '邮件管理员的答复' : '邮件管理员有问题请您回答',
      paragraphs: [
        '您好：',
        `${provider} 的邮件管理员写道：`,
        { quoted: words },
        ...(until === undefined
          ? []
          : [
              `请在${moment(until)}之前回复本邮件，在此之前我们等候您的答复。逾期一天仍未收到答复，工单将自动关闭；此后 14 天内您回复本邮件，工单即重新打开。`,
            ]),
        ...pageOf(link),
      ],
    }),
    'case-conditional': ({ ip, tests, until, isAgain, words, link }, { provider }) => ({
      subject: isAgain ? `${ip}：仍未通过的项目` : `以下项目修好后即解除对 ${ip} 的封锁`,
      paragraphs: [
        '您好：',
        isAgain
          ? '解除对以下 IP 地址的封锁之前需要修好的项目，我们又检测了一次：'
          : `${provider} 的邮件管理员审核了您的申请。下列检测全部通过之后，对以下 IP 地址的封锁会自动解除：`,
        { verbatim: `    ${ip}` },
        isAgain ? '仍未通过的项目：' : '需要修好的项目：',
        { verbatim: tests.map((test) => `    * ${testWords['zh-CN'](test)}`).join('\n') },
        ...(words === undefined ? [] : ['邮件管理员补充说：', { quoted: words }]),
        `我们会一直检测到${moment(until)}，您无需另行通知：全部通过后，来自该地址的邮件立即恢复接收，我们也会来信告知。`,
        ...pageOf(link),
      ],
    }),
    'case-moved': ({ ip, reference, tests, until, link }, { provider }) => ({
      subject: ip === undefined ? '您的工单换了编号' : `${ip}：您的工单换了编号`,
      paragraphs: [
        '您好：',
        ip === undefined
          ? `您在 ${provider} 邮件管理员处的工单换了编号。`
          : `您在 ${provider} 邮件管理员处的工单换了编号，工单涉及以下 IP 地址：`,
        ...(ip === undefined ? [] : [{ verbatim: `    ${ip}` }]),
        '新编号：',
        { verbatim: `    ${reference}` },
        '其他一切不变：往来内容仍在您的页面上，回复此前的邮件同样会送到我们手中。今后提及本工单时，请使用新编号。',
        ...(tests === undefined
          ? []
          : [
              '此前的决定依然有效：下列检测全部通过之后，封锁会自动解除。',
              { verbatim: tests.map((test) => `    * ${testWords['zh-CN'](test)}`).join('\n') },
              ...(until === undefined ? [] : [`我们会继续检测到${moment(until)}。`]),
            ]),
        ...pageOf(link),
      ],
    }),
    'confirm-form': ({ link, expiresAt }, { provider }) => ({
      subject: `请确认您向 ${provider} 提交的申请`,
      paragraphs: [
        '您好：',
        `有人在 ${provider} 的邮件管理中心网站上填写了表单，并留下了本邮箱。如果是您本人，请在${moment(expiresAt)}之前打开以下链接并点击按钮，表单即告提交：`,
        { verbatim: link },
        '仅打开链接不会有任何变化。如果您换了浏览器，页面会要求输入填写时显示的验证码；验证码不在本邮件中。',
        '如果不是您本人填写的，请不必理会：表单不会提交。',
      ],
    }),
    'forecast-decided': ({ fate, until, words, link }, { provider }) => ({
      subject: `您向 ${provider} 提交的发信预告：${{ agreed: '已同意', refused: '未同意', stopped: '已停止' }[fate]}`,
      paragraphs: [
        '您好：',
        {
          agreed: `${provider} 已同意您的发信预告。预告期内，您各地址的每小时额度逐日提高，够当天预告的邮件均匀分散在各小时发完。${until === undefined ? '' : `预告到${moment(until)}自动结束。`}如果有地址被封锁，或发来收件人不想要的邮件，则立即停止。`,
          refused: `${provider} 没有提高您各地址的额度。这些地址仍可发信：没见过的地址从少量开始，只要发的是收件人想收的邮件，额度会自己增加。`,
          stopped: `您各地址在 ${provider} 的额度不再提高，今后仍按各地址自身的邮件计算。停止的原因见页面。`,
        }[fate],
        ...(words === undefined ? [] : ['邮件管理员的说明：', { quoted: words }]),
        fate === 'agreed' ? '每天的预告与实际收到的数量请见页面：' : '预告和原因请见页面：',
        { verbatim: link },
        '直接回复本邮件，会有专人阅读。',
      ],
    }),
    'form-states': ({ states, until, words, link }, { provider }) => ({
      subject:
        states.length === 1
          ? `${states[0]?.prefix ?? ''}：${formStateWords[states[0]?.state ?? 'received']}`
          : `您向 ${provider} 提交的地址：最新状态`,
      paragraphs: [
        '您好：',
        `您向 ${provider} 提交的地址，目前状态如下：`,
        {
          verbatim: states
            .slice(0, mostStates)
            .map(({ prefix, state }) => `    ${prefix}：${formStateWords[state]}`)
            .join('\n'),
        },
        ...(states.length > mostStates ? [`另有 ${states.length - mostStates} 个，请见页面。`] : []),
        ...(words === undefined ? [] : ['邮件管理员的说明：', { quoted: words }]),
        ...(until === undefined ? [] : [untilWords(states, moment(until))]),
        '每个地址的原因和下一步请见页面：',
        { verbatim: link },
        '直接回复本邮件，会有专人阅读。',
      ],
    }),
    'high-volume-notice': ({ domain, failed, stage, from }, { provider, site }) => ({
      subject: `${domain} 的邮件在 ${provider} 未通过 ${failedWords(failed)} 验证`,
      paragraphs: [
        '您好：',
        `您负责管理以下域名，该域名发往 ${provider} 的邮件量很大：`,
        { verbatim: `    ${domain}` },
        `发信量达到这一规模的域名，每封邮件都必须通过 SPF、DKIM 和 DMARC 验证。近期以该域名为发件人（From）的邮件未通过：${failedWords(failed)}。`,
        stage === 'reject'
          ? `自 ${date(from)}（UTC）起，此类邮件将被拒收，返回 550 5.7.515。三项验证全部通过的邮件不受影响。`
          : `自 ${date(from)}（UTC）起，此类邮件将被放入收件人的垃圾邮件文件夹。三项验证全部通过的邮件不受影响。`,
        '请查明这些邮件由哪些系统或服务商发出，为其配置与 From 域名一致的 DKIM 签名，并写入该域名的 SPF 记录。如果这些邮件根本不是您发的，说明有人冒用您的域名，将 DMARC 策略设为 reject 即可让各收件方拒收。',
        '各项验证的通过方法：',
        { verbatim: `${site}/codes/authentication-required` },
        '无需申请或回复：下一封通过验证的邮件会照常接收。',
      ],
    }),
    'probe-report': ({ link, faults, warnings, expiresAt }, { provider }) => ({
      subject:
        faults === 0 ? '测试邮件检测报告：没有需要修正的问题' : `测试邮件检测报告：${faults} 项需要修正`,
      paragraphs: [
        '您好：',
        `您发往 ${provider} 测试地址的邮件已收到并完成检测。`,
        faults + warnings === 0
          ? '没有发现需要修正的问题。'
          : `检测结果：${faults} 项需要修正，${warnings} 项建议关注。`,
        '报告中列出了检测到的问题、影响以及处理方法：',
        { verbatim: link },
        `报告保留至${moment(expiresAt)}。持有链接的人都可以查看；报告不含邮件正文。`,
      ],
    }),
    'observed-digest': ({ day, messages, senders, top }, { provider }) => ({
      subject: `${date(day)}：本会影响 ${number(messages)} 封邮件`,
      paragraphs: [
        `如果各项判定全部生效，${date(day)}（UTC）${provider} 本会暂缓或拒收 ${number(senders)} 个发件人的 ${number(messages)} 封邮件。实际上均未执行。`,
        ...(top.length === 0 ? [] : ['其中邮件最多的是：', { verbatim: top.map(observedLine).join('\n') }]),
        '请在控制台的“本会受影响的发件人”页面逐一查看。如果其中有用户需要的发件人，可在其页面查看原因，将其列为受保护（protected.names、protected.networks），或通过试运行尝试其他阈值。确认没有误伤之后，再切换到下一级 reputation.mode。',
      ],
    }),
    'proposal-notice': ({ ip, senders, messages, when }, { provider }) => ({
      subject: `等待另一位操作员同意：${ip}`,
      paragraphs: [
        `有人提议 ${provider} 拒收来自以下网段的全部邮件：`,
        { verbatim: `    ${ip}` },
        `最近三天内，该网段的 ${number(senders)} 个发件人共发来 ${number(messages)} 封正常邮件。数量较大，可能是网段填写有误，因此目前尚未拒收任何邮件。`,
        `请在控制台“封锁”页面的“待同意”中查看，由另一位操作员同意或撤回。如无人处理，该提议将于${moment(when)}自动失效。`,
      ],
    }),
    'brake-notice': ({ rule, why, isOn, when }, { provider }) =>
      isOn
        ? {
            subject: `制动已启动：${brakeWords[rule]}`,
            paragraphs: [
              `${moment(when)}，${provider} 的自身故障制动已启动，涉及以下规则：`,
              { verbatim: `    ${brakeWords[rule]}` },
              whyWords[why],
              ...(why === 'hand'
                ? [
                    '该规则已停止封锁，近期的封锁只作暂缓处理，不会丢失邮件。',
                    '请查明原因，然后在控制台概览中或用“postern brake”解除制动。否则一天之后会自动解除；由谁启动见审计记录。',
                  ]
                : [
                    '问题更可能出在我们自己：过滤器失常、更新有误或名单损坏。该规则已停止封锁，近期的封锁只作暂缓处理，不会丢失邮件。',
                    '请检查内容过滤器及其最近的变更。各项指标恢复正常后，制动会自动解除；观察到的数据见审计记录。',
                  ]),
            ],
          }
        : {
            subject: `制动已解除：${brakeWords[rule]}`,
            paragraphs: [
              `${moment(when)}，${provider} 的自身故障制动已解除，以下规则恢复生效：`,
              { verbatim: `    ${brakeWords[rule]}` },
            ],
          },
    'confirm-report': ({ link }, { provider }) => ({
      subject: '请确认：您提交的滥用举报',
      paragraphs: [
        '您好：',
        `有人向 ${provider} 的滥用处理组举报了一封邮件，并将本邮箱填写为联系邮箱。如果是您本人举报的，请打开以下链接：`,
        { verbatim: link },
        '仅打开链接不会有任何变化，请点击页面上的按钮。如果您换了浏览器，页面会要求输入举报页面上显示的验证码；验证码不在本邮件中。',
        '确认后，我们才会给您写信，您的举报也才会完整计入。无论是否确认，我们都会查看这份举报。',
        '如果不是您本人举报的，请不必理会，我们不会再次来信。',
      ],
    }),
    'report-received': ({ link }, { provider }) => ({
      subject: '已收到您的滥用举报',
      paragraphs: [
        '您好：',
        `${provider} 的滥用处理组已收到您的举报。处理进展可在以下页面查看，该链接只有您知道：`,
        { verbatim: link },
        '处理结束后，我们会再写一封信告知结果。我们不会向发信方透露举报人是谁。',
      ],
    }),
    'report-instructions': ({ link }, { provider, abuseMailbox }) => ({
      subject: '请附上被举报的原邮件',
      paragraphs: [
        '您好：',
        `您写给 ${provider} 滥用处理组的邮件会有专人阅读。但要查出邮件是谁发的，需要带有完整邮件头的原邮件，而您的来信中没有。`,
        `请新写一封邮件到 ${abuseMailbox}，把被举报的邮件作为附件添加（多数邮件程序中叫“作为附件转发”）。普通转发和截图都会丢失邮件头。`,
        '也可以在以下页面上传或粘贴：',
        { verbatim: link },
      ],
    }),
    'report-closed': ({ result, link, ip, contact }, { provider }) => ({
      subject: reportSubjects[result],
      paragraphs: [
        '您好：',
        ...reportWords(result, provider, ip, contact),
        '您的举报页面：',
        { verbatim: link },
      ],
    }),
    'account-notice': ({ act, when, link }, { provider }) => ({
      subject: accountSubjects[act],
      paragraphs: ['您好：', ...accountWords(act, when, provider, link)],
    }),
    'abuse-notice': ({ why, incident }, { provider }) => ({
      subject: `滥用处理：${abuseNoticeSubjects[why]}`,
      paragraphs: [
        `${provider} 的滥用处理组有一项需要人工处理：`,
        { verbatim: `    ${incident}` },
        abuseNoticeWords[why],
      ],
    }),
    'person-link': ({ link, expiresAt }, { provider }) => ({
      subject: `查看或删除 ${provider} 保存的您的数据`,
      paragraphs: [
        '您好：',
        `有人在 ${provider} 的邮件管理中心网站上，申请查看或删除与本邮箱有关的数据。如果是您本人，请在${moment(expiresAt)}之前打开以下链接：`,
        { verbatim: link },
        '仅打开链接不会有任何变化，页面会询问您要做什么。如果您换了浏览器，页面会要求输入申请时显示的验证码；验证码不在本邮件中。',
        '如果不是您本人申请的，请不必理会：没有验证码，任何人都无法继续。我们绝不会向您索要密码。',
      ],
    }),
    'owner-link': ({ link, expiresAt }, { provider }) => ({
      subject: `${provider} 网段持有者页面的登录链接`,
      paragraphs: [
        '您好：',
        `有人在 ${provider} 的邮件管理中心网站上用本邮箱申请验证网段持有者身份。如果是您本人，请在${moment(expiresAt)}之前打开以下链接：`,
        { verbatim: link },
        '仅打开链接不会有任何变化。如果您换了浏览器，页面会要求输入申请时显示的验证码；验证码不在本邮件中。',
        '如果不是您本人申请的，请不必理会：没有验证码，任何人都无法继续。我们绝不会向您索要密码。',
      ],
    }),
    'recipient-link': ({ link, expiresAt }, { provider }) => ({
      subject: `登录链接：查看 ${provider} 拒收的来信`,
      paragraphs: [
        '您好：',
        `有人在 ${provider} 的邮件管理中心网站上申请查看发往本邮箱而被拒收的邮件。如果是您本人，请在${moment(expiresAt)}之前打开以下链接：`,
        { verbatim: link },
        '仅打开链接不会有任何变化。如果您换了浏览器，页面会要求输入申请时显示的验证码；验证码不在本邮件中。',
        '如果不是您本人申请的，请不必理会：没有验证码，任何人都无法继续。我们绝不会向您索要密码。',
      ],
    }),
    'owner-contact': ({ prefix, link, expiresAt }, { provider }) => ({
      subject: `${provider} 询证：是否有人代表 ${prefix}`,
      paragraphs: [
        '您好：',
        `有人在 ${provider} 的邮件管理中心网站上声明，以下网段由其负责：`,
        { verbatim: `    ${prefix}` },
        `地址注册机构（或该地址的主机名）把本邮箱列为联系人，因此向您询证。申请人是谁、确认后可以做什么，见以下页面，有效期至${moment(expiresAt)}：`,
        { verbatim: link },
        '仅打开链接不会有任何变化。确认时页面要求输入验证码，而验证码只有申请人看得到：请向对方索取，以便核实身份。',
        '如果您对此不知情，请不必理会：未经您确认，不会有任何变化，旁人也无法让我们反复来信询问。',
      ],
    }),
    'owner-state': ({ prefix, state, link }, { provider }) => ({
      subject: ownerSubjects[state](prefix),
      paragraphs: ['您好：', ...ownerWords[state](prefix, provider), { verbatim: link }],
    }),
    'own-listing-notice': ({ isListed, domain, addresses, others }, { provider }) => ({
      subject: isListed ? `我们的发信地址被列入 ${domain}` : `我们的发信地址已从 ${domain} 移除`,
      paragraphs: [
        isListed
          ? `一份第三方名单列入了 ${provider} 的发信地址。使用该名单的收件方可能会拒收我们的邮件。`
          : `第三方名单已不再列入 ${provider} 的下列发信地址。`,
        { verbatim: addresses.map((address) => `    ${address}`).join('\n') },
        ...(others > 0 ? [`另有 ${others} 个。`] : []),
        ...(isListed
          ? [
              '名单给出的说明、列入时间和申诉入口，见管理控制台“滥用处理”下的“自身信誉”。请先查清当时发出了什么，可从同一时期的滥用事件查起。',
            ]
          : []),
      ],
    }),
  },
  caseEnding: ({ provider, host }) => [
    '回复本邮件会送到同一批管理员手中，请用收到本邮件的邮箱回复。如果不想再收到我们的信，请回复 STOP 一个词，90 天内我们不会再向本邮箱发信。',
    { verbatim: `${provider} 邮件管理员\n${host}` },
  ],
  operatorEnding: ({ provider, host }) => [
    { verbatim: `${provider} 的 Postern，致管理员（notify）\n${host}` },
  ],
  ending: ({ provider, host }) => [
    '如果不想再收到此类邮件，请直接回复本邮件，正文只写 STOP 一个词，90 天内我们不会再向本邮箱发信。其他内容的回复无人查看。',
    { verbatim: `${provider} 邮件管理员\n${host}` },
  ],
}

/** The page of a case. */
function pageOf(link: string | undefined): readonly Paragraph[] {
  return link === undefined ? [] : ['往来内容和目前的进展：', { verbatim: link }]
}

/** 一封信中列出的地址数。 */
const mostStates = 20

const formStateWords: Readonly<Record<FormState, string>> = {
  received: '已收到',
  'auto-reviewed': '我们这里没有障碍',
  mitigated: '已恢复接收',
  'conditionally-mitigated': '检测通过后恢复接收',
  'not-qualified': '目前无法办理',
  'needs-info': '请补充说明',
  escalated: '已转专人处理',
  closed: '已结束',
}

function untilWords(states: readonly { readonly state: FormState }[], when: string): string {
  return states.some(({ state }) => state === 'needs-info')
    ? `请在${when}之前答复，直接回复本邮件即可。`
    : `我们会反复检测，直到${when}；通过后无需告知我们。`
}

const ownerSubjects = {
  granted: (prefix: string) => `已确认您是 ${prefix} 的持有者`,
  failing: (prefix: string) => `${prefix} 的持有证明缺失`,
  renew: (prefix: string) => `${prefix} 的持有者确认即将到期`,
  'contact-gone': (prefix: string) => `确认 ${prefix} 的联系人已不在登记信息中`,
  ended: (prefix: string) => `${prefix} 的持有者确认已终止`,
} as const

const ownerWords: Readonly<Record<OwnerState, (prefix: string, provider: string) => readonly Paragraph[]>> = {
  granted: (prefix, provider) => [
    `从现在起，${provider} 视本邮箱的使用者为以下网段的持有者：`,
    { verbatim: `    ${prefix}` },
    '您可以查看其中被封锁的地址，并申请解除封锁。如果是用记录或文件验证的，请予以保留：我们每天检查一次。',
    '如果您对此不知情，说明有其他人能够使用本邮箱；请在页面上放弃该网段。',
  ],
  failing: (prefix, provider) => [
    `${provider} 每天检查一次以下网段的持有证明，今天没有找到：`,
    { verbatim: `    ${prefix}` },
    '如果一天后再次检查时仍然缺失，确认即告终止。请按网段页面所示，恢复 DNS 记录或文件。',
  ],
  renew: (prefix, provider) => [
    `${provider} 对以下网段的持有者确认是通过邮件取得的，有期限，现在即将到期：`,
    { verbatim: `    ${prefix}` },
    '到期日见该网段的页面。请在此之前在页面上再次向联系人询证，或在反向解析区域中发布记录（无需续期）。',
  ],
  'contact-gone': (prefix, provider) => [
    `当初向 ${provider} 确认以下网段归您持有的联系人，已不在注册机构的登记信息中：`,
    { verbatim: `    ${prefix}` },
    '目前一切照旧。请在网段页面所示的日期之前，在页面上向新的联系人询证，或在反向解析区域中发布记录；否则确认将终止。',
  ],
  ended: (prefix, provider) => [
    `${provider} 不再视您为以下网段的持有者：`,
    { verbatim: `    ${prefix}` },
    '原因见页面。如果该网段仍属于您，请在页面上重新申请，只需几分钟。',
  ],
}

const reportSubjects = {
  acted: '您的滥用举报：我们已采取措施',
  'no-violation': '您的滥用举报：未发现违规',
  'not-ours': '您的滥用举报：该邮件不是从我们这里发出的',
  unproven: '您的滥用举报：无法证实邮件来源',
} as const

function reportWords(
  result: keyof typeof reportSubjects,
  provider: string,
  ip: string | undefined,
  contact: string | undefined,
): readonly Paragraph[] {
  switch (result) {
    case 'acted':
      return [
        `您举报的邮件确实由 ${provider} 的一个账号发出，我们已采取措施。谢谢您：没有这样的举报，我们会更晚才发现，甚至根本发现不了。`,
        '具体措施和涉及的账号，我们不向任何人透露。如果仍收到此类邮件，请再次举报。',
      ]
    case 'no-violation':
      return [
        `您举报的邮件由 ${provider} 的一个账号发出。经人工审查，未发现违反我们规则的行为。`,
        '如果只是不想再收到，最快的办法是点击邮件中的退订链接，或在邮件程序中屏蔽发件人。退订后仍继续来信的，请再次举报，那属于违规。',
      ]
    case 'not-ours':
      return [
        `您举报的邮件不是从 ${provider} 的系统发出的，发件人地址很可能是伪造的。`,
        ...(ip === undefined
          ? []
          : [
              contact === undefined
                ? '该邮件由以下地址投递到您的邮件服务器，可由其所属网络处理：'
                : '该邮件由以下地址投递到您的邮件服务器，可由其所属网络处理，请联系：',
              { verbatim: contact === undefined ? `    ${ip}` : `    ${ip}\n    ${contact}` },
            ]),
      ]
    case 'unproven':
      return [
        `我们无法证实该邮件由 ${provider} 发出：邮件头缺失，或在传输途中被改动。因此我们没有对任何账号采取措施。`,
        '如果您还保留着原邮件，请原样作为附件发给我们。',
      ]
  }
}

const accountSubjects = {
  notify: '有人举报您的账号发送滥用邮件',
  suspend: '您的账号暂时不能发信',
  release: '您的账号已恢复发信',
} as const

function accountWords(
  act: keyof typeof accountSubjects,
  when: number,
  provider: string,
  link: string,
): readonly Paragraph[] {
  switch (act) {
    case 'notify':
      return [
        `有多人举报您在 ${provider} 的账号发送滥用邮件。如果不是您发的，说明账号正被他人使用：请立即修改密码，并检查有没有陌生的转发规则和客户端。`,
        '被举报的内容和处理方法见以下页面：',
        { verbatim: link },
        '如果举报持续出现，该账号将被停止发信，收信不受影响。',
      ]
    case 'suspend':
      return [
        `由于许多人举报您在 ${provider} 的账号所发的邮件，该账号自${moment(when)}起不能发信，收信不受影响。`,
        '请修改密码，并检查有没有陌生的转发规则和客户端。完成后打开以下页面，其中列有被举报的内容，并可在那里告知我们账号已安全：',
        { verbatim: link },
      ]
    case 'release':
      return [
        `您在 ${provider} 的账号已于${moment(when)}恢复发信。在此期间被拒绝的邮件需要重新发送。`,
        '接下来的一段时间里，如果再有举报，该账号会更快地被停止发信。',
        { verbatim: link },
      ]
  }
}

const abuseNoticeSubjects: Record<AbuseNotice, string> = {
  severe: '严重举报',
  braked: '自动停用已被制动',
  protected: '受保护的账号被举报',
  mode: '有账号达到停用条件',
  unlogged: '被举报账号的发信没有日志',
  share: '发信量大的账号被大量举报',
  'too-many-releases': '有账号再次请求恢复',
  person: '同事请您处理一起事件',
  replay: '有人在大量转发我们发出的真实邮件',
}

const abuseNoticeWords: Record<AbuseNotice, string> = {
  severe: '有人举报钓鱼、恶意软件、骚扰或违法内容。此类举报无论数量多少，都需要立即人工查看。',
  braked:
    '按规则应停用的账号超过了允许的数量（限额 abuse.suspensions.ten-minutes 和 abuse.suspendedShare）。一次这么多，更可能是我们自身出错，或是有人攻击。请在控制台逐一处理。',
  protected: '举报已达到停用条件，但该账号列在 abuse.protected 中。请在控制台处理。',
  mode: '举报已达到停用条件，但 abuse.mode 规定不自动停用。请在控制台处理。',
  unlogged:
    '举报已达到停用条件，但日志中没有该账号的发信量，无法判断举报是否算多。请检查是否所有发信服务器的日志都已读入。',
  share:
    '举报数量已达到停用条件的两倍，但相对其发信量比例不高（abuse.share）。可能是有人不喜欢的大型简报，也可能是名单很长的垃圾邮件发送者。请查看邮件内容，在控制台处理。',
  'too-many-releases': '账号所有者表示已处理妥当，但此前已经申请过，或举报性质严重。请在控制台处理。',
  person: '有同事查看过这起事件，希望由另一个人决定。所查明的情况见事件备注，请在控制台处理。',
  replay:
    '举报属实，但举报人并不是该账号的收件人：有人拿到了我们发出的一封邮件，正在大量转发。不会因此停用任何账号。请考虑更换 DKIM 密钥，并给签名设置有效期。',
}

const brakeWords: Record<Cause, string> = {
  spam: '垃圾邮件封锁',
  phish: '钓鱼邮件封锁',
  malware: '恶意软件封锁',
  complaints: '投诉封锁',
  traps: '陷阱封锁',
  harvest: '地址探测封锁',
  manual: '手动封锁',
  'reverse-name': '缺少反向解析的封锁',
}

const whyWords: Record<BrakeWhy, string> = {
  filter: '内容过滤器突然将多个长期表现良好的发件人判为不受欢迎。',
  refusals: '该规则突然大量封锁长期表现良好的发件人，远超以往。',
  requests: '被该规则封锁的发件人突然大量申请解除，远超以往。',
  flood: '该规则在一分钟内封锁的发件人数量超出合理上限。',
  hand: '原因：由本站操作员手动启动。',
}

function failedWords(failed: readonly AuthenticationTest[]): string {
  return failed.map((test) => test.toUpperCase()).join('、')
}

function observedLine({ unit, reason, messages }: ObservedLine): string {
  const text = showPrefixText(unit)
  return `    ${number(messages).padStart(8)}  ${text}  ${reasons[reason].code} ${reason}`
}

function number(value: number): string {
  return value.toLocaleString('en-GB')
}

function date(at: number): string {
  const time = new Date(at)
  return `${time.getUTCFullYear()}年${time.getUTCMonth() + 1}月${time.getUTCDate()}日`
}
