// Runs before every test file: property tests of fast-check take their seed from the run, so that a failure repeats.
import { configureGlobal, readConfigureGlobal } from 'fast-check'

configureGlobal({ ...readConfigureGlobal(), seed: Number(process.env['PP_SEED']) })
