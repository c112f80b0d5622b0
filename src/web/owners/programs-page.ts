import type { OwnerToken } from '../../core/owners/token-actions.ts'
import { routes } from '../routes.ts'
import { errorOf, errorSummary, hiddenField, submit, textField, type FieldError } from '../ui/form.ts'
import { html, visible, type Html } from '../ui/html.ts'
import type { Page } from '../ui/layout.ts'
import { literal, notice, verbatim } from '../ui/notice.ts'
import { table } from '../ui/table.ts'
import { time } from '../ui/time.ts'
import type { View } from '../ui/view.ts'

/** Tokens for programs of an owner; `made`: the one that was just made, shown this once. */
export function programsPage(
  view: View,
  {
    tokens,
    made,
    errors = [],
  }: {
    readonly tokens: readonly OwnerToken[]
    readonly made?: string
    readonly errors?: readonly FieldError[]
  },
): Page {
  const words = view.words.owners.programs
  return {
    title: words.title,
    noindex: true,
    body: html`<h1>${words.title}</h1>
      <p><a href="${view.link(routes.owners.mine.href())}">${view.words.owners.claim.back}</a></p>
      ${errorSummary(view, errors)}
      ${
        made === undefined
          ? ''
          : notice(
              'good',
              words.madeTitle,
              html`<p>${words.madeLead}</p>
                ${verbatim(made)}`,
            )
      }
      <p class="lead">${words.lead}</p>
      <p>
        ${words.how(literal('/api/v1/owner/…'), literal('Authorization: Bearer'), html`<a href="/api/v1/openapi.json">${words.document}</a>`)}
      </p>
      ${tokenTable(view, tokens)}
      <h2>${words.newTitle}</h2>
      <form method="post" action="${view.link(routes.owners.programs.href())}">
        ${hiddenField('do', 'add')}
        ${textField(view, {
          name: 'name',
          label: words.newName,
          hint: words.newHint,
          error: errorOf(errors, 'name'),
          size: 'medium',
          autocomplete: 'off',
          required: true,
          maxlength: 40,
        })}
        <p>${submit(words.make)}</p>
      </form>`,
  }
}

function tokenTable(view: View, tokens: readonly OwnerToken[]): Html {
  const words = view.words.owners.programs
  return table({
    caption: words.caption,
    stack: true,
    head: [words.name, words.made, words.used, words.ends, words.deed],
    rows: tokens.map(({ id, name, createdAt, lastUsedAt, expiresAt }) => [
      literal(visible(name)),
      time(view, createdAt),
      lastUsedAt === null ? words.never : time(view, lastUsedAt),
      time(view, expiresAt),
      html`<form method="post" action="${view.link(routes.owners.programs.href())}">
        ${hiddenField('do', 'remove')}${hiddenField('token', id)} ${submit(words.remove(name), 'quiet')}
      </form>`,
    ]),
    empty: words.none,
  })
}
