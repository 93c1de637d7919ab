import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { EXPECTED_TESTS } from './expected.ts';
import { obstacle, runInside } from './namespaces.ts';
import type { FileResult } from './run-file.ts';

// Six programs' worth of tests, with time limits of their own.
t.setTimeout(600_000);

t.test("drachtio-srf's own tests pass on the engine, as many in each file as it has", async (t) => {
  const reason = obstacle();
  if (reason !== undefined) {
    t.fail(`srf-suite: ${reason}`);
    return;
  }
  const runDir = mkdtempSync(join(tmpdir(), 'srf-suite-'));
  t.teardown(() => rmSync(runDir, { recursive: true, force: true }));
  const results = new Map<string, FileResult>();
  const status = await runInside(runDir, (result) => {
    results.set(result.file, result);
    t.same(result.failures, [], `${result.file}: nothing failed`);
  });
  t.equal(status, 0, 'the testbed was made and taken down');
  for (const [file, tests] of Object.entries(EXPECTED_TESTS)) {
    t.equal(results.get(file)?.passed, tests, `${file}: ${tests} tests passed`);
  }
});
