import { BoundedMap } from '../auth/index.ts';
import { flatText } from './own-text.ts';

/** Different texts remembered; who makes up more only has them kept once for each binding. */
const MOST_TEXTS = 10_000;

/** One text for all bindings that say the same, as most do of their User-Agent and our own address. */
export class SharedTexts {
  readonly #known = new BoundedMap<string, string>(MOST_TEXTS);

  share(text: string): string {
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    const own = flatText(text);
    this.#known.set(own, own);
    return own;
  }
}
