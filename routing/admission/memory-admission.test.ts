import t from 'tap';
import { admissionSuite } from './admission.suite.ts';
import { MemoryAdmission } from './memory-admission.ts';

admissionSuite(t, () => new MemoryAdmission());
