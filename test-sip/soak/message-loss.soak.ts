/** 2,000 calls over wires that lose, double and reorder 5 %, drawn anew each time. */
process.env.RELAY_SEED ??= String(Math.floor(Math.random() * 1e9));
await import('../relay/message-loss.test.ts');
