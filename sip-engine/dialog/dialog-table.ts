import { type Dialog, dialogKey } from './dialog.ts';
import type { Owner } from './types.ts';

/**
 * Every live dialog, found by Call-ID and tags for the peer's requests and by id for the application's.
 * Several early branches of one INVITE share an id: the confirmed one answers to it, else the newest.
 */
export class DialogTable {
  readonly #byKey = new Map<string, Dialog>();
  readonly #byId = new Map<string, Set<Dialog>>();

  add(dialog: Dialog): void {
    if (this.#byKey.has(dialog.key)) return;
    this.#byKey.set(dialog.key, dialog);
    const same = this.#byId.get(dialog.id);
    if (same === undefined) this.#byId.set(dialog.id, new Set([dialog]));
    else same.add(dialog);
    dialog.flow.hold();
  }

  /** Ends it and forgets it. */
  remove(dialog: Dialog): void {
    if (this.#byKey.get(dialog.key) === dialog) {
      this.#byKey.delete(dialog.key);
      const same = this.#byId.get(dialog.id);
      same?.delete(dialog);
      if (same?.size === 0) this.#byId.delete(dialog.id);
      dialog.flow.release();
    }
    dialog.end();
  }

  match(callId: string, localTag: string, remoteTag: string): Dialog | undefined {
    return this.#byKey.get(dialogKey(callId, localTag, remoteTag));
  }

  find(id: string): Dialog | undefined {
    const same = this.#byId.get(id);
    if (same === undefined) return undefined;
    let found: Dialog | undefined;
    for (const dialog of same) {
      if (dialog.state === 'confirmed') return dialog;
      found = dialog;
    }
    return found;
  }

  /** All branches that share an id. */
  branches(id: string): readonly Dialog[] {
    return [...(this.#byId.get(id) ?? [])];
  }

  ownedBy(owner: Owner): readonly Dialog[] {
    return [...this.#byKey.values()].filter((dialog) => dialog.owner === owner);
  }

  all(): readonly Dialog[] {
    return [...this.#byKey.values()];
  }

  get size(): number {
    return this.#byKey.size;
  }
}
