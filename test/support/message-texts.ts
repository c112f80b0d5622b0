import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { reasonNames, reasons, type Language } from '../../src/access/reasons.ts'

/** Every text in quotes or backticks of the files that hold words, with what is put in between cut out as `$`. */
export function messageTexts(language: Language): { readonly text: string; readonly where: string }[] {
  const files = readdirSync(new URL(`../../src/web/messages/${language}/`, import.meta.url)).map(
    (name) => new URL(`../../src/web/messages/${language}/${name}`, import.meta.url),
  )
  const letters = new URL(`../../src/core/outbox/words/${language}.ts`, import.meta.url)
  if (existsSync(letters)) files.push(letters)
  const found = files.flatMap((file) => {
    const source = readFileSync(file, 'utf8')
      .replaceAll(/^import .*|^ *\/\/.*/gm, '')
      .replaceAll(/\/\*\*.*?\*\//gs, '')
    const name = file.pathname.split('/').slice(-2).join('/')
    return [...source.matchAll(/'((?:[^'\\\n]|\\.)*)'|`((?:[^`\\]|\\.)*)`/g)].map(
      ([, plain, template = '']) => ({
        text: (plain ?? template).replaceAll(/\$\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}/g, '$'),
        where: name,
      }),
    )
  })
  const registry = reasonNames.flatMap((name) =>
    Object.values(reasons[name].words[language]).map((text) => ({
      text: text as string,
      where: `reasons.ts ${name}`,
    })),
  )
  return [...found, ...registry]
}
