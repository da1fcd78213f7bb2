import { readFile } from 'node:fs/promises';
import { DuckDBInstance } from '@duckdb/node-api';
import type { DuckDBConnection } from '@duckdb/node-api';

/** Path of the shipped audit: one SQL file that anyone can run with DuckDB. */
export const auditSqlPath = new URL('audit.sql', import.meta.url);

/** Rows of a query by column name. */
export type SqlRow = { readonly [column: string]: unknown };

/** An in-memory DuckDB that is closed when its scope ends. */
export class Sql implements AsyncDisposable {
  readonly #instance: DuckDBInstance;
  readonly #connection: DuckDBConnection;

  private constructor(instance: DuckDBInstance, connection: DuckDBConnection) {
    this.#instance = instance;
    this.#connection = connection;
  }

  /** Opens one. */
  static async open(): Promise<Sql> {
    const instance = await DuckDBInstance.create(':memory:');
    return new Sql(instance, await instance.connect());
  }

  /** Rows of one statement; 64-bit integers come as strings. */
  async rows(statement: string): Promise<readonly SqlRow[]> {
    const reader = await this.#connection.runAndReadAll(statement);
    return reader.getRowObjectsJson();
  }

  /** Runs a script of several statements and gives the rows of the last. */
  async script(statements: string): Promise<readonly SqlRow[]> {
    const extracted = await this.#connection.extractStatements(statements);
    for (let index = 0; index < extracted.count - 1; index += 1) {
      await (await extracted.prepare(index)).run();
    }
    const last = await extracted.prepare(extracted.count - 1);
    return (await last.runAndReadAll()).getRowObjectsJson();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#connection.closeSync();
    this.#instance.closeSync();
    await Promise.resolve();
  }
}

/** A string as an SQL literal. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** Runs the shipped SQL over a table; files in `damaged` are left out. */
export async function runAuditSql(
  sql: Sql,
  root: string,
  damaged: readonly string[],
): Promise<readonly SqlRow[]> {
  await sql.rows(`SET VARIABLE root = ${literal(root)}`);
  await sql.rows(`SET VARIABLE damaged = [${damaged.map(literal).join(', ')}]::VARCHAR[]`);
  return sql.script(await readFile(auditSqlPath, 'utf8'));
}
