import { Server, type Socket } from 'node:net';
import t, { type Test } from 'tap';
import { engineOn } from './test-engine.ts';
import { fields, trunk } from './test-one-trunk.ts';
import { answerCalls, assertClean, bye, call, destroyed, SDP, type Stage, startStage, until } from './test-stage.ts';
import type { StageEngine } from './test-ua.ts';

/*
 * What drachtio-server has to say may come in one TCP segment, and srf then works through it in one turn: the news
 * that the 200 is out, the ACK to it and the BYE.
 */
process.env.ROUTING_BINDING = 'srf';

/** Holds back what the engine tells the application, and hands it over in one piece. */
class Segment {
  readonly #held: Buffer[] = [];
  #isHolding = false;
  #holdFrom: ((written: string) => boolean) | undefined;
  #tell: (bytes: Buffer) => void = () => undefined;

  /** Holds back from the first thing on that the application writes and `when` is true of. */
  holdFrom(when: (written: string) => boolean): void {
    this.#holdFrom = when;
  }

  hold(): void {
    this.#isHolding = true;
    this.#holdFrom = undefined;
  }

  /** True when all of these were told and are held back. */
  has(...texts: readonly RegExp[]): boolean {
    const held = Buffer.concat(this.#held).toString();
    return texts.every((text) => text.test(held));
  }

  release(): void {
    this.#isHolding = false;
    this.#tell(Buffer.concat(this.#held.splice(0)));
  }

  /** The application's end of its connection, from now on through this. */
  watch(socket: Socket): void {
    const emit = socket.emit.bind(socket);
    const write: Socket['write'] = socket.write.bind(socket);
    this.#tell = (bytes) => void emit('data', bytes);
    socket.emit = (event: string | symbol, ...values: unknown[]) => {
      if (event !== 'data' || !this.#isHolding) return emit(event, ...values);
      return this.#held.push(values[0] as Buffer) > 0;
    };
    socket.write = ((bytes: string, ...more: []) => {
      if (this.#holdFrom?.(bytes) === true) this.hold();
      return write(bytes, ...more);
    }) as Socket['write'];
  }
}

/** The product's engine, whose application hears of it through the segment. */
function engineThrough(segment: Segment): (host: string) => StageEngine {
  return (host) => {
    const engine = engineOn(host);
    if (host !== '127.0.0.1') return engine;
    const attachApp: StageEngine['attachApp'] = (options) => {
      const outer = new Server();
      const inner = engine.attachApp(options);
      outer.on('newListener', (event) => {
        if (event !== 'connection' || inner.listenerCount('connection') > 0) return;
        inner.on('connection', (socket) => {
          segment.watch(socket);
          outer.emit('connection', socket);
        });
      });
      return outer;
    };
    return {
      start: () => engine.start(),
      attachCalls: (onInvite) => engine.attachCalls(onInvite),
      attachApp,
      get stats() {
        return engine.stats;
      },
      close: () => engine.close(),
    };
  };
}

async function stageWith(t: Test): Promise<{ readonly stage: Stage; readonly segment: Segment }> {
  const segment = new Segment();
  const stage = await startStage(t, engineThrough(segment), fields);
  stage.bindPbx(trunk);
  return { stage, segment };
}

const is200OfInvite = (written: string) => /SIP\/2\.0 200 /.test(written) && /\r\ncseq: \d+ INVITE/i.test(written);

for (const offer of ['an offer', 'no offer']) {
  t.test(`the caller's ACK and BYE come with the news of the 200, the INVITE with ${offer}`, async (t) => {
    const { stage, segment } = await stageWith(t);
    const answered = answerCalls(stage.pbx);
    segment.holdFrom(is200OfInvite);
    const isOffered = offer === 'an offer';
    const placed = call(stage.carrier, stage.ours, '+31201234567', isOffered ? {} : { localSdp: undefined });
    const [a, { dialog: b }] = await Promise.all([placed.dialog, answered]);
    bye(a);
    await until(() => segment.has(/\r\nSIP\/2\.0 200 /, /\r\nACK /, /\r\nBYE /));
    const ended = destroyed(b);
    segment.release();
    t.match(await stage.ended(), { reason: 'answered', status: 200, hungUpBy: 'caller' });
    await ended;
    t.notOk(b.connected, 'the other side is let go');
    assertClean(t, stage);
  });
}

t.test("the caller's re-INVITE comes with the news of the 200 and its ACK, and reaches the other side", async (t) => {
  const { stage, segment } = await stageWith(t);
  const answered = answerCalls(stage.pbx);
  segment.holdFrom(is200OfInvite);
  const [a, { dialog: b }] = await Promise.all([call(stage.carrier, stage.ours, '+31201234567').dialog, answered]);
  b.on('modify', (req, res) => {
    res.send(200, undefined, { headers: { 'Content-Type': 'application/sdp' }, body: `${req.body}a=answered\r\n` });
  });
  const held = new Promise<string | undefined>((resolve) => {
    a.request({ method: 'INVITE', headers: {}, body: SDP('hold') }, (_error, res) => {
      if (res !== undefined && res.status >= 200) resolve(res.body);
    });
  });
  await until(() => segment.has(/\r\nACK /, /\r\nINVITE /));
  segment.release();
  t.equal(await held, `${SDP('hold')}a=answered\r\n`);
  bye(b);
  t.match(await stage.ended(), { hungUpBy: 'callee' });
  assertClean(t, stage);
});

t.test("the callee's BYE comes with its 200: nobody is left in the call", async (t) => {
  const { stage, segment } = await stageWith(t);
  stage.pbx.onInvite((req, res) => {
    segment.hold();
    stage.pbx.srf.createUAS(req, res, { localSdp: SDP('callee'), headers: {} }).then(bye, t.fail);
  });
  const placed = call(stage.carrier, stage.ours, '+31201234567');
  await until(() => segment.has(/\r\nSIP\/2\.0 200 /, /\r\nBYE /));
  const over = placed.dialog.then(destroyed);
  segment.release();
  t.match(await stage.ended(), { hungUpBy: 'callee' });
  await over;
  assertClean(t, stage);
});
