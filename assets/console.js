/* Keys for those who work here all day; every page works without. The account page lists them. */
'use strict'

const places = {
  o: '/',
  l: '/listings',
  c: '/cases',
  r: '/requests',
  d: '/abuse',
  w: '/owners',
  v: '/vouches',
  b: '/outbox',
  a: '/audit',
}

/* `g` waits a moment for the letter that says where. */
const patienceMs = 1500
let goUntil = 0

addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return
  if (event.target.closest('input, textarea, select')) {
    if (event.key === 'Escape') event.target.blur()
    return
  }
  if (event.timeStamp < goUntil) {
    goUntil = 0
    if (Object.hasOwn(places, event.key)) location.assign(places[event.key])
    return
  }
  switch (event.key) {
    case '/':
      focusSearch()
      break
    case 'j':
      chooseRow(1)
      break
    case 'k':
      chooseRow(-1)
      break
    case 'g':
      goUntil = event.timeStamp + patienceMs
      return
    case 'n':
      location.assign('/listings/add')
      break
    default:
      return
  }
  event.preventDefault()
})

/* The page's own search where it has one, because it shows what was asked for. */
function focusSearch() {
  const box = document.querySelector('main form.filters [type=search]') ?? document.querySelector('#search')
  box?.focus()
  box?.select()
}

/* The row's link has the focus, so that Enter opens it. */
function chooseRow(step) {
  const links = [...document.querySelectorAll('main tbody th a')]
  if (links.length === 0) return
  const here = links.indexOf(document.activeElement)
  const next =
    here < 0 ? (step > 0 ? 0 : links.length - 1) : Math.min(links.length - 1, Math.max(0, here + step))
  links[next].focus()
  links[next].scrollIntoView({ block: 'nearest' })
}
