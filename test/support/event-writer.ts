import { takeEvents } from '../../src/core/events/actions.ts'
import { openDatabase } from '../../src/db/open.ts'
import { testContext } from './context.ts'
import { message } from './mail-events.ts'

/**
 * Writes mail events until it is killed, and says which are durable. Usage: node event-writer.ts <database> <file> <how ids begin>
 */
const [url = '', file = '', prefix = ''] = process.argv.slice(2)
const ctx = testContext({ db: await openDatabase(url, { file }) })
const write = async (writer: number): Promise<void> => {
  for (let batch = 0; ; batch++) {
    const events = Array.from({ length: 300 }, (_, nth) =>
      message('192.0.2.45', ctx.clock.now(), { id: `${prefix}${writer}-${batch}-${nth}` }),
    )
    await takeEvents(ctx, 'mx1', events)
    process.send?.(events.map(({ id }) => id))
  }
}
process.on('disconnect', () => process.exit(0))
await Promise.all([write(1), write(2), write(3)])
