/** Every abuse, with 10,000 idle connections instead of 2,000. */
process.env.ABUSE_CONNECTIONS ??= '10000';
await import('../abuse/abuse.test.ts');
