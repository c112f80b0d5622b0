import type { KyselyPlugin, OperationNode, RootOperationNode } from 'kysely'
import type { Database } from '../../src/db/open.ts'

/** What was asked of a database since it was looked at last. */
export interface Watch {
  readonly db: Database
  /** Names of the tables that were written to since the last call, each once, and how many statements there were. */
  taken(): { readonly written: readonly string[]; readonly statements: number }
  /** Runs `work`; whatever its transactions write is undone at their end, though it sees it as done. */
  rehearse<T>(work: () => Promise<T>): Promise<T>
}

/** A database that says what is asked of it, and that can take everything back. */
export function watched(db: Database): Watch {
  const written = new Set<string>()
  let statements = 0
  let isRehearsal = false
  /** Notes what is written where; what a transaction undoes was not written. */
  const noting = (tables: Set<string>): KyselyPlugin => ({
    transformQuery({ node }) {
      statements++
      for (const table of tablesOf(node)) tables.add(table)
      return node
    },
    transformResult: async ({ result }) => await Promise.resolve(result),
  })
  const transaction: Database['transaction'] = async (work, option) => {
    const tables = new Set<string>()
    const watchedWork: typeof work = async (queries) => {
      tables.clear()
      return await work(queries.withPlugin(noting(tables)))
    }
    const answer = await (isRehearsal ? undone(db, watchedWork, option) : db.transaction(watchedWork, option))
    for (const table of tables) written.add(table)
    return answer
  }
  return {
    db: {
      ...db,
      queries: db.queries.withPlugin(noting(written)),
      transaction,
      together: async (work) => await transaction(work),
    },
    taken() {
      const found = { written: [...written].toSorted(), statements }
      written.clear()
      statements = 0
      return found
    },
    async rehearse(work) {
      isRehearsal = true
      try {
        return await work()
      } finally {
        isRehearsal = false
      }
    },
  }
}

/** Does the work and takes it back. */
async function undone<T>(
  db: Database,
  work: Parameters<typeof db.transaction<T>>[0],
  option: Parameters<typeof db.transaction<T>>[1],
): Promise<T> {
  const takeBack = new Error('taken back')
  let answer: { readonly value: T } | undefined
  try {
    await db.transaction(async (queries) => {
      answer = { value: await work(queries) }
      throw takeBack
    }, option)
  } catch (error) {
    if (error !== takeBack) throw error
  }
  if (answer === undefined) throw takeBack
  return answer.value
}

function tablesOf(node: RootOperationNode): readonly string[] {
  switch (node.kind) {
    case 'InsertQueryNode':
      return node.into === undefined ? [] : [nameOf(node.into)]
    case 'UpdateQueryNode':
      return node.table === undefined ? [] : [nameOf(node.table)]
    case 'DeleteQueryNode':
      return node.from.froms.map(nameOf)
    case 'RawNode':
      return /^\s*(?:insert|update|delete)/i.test(node.sqlFragments.join(' ')) ? ['raw sql'] : []
    default:
      return []
  }
}

function nameOf(node: OperationNode): string {
  return node.kind === 'TableNode'
    ? (node as unknown as { readonly table: { readonly identifier: { readonly name: string } } }).table
        .identifier.name
    : node.kind
}
