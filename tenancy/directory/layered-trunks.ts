import type { TrunkRecord } from '../../bus/index.ts';
import { Layers } from './layers.ts';
import { TrunkIndex } from './trunk-index.ts';

/** Trunks as `TrunkIndex` finds them, also while a large step is being taken in. */
export class LayeredTrunks extends Layers<TrunkRecord, TrunkIndex> {
  constructor() {
    super(() => new TrunkIndex());
  }

  findByUuid(uuid: string): TrunkRecord | undefined {
    return this.shown?.findByUuid(uuid) ?? this.unlessTouched(this.base.findByUuid(uuid));
  }

  findCredential(username: string, realm: string): TrunkRecord | undefined {
    const found = this.shown?.findCredential(username, realm);
    return found ?? this.unlessTouched(this.base.findCredential(username, realm));
  }

  findBySource(address: string): readonly TrunkRecord[] {
    if (this.shown === undefined) return this.base.findBySource(address);
    const ranked = [...this.#current(this.base.rankBySource(address)), ...this.shown.rankBySource(address)];
    return ranked.toSorted((a, b) => b.bits - a.bits || a.owner.id - b.owner.id).map(({ owner }) => owner);
  }

  findBySubject(names: readonly string[]): readonly TrunkRecord[] {
    const found = this.base.findBySubject(names);
    return this.shown === undefined
      ? found
      : [...this.#still(found), ...this.shown.findBySubject(names)].sort((a, b) => a.id - b.id);
  }

  ofAccount(accountId: number): readonly TrunkRecord[] {
    const found = this.base.ofAccount(accountId);
    return this.shown === undefined ? found : [...this.#still(found), ...this.shown.ofAccount(accountId)];
  }

  #still(records: readonly TrunkRecord[]): readonly TrunkRecord[] {
    return records.filter((record) => this.unlessTouched(record) !== undefined);
  }

  #current<R extends { readonly owner: TrunkRecord }>(ranked: readonly R[]): readonly R[] {
    return ranked.filter(({ owner }) => this.unlessTouched(owner) !== undefined);
  }
}
