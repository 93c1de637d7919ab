import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { FundsKeeper } from '../../billing-hooks/index.ts';
import { type DirectoryShare, SipSide, threadPort } from '../../bus/index.ts';
import type { CallClock } from '../../routing/index.ts';
import { createLogger, type Logger, type SipMetrics } from '../../telemetry/index.ts';
import { Directory, SecretBox, unpackShare } from '../../tenancy/index.ts';
import { bornWith, type SipThreadData, threadName } from '../sip-thread.ts';
import { createCallClock } from './system.ts';
import { ThreadNews } from './thread-news.ts';

/** How long a log line may wait for others (ms): a system call for each would cost as much as routing the call. */
const LOG_GATHER_MS = 200;

/** What every SIP thread has from the first, home and those that have calls alone. */
export interface ThreadBase {
  readonly born: SipThreadData;
  readonly logger: Logger;
  readonly bus: SipSide;
  readonly directory: Directory;
  readonly keeper: FundsKeeper;
  readonly clock: CallClock;
  /** To the other SIP threads; nobody hears it where there are none. */
  readonly news: ThreadNews;
  /** Takes in a part of the directory that the thread starts with. */
  extend(share: DirectoryShare): ReturnType<typeof unpackShare>;
  /** Takes in a part of the delta that comes next. */
  stage(share: DirectoryShare): void;
  /** The last words. */
  end(): Promise<void>;
}

/** @throws Error where this is no thread of server.ts. */
export async function openThread(): Promise<ThreadBase> {
  if (parentPort === null) throw new Error('this is a thread of server.ts and does not run by itself');
  const born = await bornWith((workerData as { begin: MessagePort }).begin);
  const { config, secretKey, beside } = born;
  const thread = threadName(beside?.seat);
  const logger = createLogger({ level: config.log.level, gatherMs: LOG_GATHER_MS }).child({ thread });
  const bus = new SipSide(threadPort(parentPort));
  const directory = new Directory();
  const secrets = new SecretBox(Buffer.from(secretKey));
  const news = new ThreadNews(beside?.news ?? []);
  return {
    ...{ born, logger, bus, directory, keeper: new FundsKeeper(), clock: createCallClock(), news },
    extend(share) {
      const part = unpackShare(share, secrets);
      directory.extend(share.version, part);
      return part;
    },
    stage: (share) => directory.stage(share.version, unpackShare(share, secrets, directory)),
    async end() {
      news.close();
      bus.flush();
      await new Promise((resolve) => logger.flush(resolve));
    },
  };
}

/** A fault in one handler must not end everybody's calls: it is logged, and the thread goes on. So are times without a turn. */
export function watchThread(logger: Logger, metrics: SipMetrics): void {
  process.on('uncaughtException', (error) => {
    metrics.countEngine('uncaught');
    logger.error({ err: error }, 'a fault that nobody caught');
  });
  // A machine that is too busy is told of by the metric alone: it would fill the log.
  metrics.watchLoop((stall) => logger[stall.cause === 'processor' ? 'debug' : 'info'](stall, 'SIP stood still'));
}
