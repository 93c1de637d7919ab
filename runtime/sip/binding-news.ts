import type { BindingRefreshes } from '../../bus/index.ts';
import type { TrunkBindings } from '../../registrar/index.ts';
import type { ThreadNews } from './thread-news.ts';

/**
 * Tells the other threads what trunks have for bindings: of one message all changes together, before the next message
 * is looked at. A call that arrives within the moment that the telling takes is left to home, which knows.
 */
export class BindingNews {
  readonly #news: ThreadNews;
  readonly #shown: (trunkId: number) => TrunkBindings;
  #changed = new Set<number>();

  constructor(news: ThreadNews, shown: (trunkId: number) => TrunkBindings) {
    this.#news = news;
    this.#shown = shown;
  }

  reached(trunkId: number): void {
    if (this.#changed.size === 0) queueMicrotask(() => this.#tell());
    this.#changed.add(trunkId);
  }

  refreshed(refreshes: BindingRefreshes): void {
    this.#news.tell({ kind: 'refreshes', refreshes });
  }

  #tell(): void {
    const changed = this.#changed;
    this.#changed = new Set();
    this.#news.tell({ kind: 'trunks', trunks: Array.from(changed, this.#shown) });
  }
}
