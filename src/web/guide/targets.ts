import { findReasons, reasonNames, reasons, type ReasonName } from '../../access/reasons.ts'
import type { Feature } from '../../core/guide/page.ts'
import { routes } from '../routes.ts'

/**
 * What pages of the guide link to by name: `page:authentication/spf`, `code:spam`, `tool:delist`. A name that does not exist is a mistake;
 * one that is not in use here (a page that needs what is off) leaves the words without a link.
 */
export type Target =
  | { readonly kind: 'link'; readonly href: string; readonly isOurs: boolean }
  | { readonly kind: 'absent' }
  | { readonly kind: 'unknown'; readonly problem: string }

/** The tools of this site by the names that pages use; null for those that this version does not have. */
export const toolLinks = {
  find: routes.find.href(),
  lookup: routes.find.href(),
  owners: routes.owners.start.href(),
  recipients: routes.recipients.start.href(),
  delist: routes.delist.start.href(),
  deliverability: routes.forms.deliverability.href(),
  'warm-up': routes.forms.warmUp.href(),
  codes: routes.codes.href(),
  search: routes.search.href(),
  tools: routes.tools.href(),
  announcements: routes.announcements.href(),
  feed: routes.feed.href(),
  'policy-json': routes.policy.href(),
  check: routes.check.href(),
  analyse: routes.analyse.href(),
  probe: routes.probe.start.href(),
  headers: routes.headers.href(),
  report: routes.report.start.href(),
  transparency: routes.transparency.href(),
  clock: routes.clock.href(),
  'my-data': routes.myData.start.href(),
} as const satisfies Readonly<Record<string, string | null>>
type ToolName = keyof typeof toolLinks

/** Paths that are the same in every language. */
export const languageless: ReadonlySet<string> = new Set([routes.policy.href()])

export interface Pages {
  has(id: string): boolean
  knows(id: string): boolean
  readonly inUse: ReadonlySet<Feature>
}

export function targetOf(href: string, pages: Pages): Target {
  const [, scheme = '', rest = ''] = /^([a-z]+):(.*)$/s.exec(href) ?? []
  switch (scheme) {
    case 'page':
      return pageTarget(rest, pages)
    case 'code': {
      const name = reasonOf(rest)
      return name === undefined
        ? unknown(`there is no reason ${rest}`)
        : ours(routes.code.href({ code: reasons[name].slug }))
    }
    case 'tool':
      return toolTarget(rest)
    case 'https':
    case 'mailto':
      return { kind: 'link', href, isOurs: false }
    default:
      return href.startsWith('#')
        ? { kind: 'link', href, isOurs: false }
        : unknown(`a link is page: code: tool: https: or #heading, not ${href.slice(0, 80)}`)
  }
}

function pageTarget(rest: string, pages: Pages): Target {
  const [id = '', anchor] = rest.split('#')
  const known = pages.knows(id) || pages.knows(`${id}/index`)
  if (!known) return unknown(`there is no page ${id}`)
  if (!pages.has(id) && !pages.has(`${id}/index`)) return { kind: 'absent' }
  const [section = '', name] = id.split('/')
  const path = pageHref(section, name)
  return ours(anchor === undefined ? path : `${path}#${anchor}`)
}

/** Address of a page, or of a section. */
export function pageHref(section: string, name?: string): string {
  if (section === 'announcements')
    return name === undefined || name === 'index'
      ? routes.announcements.href()
      : routes.announcement.href({ name })
  return name === undefined || name === 'index'
    ? routes.section.href({ section })
    : routes.page.href({ section, name })
}

function toolTarget(name: string): Target {
  if (!Object.hasOwn(toolLinks, name)) return unknown(`there is no tool ${name}`)
  const href = toolLinks[name as ToolName]
  if (href === null) return { kind: 'absent' }
  return { kind: 'link', href, isOurs: !languageless.has(href) }
}

/** A reason by its name, or by a code that it has alone. */
function reasonOf(text: string): ReasonName | undefined {
  const named = reasonNames.find((name) => name === text)
  return named ?? findReasons(text)[0]
}

function ours(href: string): Target {
  return { kind: 'link', href, isOurs: true }
}

function unknown(problem: string): Target {
  return { kind: 'unknown', problem }
}
