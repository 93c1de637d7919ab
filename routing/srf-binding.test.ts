/** The same calls through drachtio-srf, as they go on drachtio-server. */
process.env.ROUTING_BINDING = 'srf';
await import('./call-dialog.test.ts');
await import('./call-media.test.ts');
await import('./call-policy.test.ts');
await import('./call-router.test.ts');
await import('./outbound.test.ts');
await import('./carrier-proof.test.ts');
await import('./attended-transfer.test.ts');
