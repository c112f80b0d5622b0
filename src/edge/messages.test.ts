import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Messages, type MessageView } from './messages.ts'

function view(spent: number): MessageView {
  return { listing: undefined, spent, table: 1, rate: undefined, isNoted: false, isCounted: false }
}

describe('messages in progress', () => {
  it('keep the view of their first recipient', () => {
    const messages = new Messages()
    const first = messages.viewOf('3f.6a1.0', '192.0.2.1', () => view(1))
    assert.equal(
      messages.viewOf('3f.6a1.0', '192.0.2.1', () => view(2)),
      first,
    )
  })

  it('are told apart by instance and by client', () => {
    const messages = new Messages()
    const look = (spent: number) => (): MessageView => view(spent)
    assert.equal(messages.viewOf('a.1', '192.0.2.1', look(1)).spent, 1)
    assert.equal(messages.viewOf('a.2', '192.0.2.1', look(2)).spent, 2)
    assert.equal(messages.viewOf('a.1', '192.0.2.2', look(3)).spent, 3)
  })

  it('never give one message the view of another, a million of them passing', () => {
    const messages = new Messages()
    for (let nth = 0; nth < 1_000_000; nth++) {
      const { spent } = messages.viewOf(`${nth.toString(16)}.6a12b3c4.0`, '192.0.2.1', () => view(nth))
      if (spent !== nth) assert.fail(`message ${nth} was given the view of ${spent}`)
    }
  })

  it('are nearly all remembered while a thousand others pass', () => {
    const messages = new Messages()
    for (let nth = 0; nth < 1000; nth++) messages.viewOf(`m${nth}`, '192.0.2.1', () => view(nth))
    let kept = 0
    for (let nth = 0; nth < 1000; nth++)
      if (messages.viewOf(`m${nth}`, '192.0.2.1', () => view(-1)).spent === nth) kept++
    assert.ok(kept > 900, `${kept} of 1000`)
  })
})
