import { readFileSync } from 'node:fs';
import { validateWorkflow } from '@action-validator/core';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { fencesOf } from './markdown.ts';

const page = readFileSync(new URL('../docs/ci.md', import.meta.url), 'utf8');
const block = (name: string): string =>
  fencesOf(page, 'yaml').find((one) => one.startsWith(`# ${name}`))!;
const workflow = block('.github/workflows/');
const pipeline = block('.gitlab-ci.yml');

/** By the schema of GitHub's workflows, and whether jobs that are waited for are there. */
const flawsOf = (text: string): readonly unknown[] => validateWorkflow(text).errors;

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, string>>;
}
interface Job {
  readonly if?: string;
  readonly needs?: string;
  readonly environment?: string;
  readonly steps: readonly Step[];
}

test('the workflow for GitHub is one', () => {
  expect(flawsOf(workflow)).toEqual([]);
});

test.each([
  ['a wrong key of a job', 'runs-on:', 'run-on:'],
  ['a job that is not there', 'needs: plan', 'needs: plam'],
  ['a wrong event', 'pull_request:', 'pull_requests:'],
  ['a wrong key of a step', '- run: alloyup', '- runs: alloyup'],
])('the validator would see %s', (_, from, to) => {
  expect(workflow).toContain(from);
  expect(flawsOf(workflow.replace(from, to))).not.toEqual([]);
});

test('what a pull request may run has no secret and reaches no host', () => {
  const { jobs } = parse(workflow) as { jobs: Readonly<Record<string, Job>> };
  for (const [name, job] of Object.entries(jobs)) {
    const text = JSON.stringify(job);
    const forAll = job.if === undefined && job.needs === undefined;
    if (forAll) expect(text, name).not.toMatch(/secrets\.|alloyup (?:plan|apply|status)/);
    // a job that waits for one that was skipped is skipped itself
    else expect(job.if ?? jobs[job.needs!]!.if, name).toContain("github.ref == 'refs/heads/main'");
  }
});

test('the plan that is applied is the one that was shown, and by a job that asks', () => {
  const { jobs } = parse(workflow) as { jobs: Readonly<Record<string, Job>> };
  const step = (job: Job, action: string) => job.steps.find(({ uses }) => uses?.includes(action));
  const { plan, apply } = jobs as { plan: Job; apply: Job };
  expect(step(plan, '/upload-artifact@')!.with!.name).toBe(
    step(apply, '/download-artifact@')!.with!.name,
  );
  expect(apply).toMatchObject({ needs: 'plan', environment: 'production' });
});

interface GitLabJob {
  readonly stage?: string;
  readonly extends?: string;
  readonly rules?: readonly { readonly if?: string; readonly when?: string }[];
  readonly script?: readonly string[];
  readonly artifacts?: {
    readonly paths?: readonly string[];
    readonly reports?: { readonly junit?: string };
  };
}

test('the pipeline for GitLab names stages and templates that are there, and reports that are made', () => {
  const {
    stages,
    image: _,
    ...jobs
  } = parse(pipeline) as {
    stages: readonly string[];
    image: string;
  } & Readonly<Record<string, GitLabJob>>;
  const named = jobs as Readonly<Record<string, GitLabJob>>;
  for (const [name, job] of Object.entries(named)) {
    if (job.extends !== undefined) expect(named, name).toHaveProperty([job.extends]);
    if (name.startsWith('.')) continue;
    expect(stages, name).toContain(job.stage);
    const made = job.script!.join('\n');
    for (const path of job.artifacts?.paths ?? []) expect(made).toContain(path);
    const { junit } = job.artifacts?.reports ?? {};
    if (junit !== undefined) expect(made).toContain(`--junit ${junit}`);
  }
  expect(named.apply!.rules).toEqual([expect.objectContaining({ when: 'manual' })]);
  expect(named.validate!.extends).toBeUndefined();
});
