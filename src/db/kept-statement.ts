import { CompiledQuery, type Compilable, type Kysely } from 'kysely'
import type { Tables } from './schema.ts'

type Queries = Kysely<Tables>

/** Rows in one statement at most. */
const mostRows = 128
/** Values that one question asks for at most. */
const mostValues = 256

/**
 * A statement that writes many rows, made once for each number of them: to build it anew takes longer than the database takes to write.
 * `columns` in the order in which `build` names them; the numbers of rows are powers of two, so there are few texts and each is prepared once.
 */
export class KeptInsert<Row extends object> {
  readonly #columns: readonly (keyof Row & string)[]
  readonly #build: (queries: Queries, rows: readonly Row[]) => Compilable
  readonly #texts = new Texts()

  constructor(
    columns: readonly (keyof Row & string)[],
    build: (queries: Queries, rows: readonly Row[]) => Compilable,
  ) {
    this.#columns = columns
    this.#build = build
  }

  async run(queries: Queries, rows: readonly Row[]): Promise<void> {
    for (let from = 0, size = mostRows; from < rows.length; from += size) {
      while (size > rows.length - from) size /= 2
      const some = rows.slice(from, from + size)
      const text = this.#texts.of(queries, size, () =>
        this.#build(
          queries,
          some.map((row) => this.#inOrder(row)),
        ),
      )
      await queries.executeQuery(CompiledQuery.raw(text, this.#valuesOf(some)))
    }
  }

  /** The builder names columns in the order in which a row has them. */
  #inOrder(row: Row): Row {
    return Object.fromEntries(this.#columns.map((name) => [name, row[name]])) as Row
  }

  #valuesOf(rows: readonly Row[]): unknown[] {
    const values: unknown[] = []
    for (const row of rows) for (const name of this.#columns) values.push(row[name])
    return values
  }
}

/** A question for the rows of many values, made once for each number of them. The values are the only parameters, in their order. */
export class KeptQuestion<Row> {
  readonly #build: (queries: Queries, values: readonly string[]) => Compilable<Row>
  readonly #texts = new Texts()

  constructor(build: (queries: Queries, values: readonly string[]) => Compilable<Row>) {
    this.#build = build
  }

  async ask(queries: Queries, values: readonly string[]): Promise<readonly Row[]> {
    const rows: Row[] = []
    for (let from = 0; from < values.length; from += mostValues) {
      const some = padded(values.slice(from, from + mostValues))
      const text = this.#texts.of(queries, some.length, () => this.#build(queries, some))
      const answer = await queries.executeQuery<Row>(CompiledQuery.raw(text, [...some]))
      for (const row of answer.rows) rows.push(row)
    }
    return rows
  }
}

/** Texts of one statement, by how many rows or values it is for; each database has its own. */
class Texts {
  readonly #texts = new WeakMap<object, Map<number, string>>()

  of(queries: Queries, size: number, build: () => Compilable): string {
    const { adapter } = queries.getExecutor()
    const known = this.#texts.get(adapter) ?? new Map<number, string>()
    this.#texts.set(adapter, known)
    const text = known.get(size) ?? build().compile().sql
    known.set(size, text)
    return text
  }
}

/** The last one again until their number is a power of two: so there are few different statements, and each is prepared once. */
export function padded(values: readonly string[]): readonly string[] {
  const last = values.at(-1)
  if (last === undefined) return values
  const length = 2 ** Math.ceil(Math.log2(values.length))
  return [...values, ...Array.from({ length: length - values.length }, () => last)]
}
