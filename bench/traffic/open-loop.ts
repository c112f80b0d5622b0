import { closeSync, openSync, writeSync } from 'node:fs'
import { judges } from './judges.ts'
import { lineOf, runTraffic } from './loop.ts'
import { Traffic, type TrafficOptions } from './traffic.ts'

/**
 * The traffic as a file for `postern replay`: every message as it goes where everything passes, complaints, and `{"type":"delist"}` lines
 * (contracts 4). Without retries, for nobody answers. What is true of it goes to a file of its own, one line for each message and
 * connection: id, population, sender, wanted.
 */
export function writeOpenLoop(options: TrafficOptions, eventFile: string, truthFile: string): number {
  const [events, truths] = [new Lines(eventFile), new Lines(truthFile)]
  const [everything] = judges
  if (!everything) throw new Error('nobody lets everything pass')
  try {
    runTraffic(new Traffic(options), everything.make(), (step) => {
      if (step.kind === 'delist') {
        events.add(JSON.stringify({ v: 1, type: 'delist', at: new Date(step.at).toISOString(), ip: step.ip }))
        return
      }
      events.add(lineOf(step.event))
      if (step.kind !== 'try') return
      const { sender, wanted } = step.truth
      const { key, population } = sender
      truths.add(
        JSON.stringify({ id: step.event.id, population, truth: wanted ? 'wanted' : 'unwanted', sender: key }),
      )
    })
    return events.count
  } finally {
    events.close()
    truths.close()
  }
}

/** Lines to a file, many at a time. */
class Lines {
  count = 0
  readonly #file: number
  #waiting = ''

  constructor(path: string) {
    this.#file = openSync(path, 'w')
  }

  add(line: string): void {
    this.#waiting += `${line}\n`
    this.count++
    if (this.#waiting.length > 1 << 20) this.#flush()
  }

  close(): void {
    this.#flush()
    closeSync(this.#file)
  }

  #flush(): void {
    writeSync(this.#file, this.#waiting)
    this.#waiting = ''
  }
}
