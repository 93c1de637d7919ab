/** kill -9 in the midst of 500 calls. */
process.env.TEST_CALLS ??= '500';
await import('../calls/crash.test.ts');
