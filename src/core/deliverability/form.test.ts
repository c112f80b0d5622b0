import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { Refusal } from '../../base/refusal.ts'
import { formatPrefix } from '../../standards/prefix.ts'
import { keepForm, keptForm, readDeliverability, type FormInput, type KeptForm } from './form.ts'

const own = { domains: ['provider.example'], most: 3 }
const good: FormInput = {
  addresses: '192.0.2.45\n2001:db8::1; 198.51.100.0/28, 192.0.2.45',
  symptom: 'refused',
  domain: 'Provider.example',
  sending: 'ada@Example.org',
  volume: '1 200',
  words: '550 5.7.606 Access denied',
}
const said = (input: Partial<FormInput>): unknown => {
  const read = readDeliverability({ ...good, ...input }, own)
  return read instanceof Refusal ? `${read.code} ${String(read.facts['field'] ?? '')}`.trim() : 'read'
}

describe('the deliverability form', () => {
  it('takes addresses and ranges however they are separated, each once', () => {
    const read = readDeliverability(good, own)
    assert.ok(!(read instanceof Refusal))
    assert.deepEqual(read.prefixes.map(formatPrefix), ['192.0.2.45/32', '2001:db8::/64', '198.51.100.0/28'])
    assert.deepEqual([read.domain, read.sending, read.volume], ['provider.example', 'example.org', 1200])
    assert.deepEqual(keptForm(JSON.parse(JSON.stringify(keepForm(read))) as KeptForm), read)
  })

  it('says which field is wrong', () => {
    assert.equal(said({ addresses: ' , ' }), 'form.invalid addresses')
    assert.equal(said({ addresses: '192.0.2.300' }), 'address.not-an-address')
    assert.equal(said({ addresses: '192.0.0.0/16' }), 'prefix.too-wide')
    assert.equal(said({ addresses: '192.0.2.1 192.0.2.2 192.0.2.3 192.0.2.4' }), 'forms.too-many')
    assert.equal(said({ symptom: 'lost' }), 'form.invalid symptom')
    assert.equal(said({ domain: 'elsewhere.example' }), 'form.invalid domain')
    assert.equal(said({ sending: 'no domain' }), 'form.invalid sending')
    assert.equal(said({ volume: 'much' }), 'form.invalid volume')
    assert.equal(said({ words: ' ' }), 'form.invalid words')
    assert.equal(said({ words: '', symptom: 'junk', sending: '', volume: '' }), 'read')
  })

  it('never breaks on what strangers type', () => {
    const text = fc.string({ unit: 'binary', maxLength: 300 })
    fc.assert(
      fc.property(text, text, text, text, (addresses, sending, volume, words) => {
        const read = readDeliverability({ ...good, addresses, sending, volume, words }, own)
        return read instanceof Refusal || read.prefixes.length <= own.most
      }),
    )
  })
})
