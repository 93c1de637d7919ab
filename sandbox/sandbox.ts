import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { finished } from 'node:stream';
import { ApiError, type SandboxPort, type TestCaller } from '../admin/index.ts';
import { type AccountRow, accountChain, hashApiKey, type Store } from '../tenancy/index.ts';
import { KeyIndex } from './key-index.ts';
import { openWorld } from './open-world.ts';
import { removeWorldFiles } from './remove-world-files.ts';
import { findUnusedWorlds, hasTestKey } from './unused-worlds.ts';
import type { TestWorld } from './world.ts';
import type { WorldPlace } from './world-place.ts';

export interface SandboxOptions extends Omit<WorldPlace, 'reset' | 'keepKey'> {
  /** Where accounts are looked up; nothing is ever written to it. */
  readonly live: Store;
  /** The folder of the test worlds. */
  readonly folder: string;
  /** Worlds that are open at a time. @default 8 */
  readonly mostWorlds?: number;
  /** A world that nobody asks anything is closed after this (ms). @default 10 minutes */
  readonly idleMs?: number;
}

const MOST_WORLDS = 8;
const IDLE_MS = 600_000;
const LOOK_MS = 30_000;
const TIDY_MS = 3_600_000;
/** Requests a minute of a key that was made in a test world. */
const KEY_PER_MINUTE = 60;

interface Entry {
  readonly accountId: number;
  readonly opened: Promise<TestWorld>;
  world: TestWorld | undefined;
  /** Requests that are being answered. */
  busy: number;
  usedAtMs: number;
  isOver: boolean;
  /** Resolves when nothing of it is open any more. */
  readonly closed: PromiseWithResolvers<void>;
  isClosing: boolean;
}

/** The test worlds of all accounts: each is opened when its first request comes, and closed when none came for a while. */
export class Sandbox implements SandboxPort {
  readonly #options: SandboxOptions;
  readonly #entries = new Map<number, Entry>();
  readonly #keys: KeyIndex;
  readonly #timer: NodeJS.Timeout;
  readonly #tidying: NodeJS.Timeout;

  constructor(options: SandboxOptions) {
    this.#options = options;
    this.#keys = new KeyIndex(join(options.folder, 'keys'));
    this.#timer = setInterval(() => this.closeIdle(), LOOK_MS);
    this.#timer.unref();
    const tidy = () =>
      void this.removeUnused().catch((error: unknown) =>
        options.logger.error({ err: error }, 'test worlds of closed accounts could not be removed'),
      );
    this.#tidying = setInterval(tidy, TIDY_MS);
    this.#tidying.unref();
  }

  async answer(caller: TestCaller, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const entry = await this.#enter(caller.worldAccountId);
    try {
      const world = await entry.opened;
      finished(response, () => this.#leave(entry));
      await world.serve(caller, request, response);
    } catch (error) {
      if (entry.world === undefined) this.#leave(entry);
      throw error;
    }
  }

  async findCaller(token: string): Promise<TestCaller | undefined> {
    const hash = hashApiKey(token);
    const worldAccountId = this.#keys.find(hash);
    if (worldAccountId === undefined) return undefined;
    const chain = await this.#chain(worldAccountId);
    if (chain.length === 0 || chain.some(({ status }) => status === 'closed')) return undefined;
    // A key that was made in there is worth no more than those that let in.
    if (!(await hasTestKey(this.#options.live, worldAccountId))) return undefined;
    const entry = await this.#enter(worldAccountId);
    try {
      const key = await (await entry.opened).findKey(token);
      if (key === undefined || key.accountId === null) return undefined;
      return {
        ...{ worldAccountId, accountId: key.accountId, actor: `key:${key.uuid}`, scopes: key.scopes },
        allowedAddresses: key.allowedAddresses,
        suspended: chain.some(({ status }) => status === 'suspended'),
        ratePerMinute: key.ratePerMinute ?? KEY_PER_MINUTE,
      };
    } finally {
      this.#leave(entry);
    }
  }

  get openWorlds(): number {
    return this.#entries.size;
  }

  /** Closes all of them; what they are asked meanwhile is answered first. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    clearInterval(this.#tidying);
    await Promise.all([...this.#entries.values()].map((entry) => this.#shut(entry)));
  }

  /** The open world of the account, which stays open until `#leave`. */
  async #enter(accountId: number): Promise<Entry> {
    for (;;) {
      const known = this.#entries.get(accountId);
      if (known === undefined) {
        await this.#makeRoom();
        if (this.#entries.has(accountId) || this.#entries.size >= this.#mostWorlds) continue;
        return this.#create(accountId);
      }
      if (!known.isClosing && !known.isOver) {
        known.busy += 1;
        return known;
      }
      await known.closed.promise;
    }
  }

  async #create(accountId: number): Promise<Entry> {
    // Nobody may come in between, so the account is looked up as a part of opening.
    const entry: Entry = {
      ...{ accountId, world: undefined, busy: 1, usedAtMs: this.#nowMs(), isOver: false, isClosing: false },
      closed: Promise.withResolvers<void>(),
      opened: this.#open(accountId),
    };
    this.#entries.set(accountId, entry);
    try {
      entry.world = await entry.opened;
      return entry;
    } catch (error) {
      this.#forget(entry);
      throw error;
    }
  }

  async #open(accountId: number): Promise<TestWorld> {
    const { folder, live, ...place } = this.#options;
    const chain = await this.#chain(accountId);
    const uuid = chain[0]?.uuid;
    if (uuid === undefined) throw new ApiError('sandbox_not_available');
    return openWorld({
      ...place,
      chain,
      file: fileOf(folder, uuid),
      // Another name than the live one: a PBX that is given the credentials of a test trunk finds nobody to try them on.
      realm: `sandbox.${live.platformRealm}`,
      reset: () => {
        const entry = this.#entries.get(accountId);
        if (entry !== undefined) entry.isOver = true;
      },
      keepKey: (hash) => this.#keys.keep(hash, accountId),
    });
  }

  #chain(accountId: number): Promise<readonly AccountRow[]> {
    return accountChain(this.#options.live, accountId);
  }

  #leave(entry: Entry): void {
    entry.busy -= 1;
    entry.usedAtMs = this.#nowMs();
    if (entry.busy === 0 && entry.isOver) void this.#shut(entry);
  }

  /** Lets the longest unused world go when there are as many as may be. @throws {ApiError} when all are in use */
  async #makeRoom(): Promise<void> {
    while (this.#entries.size >= this.#mostWorlds) {
      const idle = [...this.#entries.values()]
        .filter((entry) => entry.busy === 0 && entry.world?.isRinging !== true)
        .toSorted((a, b) => a.usedAtMs - b.usedAtMs)[0];
      if (idle === undefined)
        throw new ApiError('sandbox_not_available', `${this.#mostWorlds} test worlds are in use, and no more can be.`);
      await this.#shut(idle);
    }
  }

  /** Closes those that nobody has asked anything for a while; done by itself all half a minute. */
  closeIdle(): void {
    const beforeMs = this.#nowMs() - (this.#options.idleMs ?? IDLE_MS);
    for (const entry of this.#entries.values())
      if (entry.busy === 0 && entry.usedAtMs <= beforeMs) void this.#shut(entry);
  }

  async #shut(entry: Entry): Promise<void> {
    if (entry.isClosing) return entry.closed.promise;
    entry.isClosing = true;
    const { logger, folder } = this.#options;
    try {
      const world = await entry.opened;
      await world.close();
      if (entry.isOver) this.#remove(world.file, entry.accountId);
    } catch (error) {
      logger.error({ err: error, folder }, 'a test world could not be closed');
    } finally {
      this.#forget(entry);
    }
  }

  #remove(file: string, accountId: number): void {
    removeWorldFiles(file);
    this.#keys.forget(accountId);
  }

  /** Removes what accounts that were closed have left; done by itself every hour. */
  async removeUnused(): Promise<void> {
    const { live, folder } = this.#options;
    for (const { uuid, accountId } of await findUnusedWorlds(live, folder)) {
      const entry = accountId === undefined ? undefined : this.#entries.get(accountId);
      // Whoever is in there is answered; the files go with the world.
      if (entry !== undefined) entry.isOver = true;
      if (entry === undefined) this.#remove(fileOf(folder, uuid), accountId ?? 0);
      else if (entry.busy === 0) await this.#shut(entry);
    }
  }

  #forget(entry: Entry): void {
    this.#entries.delete(entry.accountId);
    entry.closed.resolve();
  }

  get #mostWorlds(): number {
    return this.#options.mostWorlds ?? MOST_WORLDS;
  }

  #nowMs(): number {
    return this.#options.realMs();
  }
}

function fileOf(folder: string, uuid: string): string {
  return join(folder, `${uuid}.db`);
}
