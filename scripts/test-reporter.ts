/** A reporter of node:test for `run-tests.ts`: one JSON object a line for each test that ended, and for what it had to say. */
import type { TestEvent } from 'node:test/reporters'

export interface TestLine {
  readonly kind: 'begins' | 'pass' | 'fail' | 'not-run' | 'says'
  /** The test with what it stands in: `listings › end by themselves`; what it had to say. */
  readonly text: string
  /** Where the test is written. */
  readonly file?: string | undefined
  readonly error?: string
}

export default async function* report(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  const names: string[] = []
  for await (const event of events) {
    const line = lineOf(event, names)
    if (line !== undefined) yield `${JSON.stringify(line)}\n`
  }
}

function lineOf(event: TestEvent, names: string[]): TestLine | undefined {
  switch (event.type) {
    case 'test:dequeue':
      return { kind: 'begins', text: event.data.name, file: event.data.file }
    case 'test:start':
      names.splice(event.data.nesting, names.length, event.data.name)
      return undefined
    case 'test:pass': {
      const { details, skip, todo, nesting, name, file } = event.data
      const text = [...names.slice(0, nesting), name].join(' › ')
      if (details.type === 'suite' && skip === undefined) return undefined
      return { kind: skip === undefined && todo === undefined ? 'pass' : 'not-run', text, file }
    }
    case 'test:fail': {
      const { details, nesting, name, file } = event.data
      // A suite fails with its tests, which have their own lines; what its hooks threw has none.
      if (isOfSubtests(details.error)) return undefined
      return {
        kind: 'fail',
        text: [...names.slice(0, nesting), name].join(' › '),
        error: explain(details.error),
        file,
      }
    }
    case 'test:diagnostic':
      return { kind: 'says', text: event.data.message }
    default:
      return undefined
  }
}

function isOfSubtests(error: Error): boolean {
  return 'failureType' in error && error.failureType === 'subtestsFailed'
}

function explain(error: Error): string {
  const { cause } = error
  if (cause instanceof Error) return cause.stack ?? cause.message
  return typeof cause === 'string' ? cause : (error.stack ?? error.message)
}
