/**
 * How many tests each file of the suite has. A file that ends early shows fewer, without any failure of its
 * own: uac.js passes whatever reaches the `catch` in the middle of its chain.
 *
 * Left out: subscribe.js, whose application sends one NOTIFY where its scenario waits for two, and the files
 * that need no server.
 */
export const EXPECTED_TESTS: Readonly<Record<string, number>> = {
  'b2b.js': 19,
  'reinvite-tests.js': 1,
  'uac.js': 19,
  'uas.js': 8,
  'proxy.js': 2,
  'refer.js': 1,
};
