import { defineConfig } from 'vitest/config';
import { project } from './vitest.config.ts';

/**
 * The unit tests that Stryker runs: those that call the mutated code in their own process. Tests that
 * read src/ as text would see Stryker's instrumentation, and child processes do not see its mutants.
 */
const directories = ['engine', 'host', 'plan', 'report', 'steps', 'transport'];

export default defineConfig(
  project(
    'unit',
    directories.map((name) => `test/${name}/**/*.test.ts`),
    { testTimeout: 60_000, isolate: false },
  ),
);
