import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { PhraseBook, wordsOf } from './phrase.ts'

function stands(phrase: string, text: string): boolean {
  return new PhraseBook([[phrase]]).first(wordsOf(text)) === 0
}

describe('Phrases', () => {
  it('begin and end words where they say so', () => {
    assert.ok(stands('full', 'Mailbox fully booked'))
    assert.ok(!stands('full^', 'Mailbox fully booked'))
    assert.ok(stands('full^', 'Mailbox full.'))
    assert.ok(!stands('ip^', 'recipient gone'))
    assert.ok(stands('*box', 'the mailbox'))
    assert.ok(!stands('box', 'the mailbox'))
  })

  it('have choices, gaps, numbers and domains', () => {
    assert.ok(stands('(user|mailbox) * (gone|away)', 'this user has gone'))
    assert.ok(stands('no (such |)user', 'no user'))
    assert.ok(stands('# (mails|messages) per hour', 'limit of 50 mails per hour'))
    assert.ok(stands('domain ~ is', 'the domain mail.example.org is here'))
    assert.ok(!stands('not (rfc|compliant)', 'not comparable'))
    assert.ok(stands('utilisateur inconnu', 'Utilisateur_inconnu'))
    assert.ok(stands('e-?mail', 'email'))
  })

  it('are told by the first list that has one, and by all that have', () => {
    const book = new PhraseBook([['over quota'], ['quota', 'user'], ['full']])
    assert.equal(book.first('user over quota'), 0)
    assert.equal(
      book.first('user over quota', (list) => list > 0),
      1,
    )
    assert.deepEqual(book.all('user over quota'), new Set([0, 1]))
    assert.equal(book.first('nothing'), undefined)
  })

  it('are the same without accents, in one kind of space and in any case', () => {
    assert.ok(stands('boîte pleine', 'BOITE\n PLEINE'))
    assert.ok(stands('zu gross', 'zu groß'))
    assert.ok(stands('не найден', 'НЕ НАЙДЕН'))
  })
})
