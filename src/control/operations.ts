import { brakeOperations } from './brake-operations.ts'
import { checkOperations } from './check-operations.ts'
import { edgeOperations } from './edge-operations.ts'
import { evidenceOperations } from './evidence-operations.ts'
import { eventOperations } from './event-operations.ts'
import { listingOperations } from './listing-operations.ts'
import type { Operation } from './operation.ts'
import { peopleOperations } from './people-operations.ts'
import { personOperations } from './person-operations.ts'

/** Everything a command can ask of core. */
export const operations: readonly Operation[] = [
  ...listingOperations,
  ...edgeOperations,
  ...peopleOperations,
  ...personOperations,
  ...eventOperations,
  ...evidenceOperations,
  ...brakeOperations,
  ...checkOperations,
]
