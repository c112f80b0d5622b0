/* Additions for browsers with script; every page works without. */
'use strict'
{
  const { lang, dataset } = document.documentElement

  /* The reader's own zone behind each UTC time. */
  const locale = lang === 'en' ? 'en-GB' : lang
  const zone = new Intl.DateTimeFormat(locale, {
    day: 'numeric',
    month: lang === 'en' ? 'short' : 'long',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    timeZoneName: 'short',
  })
  const offset = new Date().getTimezoneOffset()
  const isElsewhere = offset !== 0
  // Some times are in Beijing’s besides already.
  const isBeijing = offset === -480
  for (const element of isElsewhere ? document.querySelectorAll('time[datetime]:not([data-far])') : []) {
    if (isBeijing && 'beijing' in element.dataset) continue
    const local = document.createElement('span')
    local.className = 'local'
    const text = zone.format(new Date(element.dateTime))
    local.textContent = lang === 'zh-CN' ? `（${text}）` : `(${text})`
    element.after(lang === 'zh-CN' ? '' : ' ', local)
  }

  /* A button that copies what a program said. */
  for (const block of navigator.clipboard ? document.querySelectorAll('pre.verbatim') : []) {
    const button = document.createElement('button')
    button.type = 'button'
    button.className = 'copy'
    button.textContent = dataset.copy
    button.addEventListener('click', () => {
      const copied = navigator.clipboard.writeText(block.querySelector('code').textContent)
      void copied.then(() => (button.textContent = dataset.copied))
    })
    block.append(button)
  }
}
