/** A call and the registrations of other trunks beside an apply of 10,000. */
process.env.TEST_TRUNKS ??= '10000';
await import('../apply.test.ts');
