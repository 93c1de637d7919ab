import { type Few, withOne, withoutOne } from '../few.ts';
import { ShortLivedMap } from '../short-lived-map.ts';
import { type Dialog, fromTagOf } from './dialog.ts';
import type { Owner } from './types.ts';

/**
 * Every live dialog, found by Call-ID and tags for the peer's requests and by id for the application's. Several early
 * branches of one INVITE share an id: the confirmed one answers to it, else the newest.
 *
 * What a message is looked up by is our own tag: peers cannot choose it, and next to nobody else has the same. That of
 * a caller's side is part of its id; the ids of callees' sides are the peers' words.
 */
export class DialogTable {
  readonly #byTag = new Groups();
  readonly #calleesById = new Groups();
  #size = 0;

  add(dialog: Dialog): void {
    if (dialog.isListed || this.match(dialog.callId, dialog.localTag, dialog.remoteTag) !== undefined) return;
    dialog.isListed = true;
    this.#byTag.add(dialog.localTag, dialog);
    if (dialog.role === 'uas') this.#calleesById.add(dialog.id, dialog);
    this.#size += 1;
    dialog.flow.hold();
  }

  /** Ends it and forgets it. */
  remove(dialog: Dialog): void {
    if (dialog.isListed) {
      dialog.isListed = false;
      this.#byTag.remove(dialog.localTag, dialog);
      if (dialog.role === 'uas') this.#calleesById.remove(dialog.id, dialog);
      this.#size -= 1;
      dialog.flow.release();
    }
    dialog.end();
  }

  match(callId: string, localTag: string, remoteTag: string): Dialog | undefined {
    for (const dialog of this.#byTag.of(localTag)) {
      if (dialog.callId === callId && dialog.remoteTag === remoteTag) return dialog;
    }
    return undefined;
  }

  find(id: string): Dialog | undefined {
    let newest: Dialog | undefined;
    for (const dialog of this.#calleesById.of(id)) {
      if (dialog.state === 'confirmed') return dialog;
      newest = dialog;
    }
    for (const dialog of this.#byTag.of(fromTagOf(id))) {
      if (dialog.id !== id || dialog.role !== 'uac') continue;
      if (dialog.state === 'confirmed') return dialog;
      newest = dialog;
    }
    return newest;
  }

  /** The branches of a request of ours: all caller's sides that share an id. */
  branches(id: string): readonly Dialog[] {
    return [...this.#byTag.of(fromTagOf(id))].filter((dialog) => dialog.id === id && dialog.role === 'uac');
  }

  ownedBy(owner: Owner): readonly Dialog[] {
    return this.all().filter((dialog) => dialog.owner === owner);
  }

  all(): readonly Dialog[] {
    return this.#byTag.all();
  }

  get size(): number {
    return this.#size;
  }
}

const NONE: readonly Dialog[] = Object.freeze([]);

/** Dialogs by a text that nearly always one alone has. */
class Groups {
  readonly #groups = new ShortLivedMap<Few<Dialog>>();

  of(text: string): Few<Dialog> {
    return this.#groups.get(text) ?? NONE;
  }

  add(text: string, dialog: Dialog): void {
    this.#groups.set(text, withOne(this.of(text), dialog));
  }

  remove(text: string, dialog: Dialog): void {
    const rest = withoutOne(this.of(text), dialog);
    if ((rest instanceof Set ? rest.size : rest.length) === 0) this.#groups.delete(text);
    else this.#groups.set(text, rest);
  }

  all(): readonly Dialog[] {
    return this.#groups.values().flatMap((group) => [...group]);
  }
}
