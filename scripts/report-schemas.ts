import { join } from 'node:path';
import { type SchemaOptions, schemasOf } from './type-schema.ts';

const INSTEAD = { Problem: 'PrintedProblem', Warning: 'PrintedWarning' };

const NOTICES = {
  Position: 'position',
  PrintedProblem: 'problem',
  PrintedWarning: 'warning',
};

const OF_RUNS = {
  ...NOTICES,
  StepId: 'step',
  Outcome: 'outcome',
  Verb: 'verb',
  FileDiff: 'diff',
  PlanView: 'plan',
  FactsView: 'facts',
};

/** What programs read of alloyup: file name -> JSON Schema. */
export function reportSchemas(root: string): Readonly<Record<string, unknown>> {
  const files = [
    'model/event',
    'model/plan',
    'model/problem',
    'report/text-of',
    'report/ndjson',
    'plan/saved-plan',
    'graph/graph',
  ];
  const make = schemasOf(files.map((file) => join(root, `src/${file}.ts`)));
  const schema = (type: string, id: string, options: Omit<SchemaOptions, 'instead'>) => ({
    [`${id}.schema.json`]: make(type, id, { ...options, instead: INSTEAD }),
  });
  return {
    ...schema('RunEvent', 'run-event', {
      title: 'RunEvent of alloyup',
      description: 'One line of `--output ndjson` and of the run log: one thing that happened.',
      defs: OF_RUNS,
    }),
    ...schema('RunReport', 'run-report', {
      title: 'RunReport of alloyup',
      description: 'The one document of `--output json`.',
      defs: OF_RUNS,
    }),
    ...schema('Findings', 'problems', {
      title: 'Findings of alloyup',
      description:
        'What `validate --output json` prints, and any other command with `--output json|ndjson` that was refused before its first connection.',
      defs: NOTICES,
    }),
    ...schema('SavedPlan', 'saved-plan', {
      title: 'Saved plan of alloyup',
      description:
        'What `plan --out FILE` writes and `apply FILE` compares hosts with. Holds no secret, and no hash of one.',
      defs: { StepId: 'step' },
    }),
    ...schema('Graph', 'graph', {
      title: 'Component graph of alloyup',
      description:
        'What `graph --format json` prints: components, what flows between them, and where to.',
      defs: {
        Position: 'position',
        Signal: 'signal',
        GraphNode: 'node',
        GraphEdge: 'edge',
        GraphFrame: 'frame',
        GraphFinding: 'finding',
        GraphNote: 'note',
      },
    }),
  };
}
