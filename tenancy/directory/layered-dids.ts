import type { DidRecord } from '../../bus/index.ts';
import { DidIndex } from './did-index.ts';
import { Layers } from './layers.ts';

/** Numbers as `DidIndex` finds them, also while a large step is being taken in. */
export class LayeredDids extends Layers<DidRecord, DidIndex> {
  constructor() {
    super(() => new DidIndex());
  }

  /** The DID that a number, written in E.164 with `+`, belongs to. */
  find(e164: string): DidRecord | undefined {
    return this.shown?.find(e164) ?? this.unlessTouched(this.base.find(e164));
  }
}
