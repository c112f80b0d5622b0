import type { OwnerCase } from '../../core/programmes/case-actions.ts'
import { showPrefix } from '../../standards/prefix.ts'
import type { Fields } from '../form-data.ts'
import { routes } from '../routes.ts'
import { errorOf, hiddenField, submit, textArea, textField, type FieldError } from '../ui/form.ts'
import { html, type Html } from '../ui/html.ts'
import { literal } from '../ui/notice.ts'
import { table } from '../ui/table.ts'
import { time } from '../ui/time.ts'
import type { View } from '../ui/view.ts'

/** Cases about what an owner holds, and the way to write to us about it. */
export function casesPart(
  view: View,
  cases: readonly OwnerCase[],
  { fields, errors }: { readonly fields: Fields | undefined; readonly errors: readonly FieldError[] },
): Html {
  const words = view.words.owners.cases
  return html`<h2>${words.title}</h2>
    <p>${words.lead}</p>
    ${table({
      caption: words.title,
      quiet: true,
      stack: true,
      head: [words.about, words.state, words.opened, words.thread],
      rows: cases.map(({ about, state, openedAt, page }) => [
        literal(showPrefix(about)),
        words.states[state],
        time(view, openedAt),
        page === null
          ? words.noThread
          : html`<a href="${view.link(routes.case.page.href({ token: page }))}">${words.open}</a>`,
      ]),
      empty: words.none,
    })}
    ${writeForm(view, fields, errors)}`
}

function writeForm(view: View, fields: Fields | undefined, errors: readonly FieldError[]): Html {
  const words = view.words.owners.cases
  const isWrong = errors.some(({ field }) => field === 'about' || field === 'text')
  return html`<details ${isWrong ? html`open` : ''}>
    <summary>${words.writeTitle}</summary>
    <p>${words.writeLead}</p>
    <form method="post" action="${view.link(routes.owners.mine.href())}">
      ${hiddenField('do', 'write')}
      ${textField(view, {
        name: 'about',
        label: words.prefix,
        value: fields?.get('about'),
        error: errorOf(errors, 'about'),
        size: 'medium',
        autocomplete: 'off',
        required: true,
        maxlength: 100,
      })}
      ${textArea(view, {
        name: 'text',
        label: words.text,
        hint: words.textHint,
        value: fields?.get('text'),
        error: errorOf(errors, 'text'),
        rows: 6,
        maxlength: 10_000,
      })}
      <p>${submit(words.write)}</p>
    </form>
  </details>`
}
