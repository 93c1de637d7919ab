import t from 'tap';
import { didRecord, directoryDelta, trunkRecord } from './fixtures.ts';
import { Directory } from './index.ts';

function filled(trunks: number): Directory {
  const directory = new Directory();
  directory.apply(
    directoryDelta({
      trunks: Array.from({ length: trunks }, (_, i) =>
        trunkRecord({ id: i + 1, authType: 'ip', sources: [`10.${i >> 16}.${(i >> 8) & 255}.${i & 255}/32`] }),
      ),
      dids: Array.from({ length: trunks }, (_, i) => didRecord({ id: i + 1, number: `+3197${10000000 + i}` })),
    }),
  );
  return directory;
}

function bestMs(run: () => void): number {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 7; round++) {
    const start = performance.now();
    for (let i = 0; i < 500; i++) run();
    best = Math.min(best, performance.now() - start);
  }
  return best;
}

t.test('a miss in 30,000 tenants costs about what it costs in 30', async (t) => {
  const [small, large] = [filled(30), filled(30_000)];
  const probe = (directory: Directory) => () => {
    directory.findDid('+319799999999');
    directory.findCredential('nobody', 'sip.didfarm.com');
    directory.findIpTrunks('192.0.2.1');
  };
  probe(small)();
  const [fewMs, manyMs] = [bestMs(probe(small)), bestMs(probe(large))];
  t.ok(manyMs < fewMs * 20 + 5, `${manyMs} ms against ${fewMs} ms; a scan would be 1000 times as much`);
});
