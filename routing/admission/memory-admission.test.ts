import t from 'tap';
// The suite draws from the seed of all random tests.
import '../../sip-engine/testing-properties.ts';
import { admissionSuite } from './admission.suite.ts';
import { MemoryAdmission } from './memory-admission.ts';

admissionSuite(t, () => new MemoryAdmission());
