import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { FundsKeeper } from './billing-hooks/index.ts';
import { SipSide, threadPort } from './bus/index.ts';
import { BindingMirror } from './registrar/index.ts';
import { CallThread } from './runtime/sip/call-thread.ts';
import { takeDelta } from './runtime/sip/directory-steps.ts';
import { ThreadNews } from './runtime/sip/thread-news.ts';
import { bornWith } from './runtime/sip-thread.ts';
import { describeStartError } from './runtime/start-error.ts';
import { createLogger } from './telemetry/index.ts';
import { Directory, SecretBox, unpackShare } from './tenancy/index.ts';

/**
 * A SIP thread beside the one of sip-worker.ts, which is home: it has a share of the calls, and of all else what calls
 * have to know. What is not shared is left to home (docs/decisions/0010-workers.md).
 */
if (parentPort === null) throw new Error('call-worker.ts is a thread of server.ts and does not run by itself');
const born = await bornWith((workerData as { begin: MessagePort }).begin);
const { config, secretKey, beside } = born;
if (beside === undefined) throw new Error('call-worker.ts has no seat beside another SIP thread');

/** How long a log line may wait for others (ms), as in sip-worker.ts. */
const LOG_GATHER_MS = 200;

const thread = `sip-${beside.seat.index}`;
const logger = createLogger({ level: config.log.level, gatherMs: LOG_GATHER_MS }).child({ thread });
const bus = new SipSide(threadPort(parentPort));
const directory = new Directory();
const secrets = new SecretBox(Buffer.from(secretKey));
const keeper = new FundsKeeper();
const mirror = new BindingMirror(Date.now);
const news = new ThreadNews(beside.news);
const calls = new CallThread({
  born,
  seat: beside.seat,
  places: beside.places,
  bus,
  logger,
  directory,
  keeper,
  mirror,
  news,
});

// A fault in one handler must not end everybody's calls: it is logged, and the thread goes on.
process.on('uncaughtException', (error) => {
  calls.countFault();
  logger.error({ err: error }, 'a fault that nobody caught');
});

bus.listen({
  onShare: (share) => directory.extend(share.version, unpackShare(share, secrets)),
  onStage: (share) => directory.stage(share.version, unpackShare(share, secrets, directory)),
  onDirectory: (delta) =>
    takeDelta(directory, delta, {
      all: ({ accounts }) => calls.directoryChanged(accounts.upserts),
      trunks: () => undefined,
    }),
  onRestore(_bindings, _calls, _states, points) {
    calls.start(points).then(
      () => bus.ready(points),
      (error: unknown) => bus.fatal(describeStartError(error)),
    );
  },
  onRequest: (name, args) => calls.answer(name, args),
});
