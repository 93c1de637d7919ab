import type { EngineRandom } from '../ports.ts';
import { HashTable } from '../transaction/hash-table.ts';
import { KeyHash } from '../transaction/key-hash.ts';
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
  readonly #byTag: Groups;
  readonly #calleesById: Groups;
  #size = 0;

  constructor(random: Pick<EngineRandom, 'hex'>) {
    const hash = KeyHash.keyed(random);
    this.#byTag = new Groups(hash);
    this.#calleesById = new Groups(hash);
  }

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
    const group = this.#byTag.of(localTag);
    if (!(group instanceof Set)) return hasKey(group, callId, localTag, remoteTag) ? group : undefined;
    for (const dialog of group) if (hasKey(dialog, callId, localTag, remoteTag)) return dialog;
    return undefined;
  }

  /** `fromTag`: the tag in the id, for who knows it. */
  find(id: string, fromTag: string = fromTagOf(id)): Dialog | undefined {
    const callee = confirmedOrNewest(this.#calleesById.of(id), 'uas', id);
    if (callee?.state === 'confirmed') return callee;
    return confirmedOrNewest(this.#byTag.of(fromTag), 'uac', id) ?? callee;
  }

  /** The branches of a request of ours: all caller's sides that share an id. */
  branches(id: string, fromTag: string = fromTagOf(id)): readonly Dialog[] {
    const group = this.#byTag.of(fromTag);
    if (group instanceof Set) return [...group].filter((dialog) => isCaller(dialog, id));
    return group !== undefined && isCaller(group, id) ? [group] : NONE;
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

const NONE: readonly [] = Object.freeze([]);

function hasKey(dialog: Dialog | undefined, callId: string, localTag: string, remoteTag: string): boolean {
  return dialog?.remoteTag === remoteTag && dialog.callId === callId && dialog.localTag === localTag;
}

function isCaller(dialog: Dialog, id: string): boolean {
  return dialog.role === 'uac' && dialog.id === id;
}

function confirmedOrNewest(group: Group | undefined, role: Dialog['role'], id: string): Dialog | undefined {
  if (group === undefined) return undefined;
  let newest: Dialog | undefined;
  for (const dialog of group instanceof Set ? group : [group]) {
    if (dialog.role !== role || dialog.id !== id) continue;
    if (dialog.state === 'confirmed') return dialog;
    newest = dialog;
  }
  return newest;
}

/** Nearly always one alone. */
type Group = Dialog | Set<Dialog>;

function all(group: Group): readonly Dialog[] {
  return group instanceof Set ? [...group] : [group];
}

/** Dialogs by the hash of a text; others may be among them. */
class Groups {
  readonly #hash: KeyHash;
  readonly #groups = new HashTable<Group>();

  constructor(hash: KeyHash) {
    this.#hash = hash;
  }

  of(text: string): Group | undefined {
    return this.#groups.get(this.#hash.of(text));
  }

  add(text: string, dialog: Dialog): void {
    const hash = this.#hash.of(text);
    const group = this.#groups.get(hash);
    if (group instanceof Set) group.add(dialog);
    else this.#groups.set(hash, group === undefined ? dialog : new Set([group, dialog]));
  }

  remove(text: string, dialog: Dialog): void {
    const hash = this.#hash.of(text);
    const group = this.#groups.get(hash);
    if (group instanceof Set) group.delete(dialog);
    if (group === dialog || (group instanceof Set && group.size === 0)) this.#groups.delete(hash);
  }

  all(): readonly Dialog[] {
    return this.#groups.values().flatMap(all);
  }
}
