/** What makes a translation sound like a machine's, from real pages; none may appear in ours. */
export const garbledChinese = new RegExp(
  [
    '非客户向邮箱发送邮件的服务',
    '传递电子邮件的能力',
    '可疑 ?IP',
    '升级支持',
    '混乱的 ?Internet',
    '发送故障排除',
    '除名',
    '从阻止的',
    '不应发送电子邮件的收件人',
    '使用密码发送',
    '任何垃圾邮件 ?Office',
    '黑名单',
    '登陆',
    '帐号',
    '帐户',
  ].join('|'),
)
