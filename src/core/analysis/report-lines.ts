/**
 * The lines of a report as people read it, whatever was done to it on the way: quoted with `>`, indented, copied from HTML, with the
 * returned message below. LF line ends in and out.
 */

const mostLines = 3000
const longestLine = 2000

/** Lines of the report itself, without quote marks, up to where the returned message begins. */
export function reportLines(text: string): string[] {
  const plain = looksLikeHtml(text) ? htmlToText(text) : text
  const isClean = !strange.test(plain)
  const lines = plain.split('\n', mostLines).map((line) => {
    const taken = line.slice(0, longestLine)
    return isClean ? taken : taken.replaceAll(otherSpaces, ' ').replaceAll(controls, '')
  })
  return cutReturned(unquoted(lines))
}

const otherSpaces = /[\u00a0\u3000\t]/g
const controls = /[\x00-\x08\x0b-\x1f\x7f]/g
const strange = /[\u00a0\u3000\x00-\x09\x0b-\x1f\x7f]/

function looksLikeHtml(text: string): boolean {
  return /<(?:html|body|table|div|p|br|span|td|font)\b[^<>]{0,500}>/i.test(text.slice(0, 20_000))
}

const entities: Readonly<Record<string, string>> = {
  lt: '<',
  gt: '>',
  amp: '&',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  auml: 'ä',
  ouml: 'ö',
  uuml: 'ü',
  Auml: 'Ä',
  Ouml: 'Ö',
  Uuml: 'Ü',
  szlig: 'ß',
  eacute: 'é',
  egrave: 'è',
  agrave: 'à',
  ccedil: 'ç',
  ntilde: 'ñ',
  aacute: 'á',
  iacute: 'í',
  oacute: 'ó',
  uacute: 'ú',
  ecirc: 'ê',
  ocirc: 'ô',
  icirc: 'î',
  rsquo: '’',
  lsquo: '‘',
  ldquo: '“',
  rdquo: '”',
  ndash: '–',
  mdash: '—',
  hellip: '…',
  middot: '·',
  bull: '•',
}

/** Without the lines of a machine part that stands in the text: they are read on their own. */
export function withoutFields(lines: readonly string[]): string[] {
  return lines.filter((line) => !statusField.test(line.trim()))
}

/** What an HTML report says; blocks become lines. No parser: only its words are wanted. */
export function htmlToText(html: string): string {
  return html
    .slice(0, 256 * 1024)
    .replaceAll(/<(script|style|head|title)\b[^>]{0,500}>[^]{0,60000}?<\/\1>/gi, ' ')
    .replaceAll(/<!--[^]{0,20000}?-->/g, ' ')
    .replaceAll(
      /<\/?(?:p|div|br|tr|table|li|ul|ol|h[1-6]|blockquote|pre|hr|section|header|footer)\b[^<>]{0,2000}>/gi,
      '\n',
    )
    .replaceAll(
      /<\/?(?:a|abbr|b|body|center|code|em|font|html|i|img|meta|o:p|s|small|span|strong|sub|sup|tbody|td|th|thead|tt|u|wbr|link|base|col|colgroup|label|input|button|svg|path|dl|dt|dd|article|main|nav)\b[^<>]{0,4000}>/gi,
      ' ',
    )
    .replaceAll(/<!\w[^<>]{0,500}>/g, ' ')
    .replaceAll(/&#(x[\da-f]{1,6}|\d{1,7});/gi, (_, number: string) => characterOf(number))
    .replaceAll(
      /&([a-z]{2,8});/gi,
      (whole, name: string) => entities[name] ?? entities[name.toLowerCase()] ?? whole,
    )
    .replaceAll(/[ \t]+/g, ' ')
}

function characterOf(number: string): string {
  const point = /^x/i.test(number) ? Number.parseInt(number.slice(1), 16) : Number.parseInt(number, 10)
  return point > 0x1f && point < 0x110000 ? String.fromCodePoint(point) : ' '
}

/** Quote marks go where most lines have them: a report that somebody forwarded or pasted out of a reply. */
function unquoted(lines: readonly string[]): string[] {
  const filled = lines.filter((line) => line.trim() !== '')
  const quoted = filled.filter((line) => /^ {0,3}[>|] ?/.test(line) && !/^ {0,3}>>> /.test(line))
  if (quoted.length < 2 || quoted.length * 2 < filled.length) return [...lines]
  return lines.map((line) => line.replace(/^ {0,3}(?:[>|] ?){1,5}(?!>)/, ''))
}

/** How programs say that the message itself follows. */
const returnedMarks: readonly RegExp[] = [
  /^[ *]*-{2,}[ ]*(?:this is (?:a|the) copy of (?:the|your)|below this line is a copy|original message|the (?:header|text|body|beginning) of the (?:original|message|undelivered)|message headers? (?:follow|and)|header of the|headers? (?:follow|of)|unsent message|returned message|undelivered message|the message you sent|original headers?|included is a copy|here is a copy|message body|message text|return message|text of the message|copy of (?:the|your)|start of returned|ursprüngliche nachricht|original-?nachricht|mensaje original|message d'origine|messaggio originale|mensagem original|原始邮件|原邮件|元のメッセージ|исходное сообщение)/i,
  /^[ *]*(?:original message headers?|original message header|message headers?|original headers?|ursprüngliche (?:nachrichten)?(?:kopfzeilen|header)[^:]*|kopfzeilen der (?:ursprünglichen|originalen) nachricht|en-?têtes? (?:de|du) message[^:]*|encabezados? (?:de|del) (?:los )?mensajes? original(?:es)?|intestazioni? (?:originali )?(?:del|dei) messagg[^:]*|cabeçalhos? (?:da|de) mensage[^:]*|originele berichtkoppen|原始邮件头|原始邮件标题|原始郵件標頭|元のメッセージ ?ヘッダー|исходные заголовки(?: сообщения)?)\s*[:：]?\s*$/i,
  /^[ *]*(?:the (?:header|headers|first \d+ lines|message|text) (?:of|that) (?:the |your )?(?:original|returned|undelivered|you sent|message)[^.]{0,60}(?:follow|below|is as|are|:)|below (?:this line )?(?:is|are) (?:a copy|the (?:original|first|headers))|original message follows|(?:your|the) (?:original|unsent|undelivered|returned) message (?:follows|is (?:below|attached|included|as follows))|included (?:below )?is a copy of|here (?:is|are) (?:the |your |a copy of )(?:headers|message|original))/i,
  /^[ *]*-{3,} ?(?:original|forwarded|weitergeleitete|transféré|returned)[ \w]*-{3,}\s*$/i,
]

/** Fields that only a message's own header has; a delivery status has others. */
const traceField =
  /^(?:received|return-path|dkim-signature|domainkey-signature|message-id|mime-version|x-mailer|x-originating-ip|arc-seal|arc-message-signature|authentication-results|x-google-dkim-signature|x-gm-message-state|content-type|delivered-to|received-spf|thread-index|x-received|x-ms-exchange[\w-]*|x-forefront[\w-]*):/i
const anyField = /^[A-Za-z][A-Za-z0-9-]{1,60}:(?: |$)/
const statusField =
  /^(?:reporting-mta|final-recipient|original-recipient|action|status|remote-mta|diagnostic-code|last-attempt-date|arrival-date|will-retry-until|received-from-mta|x-postfix[\w-]*|x-display-name|x-actual-recipient|original-envelope-id|final-log-id|dsn-gateway)\s*:/i

function cutReturned(lines: readonly string[]): string[] {
  const first = lines.findIndex((line) => line.trim() !== '')
  const start = afterHeader(lines, Math.max(0, first))
  let text = 0
  for (let at = start; at < lines.length; at++) {
    const line = lines[at]?.trim() ?? ''
    if (line === '') continue
    if (
      text > 0 &&
      returnedMarks.some((mark) => mark.test(line)) &&
      !/transcript|session|reason|following address/i.test(line)
    ) {
      return keepStatus(lines, start, at)
    }
    if (text > 2 && isHeaderBlock(lines, at)) return keepStatus(lines, start, at)
    text += 1
  }
  return lines.slice(start)
}

/** A delivery status that is pasted behind the returned message is still wanted. */
function keepStatus(lines: readonly string[], start: number, end: number): string[] {
  const status = lines.findIndex(
    (line, index) => index >= end && /^ *(?:Final-Recipient|Original-Recipient|Reporting-MTA):/i.test(line),
  )
  const more: string[] = []
  for (let at = status; at >= 0 && at < lines.length; at++) {
    const line = lines[at] ?? ''
    if (line.trim() !== '' && !/^ *[A-Za-z-]+:|^[ \t]+\S/.test(line)) break
    if (traceField.test(line.trim())) break
    more.push(line)
  }
  return [...lines.slice(start, end), ...(more.length > 0 ? ['', ...more] : [])]
}

/** Three fields in a row, one of them of the trace: a header that is quoted without a mark. */
function isHeaderBlock(lines: readonly string[], at: number): boolean {
  if (!anyField.test(lines[at]?.trim() ?? '')) return false
  let fields = 0
  let isTrace = false
  for (let next = at; next < Math.min(lines.length, at + 12); next++) {
    const line = lines[next] ?? ''
    if (line.trim() === '') break
    if (statusField.test(line.trim())) return false
    if (anyField.test(line.trim())) fields += 1
    else if (!/^\s/.test(line)) return false
    if (traceField.test(line.trim())) isTrace = true
  }
  return isTrace && fields >= 2
}

/** Where the report begins below the header fields that somebody pasted with it. */
function afterHeader(lines: readonly string[], first: number): number {
  let fields = 0
  for (let at = first; at < lines.length; at++) {
    const line = lines[at] ?? ''
    if (line.trim() === '') return fields >= 2 ? at : first
    if (statusField.test(line.trim())) return first
    if (
      /^(?:from|to|subject|date|sent|cc|reply-to|von|an|betreff|gesendet|datum|de|à|objet|envoyé|para|asunto|enviado|发件人|收件人|主题|发送时间|日期|差出人|宛先|件名|日時|送信日時|от|кому|тема|дата)\s*[:：]/i.test(
        line.trim(),
      ) ||
      traceField.test(line.trim()) ||
      (fields > 0 && /^\s/.test(line))
    )
      fields += 1
    else if (fields > 0 && anyField.test(line.trim())) fields += 1
    else if (/^[-_*= ]{5,}.{0,60}$/.test(line.trim()) || at === first) continue
    else return first
  }
  return first
}
