import { join } from 'node:path';
import openDatabase from 'better-sqlite3';
import type { DemoTrunk, Product } from './product.ts';
import { until } from './wait.ts';

/** Resolves when the trunk has a binding on disk, where no crash takes it away. */
export async function untilStored(product: Product, trunk: Pick<DemoTrunk, 'id' | 'name'>): Promise<void> {
  const database = openDatabase(join(product.dataDir, 'didfarm.db'), { readonly: true });
  const bindings = database.prepare('SELECT 1 FROM bindings WHERE trunk_id = ?');
  try {
    await until(`a binding of ${trunk.name} is stored`, () => bindings.get([trunk.id]) !== undefined);
  } finally {
    database.close();
  }
}
