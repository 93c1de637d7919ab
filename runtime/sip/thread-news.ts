import type { MessagePort } from 'node:worker_threads';
import type { BanChange } from '../../bus/index.ts';
import type { MirrorNews } from '../../registrar/index.ts';

/** What SIP threads that share the ports tell each other, beside the messages that they hand over. */
export type News =
  | MirrorNews
  | { readonly kind: 'ban'; readonly ban: BanChange }
  | { readonly kind: 'gateway'; readonly key: string; readonly hasResponded: boolean };

export interface NewsHandlers {
  onBan(ban: BanChange): void;
  onGateway(key: string, hasResponded: boolean): void;
  /** Home alone has bindings to tell of. */
  onBindings?(news: MirrorNews): void;
}

/** The way between home and the threads that have calls alone: home tells each, and passes on what one of them tells. */
export class ThreadNews {
  readonly #ports: readonly MessagePort[];

  constructor(ports: readonly MessagePort[]) {
    this.#ports = ports;
  }

  tell(news: News): void {
    for (const port of this.#ports) port.postMessage(news);
  }

  /** Takes what was told so far, and from now on. */
  listen(handlers: NewsHandlers): void {
    for (const port of this.#ports) {
      port.on('message', (news: News) => {
        for (const other of this.#ports) if (other !== port) other.postMessage(news);
        if (news.kind === 'ban') handlers.onBan(news.ban);
        else if (news.kind === 'gateway') handlers.onGateway(news.key, news.hasResponded);
        else handlers.onBindings?.(news);
      });
    }
  }

  close(): void {
    for (const port of this.#ports) port.close();
  }
}
