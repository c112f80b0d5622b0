import { sql } from 'kysely'
import type { Database } from '../../src/db/open.ts'

/** The tables of a database as text, one fact a line: what `migrations/<dialect>.schema.sql` holds. */
export async function dumpSchema(db: Database): Promise<string> {
  return db.dialect === 'sqlite' ? await dumpSqlite(db) : await dumpPostgres(db)
}

async function dumpSqlite(db: Database): Promise<string> {
  const { rows } = await sql<{ text: string }>`
    select sql as text from sqlite_schema where sql is not null order by tbl_name, type = 'table' desc, name`.execute(
    db.queries,
  )
  return rows.map(({ text }) => `${text};\n`).join('\n')
}

async function dumpPostgres(db: Database): Promise<string> {
  const columns = await sql<{ name: string; line: string }>`
    select c.relname as name, string_agg('  ' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
      || case when a.attcollation <> t.typcollation then ' collate "' || o.collname || '"' else '' end
      || case when a.attnotnull then ' not null' else '' end
      || coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), ''), E',\n' order by a.attnum) as line
    from pg_class c join pg_attribute a on a.attrelid = c.oid join pg_type t on t.oid = a.atttypid
      left join pg_collation o on o.oid = a.attcollation
      left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
    where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and a.attnum > 0 and not a.attisdropped
    group by c.relname order by c.relname collate "C"`.execute(db.queries)
  const rest = await sql<{ line: string }>`
    select line from (
      select conrelid::regclass::text as name, 1 as kind,
        'alter table ' || conrelid::regclass || ' add constraint ' || conname || ' ' || pg_get_constraintdef(oid) as line
        from pg_constraint where connamespace = 'public'::regnamespace and conrelid <> 0 and contype <> 'n'
      union all select tablename::text, 2, indexdef from pg_indexes where schemaname = 'public'
      union all select tgrelid::regclass::text, 3, pg_get_triggerdef(oid) from pg_trigger where not tgisinternal
      union all select proname::text, 4, pg_get_functiondef(oid) from pg_proc where pronamespace = 'public'::regnamespace
    ) facts order by name collate "C", kind, line collate "C"`.execute(db.queries)
  const tables = columns.rows.map(({ name, line }) => `create table ${name} (\n${line}\n);\n`)
  return [...tables, ...rest.rows.map(({ line }) => `${line.trim()};\n`)].join('\n')
}
