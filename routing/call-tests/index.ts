export { CallTestFileError } from './call-test-file-error.ts';
export type { CallTestWorld } from './call-test-world.ts';
export { compare, isNamed, type Mismatch, type Observation, type ObservedPlace } from './observation.ts';
export { type CallTest, type ParsedCallTests, parseCallTests } from './parse-call-tests.ts';
export { type CallTestReport, type CaseReport, judge, runTests, summarize, unfit } from './run-call-tests.ts';
export type { CaseCaller, CaseRun } from './run-case.ts';
export { CALL_TESTS_SCHEMA } from './test-schema.ts';
