import { defineConfig } from 'vitest/config';
import { project } from './vitest.config.ts';

/**
 * The unit tests that Stryker runs: those that call the mutated code in their own process. Tests that
 * read src/ as text would see Stryker's instrumentation, and child processes do not see its mutants.
 */
const tests = ['engine', 'host', 'plan', 'steps', 'transport'].map(
  (name) => `test/${name}/**/*.test.ts`,
);

/** They start perl, sh or sshd, and take seconds for code that the others reach in milliseconds. */
const slow = [
  'host/{actions,facts,proof,run}',
  'steps/environment-file-sh',
  'transport/{openssh,ssh}',
];

/** Its mock of a module does not reach one that is loaded already; what it tests is not mutated. */
const isolated = ['transport/logins'];

export default defineConfig(
  project('unit', [...tests, 'test/report/redact.test.ts'], {
    exclude: [...slow, ...isolated].map((name) => `test/${name}.test.ts`),
    isolate: false,
    // a mutant that makes a test wait for ever fails it, which is faster than Stryker's new process
    testTimeout: 5_000,
  }),
);
