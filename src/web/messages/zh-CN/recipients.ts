import { html } from '../../ui/html.ts'
import type { recipients as en } from '../en/recipients.ts'

export const recipients: typeof en = {
  start: {
    title: '该收到的邮件没有收到',
    description: (provider) => `供 ${provider} 邮箱用户使用：查看近期发给您而被拒收的邮件，包括来源和原因。`,
    lead: (provider, days) =>
      `如果您使用的是 ${provider} 的邮箱，可以在这里查看最近 ${days} 天内我们的服务器拒收了哪些发给您的邮件：时间、来自哪个域名和服务器，以及原因。`,
    formTitle: '验证邮箱属于您',
    mailbox: '您的邮箱',
    mailboxHint: (domains) => `我们会向它发送链接。邮箱须以 ${domains} 结尾。无需密码。`,
    button: '发送链接',
    privacy:
      '旁人在这里打探不到任何信息：无论该邮箱是否存在，页面的回答都一样。不论用途，一个邮箱每天最多收到我们的三封邮件。您的登录记录会保留数周。',
    alsoTitle: '这里查不到的邮件',
    also: [
      '垃圾邮件文件夹中的邮件：它们已经送达，请先到那里查找。',
      '已接收但被转发，或被您自己设置的规则删除的邮件。',
      '对方根本没有发出，或仍在对方服务器上等待的邮件。对方会收到退信。',
      '发往您其他邮箱的邮件。带“+标签”的地址视为另一个邮箱，请用该地址验证。',
    ],
  },
  link: {
    title: '查看发给您的被拒收邮件',
    lead: '点击按钮后，邮箱即告验证，您将在本浏览器中登录。',
  },
  as: (mailbox) => html`当前邮箱：${mailbox}。`,
  leave: '退出登录',
  mail: {
    title: '被拒收的邮件',
    mine: '发给您而被拒收的邮件',
    ofMailbox: (mailbox) => `发给 ${mailbox} 而被拒收的邮件`,
    ofDomain: (domain) => `发给 ${domain} 而被拒收的邮件`,
    lead: (days) =>
      `最近 ${days} 天内，最新的在前。被拒收的邮件从未进入我们的系统，因此记录中没有主题和正文；关于发件人，只有域名和服务器。`,
    caption: '被拒收的邮件，最新的在前',
    when: '时间',
    from: '来自',
    server: '服务器',
    why: '原因',
    recipients: '收件人数',
    nullSender: '邮件服务器的报告（无发件人）',
    unknownSender: '同时来自多个域名',
    delayed: '已请对方稍后重试，通常随后已经送达',
    none: (days) => `最近 ${days} 天内没有被拒收的邮件。`,
    noneBody:
      '那么邮件可能没有发出，仍在对方服务器上等待，或在您的垃圾邮件文件夹中。如果一台服务器在一分钟内向很多人发信，不一定每位收件人都有记录。',
    older: '更早的',
    otherTitle: '您负责的域名',
    otherLead: '您可以看到时间、来源、原因和涉及的收件人数。输入某个邮箱，可查看与它有关的记录。',
    wholeDomain: (domain) => `${domain} 全部`,
    mailbox: '您负责的域名中的邮箱',
    show: '查看',
  },
}
