import {
  Check,
  isCount,
  isDateTime,
  isFilled,
  isHostName,
  isIp,
  isMailbox,
  isObject,
  isPort,
  textOf,
  type Json,
  type XarfReport,
} from './xarf-check.ts'

/** XARF version 4 (xarf.org, specification 4.2): one flat object; `category` and `type` say what else must be in it. */

const typesOf: Readonly<Record<string, readonly string[]>> = {
  messaging: ['spam', 'bulk_messaging'],
  connection: [
    'ddos',
    'login_attack',
    'port_scan',
    'reconnaissance',
    'scraping',
    'sql_injection',
    'infected_host',
    'vulnerability_scan',
    'ip_spoofing',
  ],
  content: [
    'phishing',
    'malware',
    'csam',
    'csem',
    'brand_infringement',
    'exposed_data',
    'fraud',
    'remote_compromise',
    'suspicious_registration',
    'defacement',
  ],
  copyright: ['copyright', 'p2p', 'cyberlocker', 'link_site', 'ugc_platform', 'usenet'],
  infrastructure: ['botnet', 'compromised_server'],
  vulnerability: ['cve', 'open_service', 'misconfiguration', 'open'],
  reputation: ['blocklist', 'threat_intelligence'],
}

export function readXarf4(json: Json): XarfReport {
  const check = new Check()
  checkCommon(json, check)
  checkType(json, check)
  const [source, domain, url] = [
    textOf(json['source_identifier']),
    textOf(json['domain']),
    textOf(json['url']),
  ]
  const reporter = isObject(json['reporter']) ? json['reporter'] : {}
  const to = textOf(json['smtp_to'])
  return {
    version: textOf(json['xarf_version']),
    category: textOf(json['category'])?.slice(0, 60),
    type: textOf(json['type'])?.slice(0, 60),
    sourceIp: isIp(source) ? source : undefined,
    arrivalDate: textOf(json['timestamp']),
    originalMailFrom: textOf(json['smtp_from']),
    originalRcptTo: to === undefined ? [] : [to],
    reportedDomain:
      domain !== undefined
        ? [domain]
        : source !== undefined && !isIp(source) && isHostName(source)
          ? [source]
          : [],
    reportedUri: url === undefined ? [] : [url],
    userAgent: textOf(reporter['org']),
    subject: textOf(json['subject']),
    errors: check.errors,
  }
}

function checkCommon(json: Json, check: Check): void {
  check.that(/^4\.\d+\.\d+$/.test(textOf(json['xarf_version']) ?? ''), 'xarf_version', 'must be 4.x.y')
  check.that(
    /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i.test(textOf(json['report_id']) ?? ''),
    'report_id',
    'no UUID',
  )
  check.that(isDateTime(json['timestamp']), 'timestamp', 'no date-time (RFC 3339)')
  check.that(isFilled(textOf(json['source_identifier'])), 'source_identifier', 'missing')
  checkContact(json, 'reporter', true, check)
  checkContact(json, 'sender', false, check)
  check.field(json, 'source_port', '', isPort, 'no port')
  check.field(json, 'destination_port', '', isPort, 'no port')
  check.field(json, 'destination_ip', '', isIp, 'no IP address')
  for (const name of ['first_seen', 'last_seen'])
    check.field(json, name, '', isDateTime, 'no date-time (RFC 3339)')
  check.field(
    json,
    'confidence',
    '',
    (value) => typeof value === 'number' && value >= 0 && value <= 1,
    'must be between 0 and 1',
  )
  check.field(
    json,
    'tags',
    '',
    (value) =>
      Array.isArray(value) && value.every((tag) => /^[a-z0-9_]+:[a-z0-9_.-]+$/i.test(textOf(tag) ?? '')),
    'must be a list of `name:value`',
  )
  checkEvidence(json, check)
}

function checkContact(json: Json, name: string, isRequired: boolean, check: Check): void {
  const contact = json[name]
  if (contact === undefined && !isRequired) return
  if (!isObject(contact)) return check.that(false, name, 'must be an object')
  check.required(contact, ['org', 'contact'], `${name}.`)
  check.field(contact, 'contact', `${name}.`, isMailbox, 'no mail address')
  check.field(contact, 'domain', `${name}.`, isHostName, 'no domain name')
}

function checkEvidence(json: Json, check: Check): void {
  if (!('evidence' in json)) return
  const evidence: unknown = json['evidence']
  if (!Array.isArray(evidence)) return check.that(false, 'evidence', 'must be a list')
  for (const [index, item] of evidence.entries() as Iterable<[number, unknown]>) {
    const path = `evidence[${index}].`
    if (!isObject(item)) check.that(false, path, 'must be an object')
    else {
      check.required(item, ['content_type', 'payload'], path)
      check.field(
        item,
        'hash',
        path,
        (value) => /^(?:md5|sha1|sha256|sha512):[\da-f]{32,128}$/i.test(textOf(value) ?? ''),
        'no hash',
      )
      check.field(item, 'size', path, isCount, 'no number')
    }
  }
}

function checkType(json: Json, check: Check): void {
  const [category, type] = [textOf(json['category']) ?? '', textOf(json['type']) ?? '']
  const types = Object.hasOwn(typesOf, category) ? typesOf[category] : undefined
  check.that(types !== undefined, 'category', 'unknown')
  check.that(types?.includes(type) ?? false, 'type', 'no type of this category')
  const isSmtp = category === 'messaging' && json['protocol'] === 'smtp'
  if (category === 'messaging') check.required(json, ['protocol'], '')
  if (isSmtp) check.required(json, ['smtp_from', 'source_port'], '')
  if (isSmtp) check.field(json, 'smtp_from', '', isMailbox, 'no mail address')
  if (category === 'connection') check.required(json, ['protocol', 'first_seen'], '')
  if (category === 'content') check.required(json, ['url'], '')
}
