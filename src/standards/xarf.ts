import { readXarf4 } from './xarf-4.ts'
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

/**
 * XARF, abuse reports as JSON. Versions 1 to 3 (github.com/abusix/xarf) have `Version`, `ReporterInfo` and `Report`; version 4
 * (xarf.org) has `xarf_version`, `category` and `type`, see `xarf-4.ts`. Everything in a report is what its writer says.
 */
/** Undefined when it is no XARF report at all. */
export function readXarf(json: unknown): XarfReport | undefined {
  if (!isObject(json)) return undefined
  const isNewer =
    'xarf_version' in json || ('report_id' in json && 'category' in json && 'source_identifier' in json)
  if (isNewer) return readXarf4(json)
  return 'ReporterInfo' in json && 'Report' in json ? readOlder(json) : undefined
}

const typesOf: Readonly<Record<string, readonly string[]>> = {
  Activity: [
    'Spam',
    'Bounces',
    'PortScan',
    'LoginAttack',
    'DOS',
    'DDOS',
    'Malware',
    'Exploit',
    'WebCrawler',
    'InfectedHost',
    'PotentiallyCompromisedAccount',
    'Harassed',
    'Harassment',
    'Botnet',
    'Sinkhole',
    'BotInfection',
    'Scraping',
    'Fraud',
    'AuthFailure',
    'WebHack',
    'IpSpoof',
  ],
  Content: [
    'Botnet',
    'BotnetController',
    'ChildAbuse',
    'Copyright',
    'Trademark',
    'Phishing',
    'Malware',
    'CompromisedWebsite',
    'Defacement',
    'Fraud',
    'Scam',
    'HateSpeech',
    'Spamvertised',
    'UnauthorizedContent',
    'Violence',
  ],
  Vulnerability: [
    'OpenService',
    'OpenResolver',
    'OpenRelay',
    'OpenProxy',
    'Vulnerable',
    'Misconfiguration',
    'Outdated',
  ],
}

function readOlder(json: Json): XarfReport {
  const check = new Check()
  const report = isObject(json['Report']) ? json['Report'] : {}
  checkReporter(json, check)
  checkReport(report, textOf(json['Version']), check)
  const reporter = isObject(json['ReporterInfo']) ? json['ReporterInfo'] : {}
  const list = (name: string): string[] =>
    textOf(report[name]) === undefined ? [] : [textOf(report[name]) ?? '']
  return {
    version: textOf(json['Version']),
    category: textOf(report['ReportClass'])?.slice(0, 60),
    type: textOf(report['ReportType'])?.slice(0, 60),
    sourceIp: isIp(report['SourceIp']) ? textOf(report['SourceIp']) : undefined,
    arrivalDate: textOf(report['Date']),
    originalMailFrom: textOf(report['SmtpMailFromAddress']),
    originalRcptTo: list('SmtpRcptToAddress'),
    reportedDomain: list('RpzDomain'),
    reportedUri: list('SourceUrl'),
    userAgent: textOf(reporter['ReporterOrg']),
    subject: textOf(report['SmtpMessageSubject']),
    errors: check.errors,
  }
}

function checkReporter(json: Json, check: Check): void {
  check.that(/^[123](?:\.\d+)*$/.test(textOf(json['Version']) ?? ''), 'Version', 'must be 1, 2 or 3')
  check.that(typeof json['Disclosure'] === 'boolean', 'Disclosure', 'must be true or false')
  const reporter = json['ReporterInfo']
  if (!isObject(reporter)) return check.that(false, 'ReporterInfo', 'must be an object')
  const isPerson = reporter['ReporterType'] === 'Person'
  const needed = isPerson
    ? ['ReporterContactEmail', 'ReporterContactName']
    : ['ReporterOrg', 'ReporterOrgDomain', 'ReporterOrgEmail']
  check.required(reporter, needed, 'ReporterInfo.')
  check.field(reporter, 'ReporterOrgDomain', 'ReporterInfo.', isHostName, 'no domain name')
  for (const name of ['ReporterOrgEmail', 'ReporterContactEmail'])
    check.field(reporter, name, 'ReporterInfo.', isMailbox, 'no mail address')
  if ('OnBehalfOf' in json)
    check.that(
      isObject(json['OnBehalfOf']) && Object.keys(json['OnBehalfOf']).length > 0,
      'OnBehalfOf',
      'must name somebody',
    )
}

function checkReport(report: Json, version: string | undefined, check: Check): void {
  const [category, type] = [textOf(report['ReportClass']), textOf(report['ReportType'])]
  check.that(
    Object.hasOwn(typesOf, category ?? ''),
    'Report.ReportClass',
    'must be Activity, Content or Vulnerability',
  )
  check.that(
    Object.hasOwn(typesOf, category ?? '') && (typesOf[category ?? '']?.includes(type ?? '') ?? false),
    'Report.ReportType',
    'no type of this class',
  )
  check.that(isDateTime(report['Date']), 'Report.Date', 'no date-time (RFC 3339)')
  checkFields(report, check)
  checkSamples(report, check)
  const needed = requiredOf(type, category, version)
  check.required(report, needed, 'Report.')
  if (type === 'PotentiallyCompromisedAccount')
    check.that(
      isObject(report['Account']) && Object.keys(report['Account']).length > 0,
      'Report.Account',
      'must name an account',
    )
  else check.that(isFilled(report['SourceIp']) || isFilled(report['SourceUrl']), 'Report.SourceIp', 'missing')
}

function checkFields(report: Json, check: Check): void {
  const each = (names: readonly string[], isRight: (value: unknown) => boolean, words: string): void => {
    for (const name of names) check.field(report, name, 'Report.', isRight, words)
  }
  each(['SourceIp', 'DestinationIp'], isIp, 'no IP address')
  each(['SourcePort', 'DestinationPort'], isPort, 'no port')
  each(['FirstSeen', 'LastSeen'], isDateTime, 'no date-time (RFC 3339)')
  each(['SmtpMailFromAddress', 'SmtpRcptToAddress'], isMailbox, 'no mail address')
  each(['ByteCount', 'PacketCount', 'FileSize'], isCount, 'no number')
  each(['ASN'], (value) => isCount(value) && Number(value) <= 4_294_967_295, 'no AS number')
  each(['RpzDomain'], isHostName, 'no domain name')
  each(['Ongoing'], (value) => typeof value === 'boolean', 'must be true or false')
  each(
    ['ServiceName', 'ServiceVersion', 'MalwareName', 'BotnetName', 'FileName', 'ReportSubType'],
    (value) => typeof value === 'string',
    'must be text',
  )
  each(
    ['Custom'],
    (value) =>
      isObject(value) && Object.values(value).every((inner) => inner === null || typeof inner !== 'object'),
    'must hold plain values',
  )
  const hash = report['FileHash']
  if (hash !== undefined) check.that(isFileHash(hash), 'Report.FileHash', 'no hash')
  const cvss = report['CVSS']
  if (isObject(cvss)) {
    const named = /^CVSS:([\d.]+)\//.exec(textOf(cvss['Vector']) ?? '')?.[1] ?? '2'
    check.that(
      cvss['Version'] === undefined ||
        cvss['Vector'] === undefined ||
        textOf(cvss['Version'])?.split('.')[0] === named.split('.')[0],
      'Report.CVSS.Vector',
      'is of another version',
    )
  }
}

function checkSamples(report: Json, check: Check): void {
  if (!('Samples' in report)) return
  const samples: unknown = report['Samples']
  if (!Array.isArray(samples)) return check.that(false, 'Report.Samples', 'must be a list')
  for (const [index, sample] of samples.entries() as Iterable<[number, unknown]>) {
    const path = `Report.Samples[${index}].`
    if (!isObject(sample)) check.that(false, path, 'must be an object')
    else {
      check.that(
        /^[\w.+-]+\/[\w.+-]+/.test(textOf(sample['ContentType']) ?? ''),
        `${path}ContentType`,
        'no media type',
      )
      check.that(
        typeof sample['Base64Encoded'] === 'boolean',
        `${path}Base64Encoded`,
        'must be true or false',
      )
      check.that(typeof sample['Payload'] === 'string', `${path}Payload`, 'missing')
    }
  }
}

function requiredOf(
  type: string | undefined,
  category: string | undefined,
  version: string | undefined,
): string[] {
  switch (type) {
    case 'Copyright':
      return ['InfringedMaterial', 'SourceUrl']
    case 'Trademark':
      return ['TrademarkedMaterial', 'RegistrationNumber']
    case 'OpenService':
      return ['ServiceName']
    case 'Harassed':
    case 'Harassment':
      return ['Harasser', 'HarassmentDescription']
    case 'ChildAbuse':
    case 'Phishing':
      return ['SourceUrl']
    case 'Malware':
      return category === 'Content' && version !== '3' ? ['SourceUrl'] : []
    default:
      return []
  }
}

/** A text, or from version 3 on `HashValue` with `HashAlgorithm`: hexadecimal digits of the length that the algorithm has. */
function isFileHash(value: unknown): boolean {
  if (isObject(value) && 'HashValue' in value) {
    const digits = { md5: 32, sha1: 40, 'sha-1': 40, sha256: 64, 'sha-256': 64, sha512: 128, 'sha-512': 128 }
    const length = Object.entries(digits).find(
      ([name]) => name === textOf(value['HashAlgorithm'])?.toLowerCase(),
    )?.[1]
    return (
      length !== undefined && new RegExp(`^[0-9a-f]{${length}}$`, 'i').test(textOf(value['HashValue']) ?? '')
    )
  }
  return isFilled(textOf(value))
}
