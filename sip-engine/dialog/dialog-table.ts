import { ShortLivedMap } from '../short-lived-map.ts';
import { type Dialog, dialogKey } from './dialog.ts';
import type { Owner } from './types.ts';

const NONE: readonly Dialog[] = [];

/**
 * Every live dialog, found by Call-ID and tags for the peer's requests and by id for the application's.
 * Several early branches of one INVITE share an id: the confirmed one answers to it, else the newest.
 */
export class DialogTable {
  readonly #byKey = new ShortLivedMap<Dialog>();
  /** Nearly always one of an id. */
  readonly #byId = new ShortLivedMap<readonly Dialog[]>();

  add(dialog: Dialog): void {
    if (this.#byKey.has(dialog.key)) return;
    this.#byKey.set(dialog.key, dialog);
    this.#byId.set(dialog.id, [...this.branches(dialog.id), dialog]);
    dialog.flow.hold();
  }

  /** Ends it and forgets it. */
  remove(dialog: Dialog): void {
    if (this.#byKey.get(dialog.key) === dialog) {
      this.#byKey.delete(dialog.key);
      const others = this.branches(dialog.id).filter((other) => other !== dialog);
      if (others.length === 0) this.#byId.delete(dialog.id);
      else this.#byId.set(dialog.id, others);
      dialog.flow.release();
    }
    dialog.end();
  }

  match(callId: string, localTag: string, remoteTag: string): Dialog | undefined {
    return this.#byKey.get(dialogKey(callId, localTag, remoteTag));
  }

  find(id: string): Dialog | undefined {
    const same = this.branches(id);
    return same.find(({ state }) => state === 'confirmed') ?? same.at(-1);
  }

  /** All branches that share an id. */
  branches(id: string): readonly Dialog[] {
    return this.#byId.get(id) ?? NONE;
  }

  ownedBy(owner: Owner): readonly Dialog[] {
    return this.#byKey.values().filter((dialog) => dialog.owner === owner);
  }

  all(): readonly Dialog[] {
    return this.#byKey.values();
  }

  get size(): number {
    return this.#byKey.size;
  }
}
