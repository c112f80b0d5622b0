import type { LetterWords } from '../letter-words.ts'

export const zhCN: LetterWords = {
  letters: {
    'confirm-delisting': ({ ip, link, expiresAt }, { provider }) => ({
      subject: `请确认：解除对 ${ip} 的封锁`,
      paragraphs: [
        '您好：',
        `有人在 ${provider} 的邮件管理员网站上申请解除对以下 IP 地址的封锁，并将本邮箱填写为联系邮箱：`,
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
    'delisting-reviewed': ({ ip, outcome, until }, { provider, delistMailbox }) =>
      outcome === 'delisted'
        ? {
            subject: `${ip} 的申请已审核：封锁已解除`,
            paragraphs: [
              '您好：',
              `${provider} 的邮件管理员审核了您的申请，已解除对以下 IP 地址的封锁：`,
              { verbatim: `    ${ip}` },
              '来自该地址的邮件现已恢复接收。此前被拒收的邮件已退回发件人，请重新发送。',
              '接下来的一段时间里，我们会对该地址格外留意。如果起因仍在，它会再次被封锁，且时间更长。',
            ],
          }
        : {
            subject: `${ip} 的申请已审核：暂不解除封锁`,
            paragraphs: [
              '您好：',
              `${provider} 的邮件管理员审核了您的申请，决定暂不解除对以下 IP 地址的封锁：`,
              { verbatim: `    ${ip}` },
              '从我们近期收到的邮件来看，目前还不能解除。常见的起因有：邮箱账号密码被盗；网页表单或脚本被他人用来发信；同一出口地址后面有主机感染了恶意软件；收件人名单未经本人同意。',
              `找到并消除起因之后，请用您自己的邮箱写信到 ${delistMailbox}，写明 IP 地址、发现的问题和已采取的措施，会有专人阅读。`,
              ...(until === undefined ? [] : [`如果没有新的申请，封锁也会在${moment(until)}自动结束。`]),
            ],
          },
  },
  ending: ({ provider, host }) => [
    '如果不想再收到此类邮件，请直接回复本邮件，正文只写 STOP 一个词，90 天内我们不会再向本邮箱发信。其他内容的回复无人查看。',
    { verbatim: `${provider} 邮件管理员\n${host}` },
  ],
}

const beijingMs = 8 * 3_600_000

/** `北京时间 2026年5月4日 18:15（UTC 10:15）`；日期不同时注明 UTC 日期。 */
function moment(at: number): string {
  const [utc, beijing] = [new Date(at), new Date(at + beijingMs)]
  const utcDay =
    utc.getUTCDate() === beijing.getUTCDate() ? '' : `${utc.getUTCMonth() + 1}月${utc.getUTCDate()}日 `
  const date = `${beijing.getUTCFullYear()}年${beijing.getUTCMonth() + 1}月${beijing.getUTCDate()}日`
  return `北京时间 ${date} ${clockOf(beijing)}（UTC ${utcDay}${clockOf(utc)}）`
}

function clockOf(time: Date): string {
  return time.toISOString().slice(11, 16)
}
