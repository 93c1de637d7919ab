import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import openDatabase from 'better-sqlite3';

/** What the seed's own numbers are apart from each further one of the same trunk. */
const APART = 10_000_000;

/**
 * Gives every seeded trunk more numbers, to `perTrunk` each, in a store that no server has open; they go to dids.csv
 * as well. The seed itself makes one number a trunk, as its users count on.
 */
export function addNumbers(dir: string, perTrunk: number): void {
  const db = openDatabase(join(dir, 'data', 'didfarm.db'));
  const last = db.prepare('SELECT max(id) AS id FROM dids').all([])[0] as { readonly id: number };
  const insert = db.prepare(
    `INSERT INTO dids (uuid, account_id, number, dest_kind, dest_id)
     SELECT 'did_' || lower(hex(randomblob(8))), account_id, '+' || CAST(first_num + ? AS INTEGER), dest_kind, dest_id
     FROM dids WHERE dest_kind = 'trunk' AND id <= ?`,
  );
  db.exec('BEGIN');
  for (let further = 1; further < perTrunk; further++) insert.run([further * APART, last.id]);
  db.exec('COMMIT');
  db.close();
  const file = join(dir, 'dids.csv');
  const seeded = readFileSync(file, 'utf8').trim().split('\n');
  for (let further = 1; further < perTrunk; further++) {
    const lines = seeded.map((line) => line.replace(/\d+/, (number) => String(Number(number) + further * APART)));
    appendFileSync(file, `${lines.join('\n')}\n`);
  }
}
