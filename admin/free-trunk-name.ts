import type { AdminDeps } from './deps.ts';

const LONGEST = 120;
const EVERY = { afterId: 0, offset: 0, limit: Number.MAX_SAFE_INTEGER };

/**
 * That name, or with the next free number behind it when a trunk of the account has it already: tenant files
 * need names to be unique, and the published onboarding examples create the same client again and again.
 */
export async function freeTrunkName(deps: AdminDeps, accountId: number, name: string): Promise<string> {
  const visible = new Set([accountId]);
  const { total } = await deps.store.trunks.list(visible, { ...EVERY, limit: 1 }, { name });
  if (total === 0) return name;
  const { rows } = await deps.store.trunks.list(visible, EVERY, { search: name.slice(0, LONGEST - 8) });
  const taken = new Set(rows.map((trunk) => trunk.name));
  for (let n = 2; ; n += 1) {
    const suffix = ` ${n}`;
    const candidate = name.slice(0, LONGEST - suffix.length) + suffix;
    if (!taken.has(candidate)) return candidate;
  }
}
