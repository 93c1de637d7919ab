import fc from 'fast-check';

/** What random tests begin with: the same each time, so that what fails once fails again; set, it tries other cases. */
const SEED = Number(process.env.DIDFARM_FUZZ_SEED ?? 20261121);

fc.configureGlobal({ seed: SEED });

export { fc };
