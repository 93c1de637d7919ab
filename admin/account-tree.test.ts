import t from 'tap';
import { claimsOfAccount } from '../routing/admission/ceilings.ts';
import { MemoryAdmission } from '../routing/admission/memory-admission.ts';
import { fc } from '../sip-engine/testing-properties.ts';
import {
  accountChain,
  createAccount,
  Directory,
  DirectoryPublisher,
  resolveEffective,
  type Store,
  updateAccount,
  visibleFrom,
} from '../tenancy/index.ts';
import { createRandom } from './random-requests.ts';
import { openTestWorld } from './test-world.ts';

const ACCOUNTS = 1000;
const CHANGES = 250;
const CALLS = 600;
const DEEPEST = 10;

/** What an account is, in the plainest form. */
interface Naive {
  readonly id: number;
  parent: Naive | undefined;
  readonly isReseller: boolean;
  status: 'active' | 'suspended' | 'closed';
  maxOut: number | null;
  readonly language: string | null;
}

const lineOf = (account: Naive): readonly Naive[] =>
  account.parent === undefined ? [account] : [account, ...lineOf(account.parent)];
const limitOf = (line: readonly Naive[]) => {
  const said = line.find((account) => account.maxOut !== null)?.maxOut ?? -1;
  return said < 0 ? Number.POSITIVE_INFINITY : said;
};

class Model {
  readonly accounts: Naive[] = [];
  readonly #random: () => number;

  constructor(random: () => number) {
    this.#random = random;
  }

  pick(): Naive {
    return this.accounts[Math.floor(this.#random() * this.accounts.length)] as Naive;
  }

  children(of: Naive): readonly Naive[] {
    return this.accounts.filter((account) => account.parent === of);
  }

  height(of: Naive): number {
    return 1 + Math.max(0, ...this.children(of).map((child) => this.height(child)));
  }

  /** Whether the rules let it go there. */
  mayMove(account: Naive, to: Naive | undefined): boolean {
    if (to === undefined) return true;
    const line = lineOf(to);
    const isFree = to.status !== 'closed' || account.status === 'closed';
    return to.isReseller && isFree && !line.includes(account) && line.length + this.height(account) <= DEEPEST;
  }

  mayMoveUnder(parent: Naive): boolean {
    return parent.isReseller && lineOf(parent).length < DEEPEST;
  }

  mayTurn(account: Naive, status: Naive['status']): boolean {
    if (status === 'closed') return this.children(account).every((child) => child.status === 'closed');
    return account.parent?.status !== 'closed';
  }
}

async function grow(store: Store, model: Model, random: () => number): Promise<void> {
  const languages = ['nl', 'de', 'fr'];
  await store.write(async (tx) => {
    for (let n = 0; n < ACCOUNTS; n += 1) {
      const above = n < 5 ? undefined : model.pick();
      const parent = above !== undefined && model.mayMoveUnder(above) ? above : undefined;
      const isReseller = random() < 0.5;
      const maxOut = random() < 0.5 ? null : Math.floor(random() * 6) - 1;
      const language = random() < 0.3 ? (languages[Math.floor(random() * 3)] ?? null) : null;
      const parentId = parent?.id ?? null;
      const { id } = await createAccount(tx, { name: `n${n}`, parentId, isReseller, maxOut, language });
      model.accounts.push({ id, parent, isReseller, status: 'active', maxOut, language });
    }
  });
}

/** One random change, tried on both; the store must refuse exactly what the model refuses. */
async function change(store: Store, model: Model, random: () => number): Promise<string | undefined> {
  const account = model.pick();
  const attempt = (patch: Parameters<typeof updateAccount>[2]) =>
    store
      .write((tx) => updateAccount(tx, account.id, patch, null))
      .then(
        () => true,
        () => false,
      );
  const what = Math.floor(random() * 3);
  if (what === 0) {
    const to = random() < 0.1 ? undefined : model.pick();
    const may = model.mayMove(account, to);
    const done = await attempt({ parentId: to?.id ?? null });
    if (done) account.parent = to;
    return done === may ? undefined : `move ${account.id} to ${to?.id}: ${done}, the model says ${may}`;
  }
  if (what === 1) {
    const status = (['active', 'suspended', 'closed'] as const)[Math.floor(random() * 3)] ?? 'active';
    const may = model.mayTurn(account, status);
    const done = await attempt({ status });
    if (done) account.status = status;
    return done === may ? undefined : `${account.id} to ${status}: ${done}, the model says ${may}`;
  }
  const maxOut = random() < 0.3 ? null : Math.floor(random() * 6) - 1;
  if (await attempt({ maxOut })) account.maxOut = maxOut;
  return undefined;
}

t.test(
  'over random trees of 1,000 accounts the store, the directory and the ceilings equal a naive model',
  async (t) => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), async (seed) => {
        const random = createRandom(seed);
        const world = await openTestWorld(t);
        const { store } = world;
        const model = new Model(random);
        await grow(store, model, random);
        const publisher = new DirectoryPublisher(store, { algorithms: ['MD5'] });
        const directory = new Directory();
        directory.apply(await publisher.fullDelta());
        for (let n = 0; n < CHANGES; n += 1) {
          const fault = await change(store, model, random);
          if (fault !== undefined) throw new Error(fault);
          const delta = await publisher.takeDelta();
          if (delta !== undefined) directory.apply(delta);
        }
        const wrong = (await differences(store, directory, model)) ?? callDifference(directory, model, random);
        if (wrong !== undefined) throw new Error(wrong);
        await world.app.close();
        await store.close();
      }),
      { numRuns: 2 },
    );
  },
);

async function differences(store: Store, directory: Directory, model: Model): Promise<string | undefined> {
  for (const [n, account] of model.accounts.entries()) {
    const line = lineOf(account);
    const ids = line.map(({ id }) => id);
    const chain = directory.chain(account.id);
    if (JSON.stringify(chain.map(({ id }) => id)) !== JSON.stringify(ids)) return `the way up from ${account.id}`;
    if (chain.some(({ status }, depth) => status !== line[depth]?.status)) return `the status above ${account.id}`;
    const effective = resolveEffective(await accountChain(store, account.id));
    const speaker = line.find(({ language }) => language !== null);
    if (effective.language.value !== (speaker?.language ?? null)) return `the language of ${account.id}`;
    if (effective.language.fromAccountId !== (speaker?.id ?? null)) return `whose language ${account.id} has`;
    const capped = line.find(({ maxOut }) => maxOut !== null);
    if (effective.maxOut.value !== (capped?.maxOut ?? null)) return `the ceiling of ${account.id}`;
    if (n % 20 !== 0) continue;
    const visible = await visibleFrom(store, account.id);
    const below = model.accounts.filter((other) => lineOf(other).includes(account));
    if (visible.size !== below.length || below.some(({ id }) => !visible.has(id))) return `what ${account.id} sees`;
  }
  return undefined;
}

/** Calls come and go at random; each is let in exactly when every account above has room by counting all of them. */
function callDifference(directory: Directory, model: Model, random: () => number): string | undefined {
  const admission = new MemoryAdmission();
  const live: { readonly id: string; readonly line: readonly Naive[] }[] = [];
  for (let n = 0; n < CALLS; n += 1) {
    const ended = random() < 0.3 ? live.splice(Math.floor(random() * live.length), 1)[0] : undefined;
    if (ended !== undefined) admission.release(ended.id);
    const line = lineOf(model.pick());
    const caller = line[0]?.id ?? 0;
    const full = line.find((_, depth) => {
      const above = line.slice(depth);
      return live.filter((call) => call.line.includes(above[0] as Naive)).length >= limitOf(above);
    });
    const claims = claimsOfAccount(directory, caller, 'out', true);
    const result = admission.acquire(`c${n}`, claims, 1);
    if (result.ok !== (full === undefined)) return `call ${n} of ${caller}`;
    if (!result.ok && result.full.id !== full?.id) return `${result.full.id} is named full, it is ${full?.id}`;
    if (result.ok) live.push({ id: `c${n}`, line });
  }
  return undefined;
}
