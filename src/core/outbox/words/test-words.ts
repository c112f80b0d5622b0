import type { Language } from '../../../access/reasons.ts'

/** Tests that a decision names (`reverse-name`, `dmarc:example.org`, `check:dkim:example.org`) in words, the same in letters and on pages. A name that an operator made up, for a person to look at, stays as it is. */
export const testWords: Readonly<Record<Language, (test: string) => string>> = {
  en: (test) => {
    const [name = '', ...rest] = test.split(':')
    const domain = rest.at(-1) ?? ''
    if (name === 'reverse-name') return 'a name in reverse DNS that leads back to the address'
    if (name === 'helo-name') return 'a HELO name that leads to the address'
    if (name === 'check') return `${(rest[0] ?? '').toUpperCase()} of ${domain}, without a fault`
    return domain === '' ? test : `one ${name.toUpperCase()} record of ${domain}`
  },
  'zh-CN': (test) => {
    const [name = '', ...rest] = test.split(':')
    const domain = rest.at(-1) ?? ''
    if (name === 'reverse-name') return '反向 DNS 域名存在，且能解析回该地址'
    if (name === 'helo-name') return 'HELO 域名能解析到该地址'
    if (name === 'check') return `${domain} 的 ${(rest[0] ?? '').toUpperCase()} 没有错误`
    return domain === '' ? test : `${domain} 有且只有一条 ${name.toUpperCase()} 记录`
  },
}
