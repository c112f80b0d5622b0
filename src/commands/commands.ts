import { brakeCommand } from './brake-command.ts'
import { checkCommand } from './check-command.ts'
import { analyseCommand } from './analyse-command.ts'
import type { Command } from './command.ts'
import { databaseCommands } from './database-commands.ts'
import { demoCommand } from './demo-command.ts'
import { doctorCommand } from './doctor-command.ts'
import { ingestCommand } from './ingest-command.ts'
import { listingCommands } from './listing-commands.ts'
import { peopleCommands } from './people-commands.ts'
import { personCommands } from './person-commands.ts'
import { processCommands } from './process-commands.ts'
import { replayCommand } from './replay-command.ts'
import { traceCommands } from './trace-commands.ts'
import { voidCommand } from './void-command.ts'

/** Every command, in the order of `--help`. */
export const commands: readonly Command[] = [
  ...processCommands,
  demoCommand,
  ...listingCommands,
  checkCommand,
  ...databaseCommands,
  analyseCommand,
  ingestCommand,
  replayCommand,
  voidCommand,
  brakeCommand,
  doctorCommand,
  ...peopleCommands,
  ...personCommands,
  ...traceCommands,
]
