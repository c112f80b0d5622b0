import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { piecesOf, readAnswer, wordsToCompare } from './message.ts'

describe('Quoted text', () => {
  it('is what begins with a mark, and everything below the line over it', () => {
    const pieces = piecesOf(
      'We mended it.\n\n> Which machine?\n> Since when?\n\nThe printer.\n\nOn Mon, 4 May 2026, Ada wrote:\nHello,\nwhat was it?',
    )
    assert.deepEqual(pieces, [
      { isQuoted: false, text: 'We mended it.' },
      { isQuoted: true, text: '> Which machine?\n> Since when?' },
      { isQuoted: false, text: 'The printer.' },
      { isQuoted: true, text: 'On Mon, 4 May 2026, Ada wrote:\nHello,\nwhat was it?' },
    ])
    assert.deepEqual(piecesOf('修好了。\n在 2026年5月4日，Ada 写道：\n是哪台？')[1]?.isQuoted, true)
    assert.deepEqual(piecesOf('On the machine wrote somebody'), [
      { isQuoted: false, text: 'On the machine wrote somebody' },
    ])
    assert.deepEqual(piecesOf(' \n '), [])
    assert.equal(piecesOf('From: here it looks fine.\nThe date: today.')[0]?.isQuoted, false)
  })

  it('is the header that Outlook and phones put over it, without any line', () => {
    for (const header of [
      'From: Example Mail <postmaster@provider.example>\nSent: Monday, 4 May 2026 10:00\nTo: ann@example.org\nSubject: Re: mail',
      'Von: Example Mail <postmaster@provider.example>\nGesendet: Montag, 4. Mai 2026 10:00\nAn: ann@example.org',
      '发件人: Example Mail <postmaster@provider.example>\n发送时间: 2026年5月4日 10:00\n收件人: ann@example.org\n主题: 来信',
      'Example Mail <postmaster@provider.example> 于2026年5月4日周一 10:00写道：',
    ])
      assert.deepEqual(
        piecesOf(`It is off.\n\n${header}\n\nWhich machine?`).map(({ isQuoted }) => isQuoted),
        [false, true],
        header,
      )
  })

  it('does not make two messages differ, nor do letters and spaces', () => {
    const one = wordsToCompare({ text: 'Please  lift it.\n\n> quoted' })
    assert.equal(one, wordsToCompare({ text: 'please lift\nit.\n> quoted otherwise' }))
    assert.notEqual(one, wordsToCompare({ text: 'Please lift them.' }))
    assert.notEqual(wordsToCompare({ subject: 'a', text: '' }), wordsToCompare({ subject: 'b', text: '' }))
  })

  it('takes no long time, whatever it is made of', () => {
    const began = performance.now()
    for (const text of [
      'on '.repeat(20_000),
      `${'-'.repeat(60_000)}\n`,
      '> \n'.repeat(20_000),
      `on ${'x'.repeat(60_000)} wrote`,
    ])
      piecesOf(text)
    assert.ok(performance.now() - began < 3000)
  })
})

describe('An answer', () => {
  it('has words, and not too many', () => {
    assert.equal(readAnswer('  What was it? '), 'What was it?')
    assert.equal((readAnswer(' \n ') as Error).message, 'case.empty')
    assert.equal((readAnswer('x'.repeat(4001)) as Error).message, 'case.too-long')
  })
})
