/** 20,000 calls over wires that lose 3 %. */
process.env.TEST_CALLS ??= '20000';
await import('../calls/lossy-calls.test.ts');
