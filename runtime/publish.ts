import type { SipBus } from '../bus/index.ts';
import type { Logger } from '../telemetry/index.ts';
import type { DirectoryPublisher } from '../tenancy/index.ts';
import { onTheBeat } from './on-the-beat.ts';

/** How often rows that somebody edited by hand in SQL are looked for (ms). */
const WATCH_MS = 1000;

/** Carries what was written to the SIP thread. */
export class Publishing {
  readonly #publisher: DirectoryPublisher;
  readonly #bus: SipBus;
  #endBeat: () => void = () => undefined;

  constructor(publisher: DirectoryPublisher, bus: SipBus) {
    this.#publisher = publisher;
    this.#bus = bus;
  }

  /** Resolves when SIP knows everything that was written before the call, whoever published it. */
  async publish(): Promise<void> {
    const step = await this.#publisher.takeStep();
    if (step !== undefined) await this.#bus.publish(step.delta, step.parts);
    else await this.#bus.acknowledged(this.#publisher.version);
  }

  /** Everything, to a thread that starts; it has it before whatever the bus carries next. */
  publishAll(): Promise<void> {
    return this.#publisher.shareAll({
      delta: (delta) => void this.#bus.publish(delta),
      share: (share) => this.#bus.share(share),
    });
  }

  /** Publishes edits made by hand, too. */
  watch(logger: Logger): void {
    this.#endBeat = onTheBeat(WATCH_MS, () => {
      this.publish().catch((error: unknown) => logger.error({ err: error }, 'the directory could not be published'));
    });
  }

  stop(): void {
    this.#endBeat();
  }
}
