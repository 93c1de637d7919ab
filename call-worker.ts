import { CallThread } from './runtime/sip/call-thread.ts';
import { takeDelta } from './runtime/sip/directory-steps.ts';
import { openThread } from './runtime/sip/thread-base.ts';
import { describeStartError } from './runtime/start-error.ts';

/**
 * A SIP thread beside the one of sip-worker.ts, which is home: it has a share of the calls, and of all else what calls
 * have to know. What is not shared is left to home (docs/decisions/0010-workers.md).
 */
const base = await openThread();
const { bus, directory, born } = base;
if (born.beside === undefined) throw new Error('call-worker.ts has no seat beside another SIP thread');
const calls = new CallThread(base, born.beside.seat);

bus.listen({
  onShare: (share) => void base.extend(share),
  onStage: (share) => base.stage(share),
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
