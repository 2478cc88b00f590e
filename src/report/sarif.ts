import type { Notice } from '../model/problem.ts';
import { sha256 } from '../model/secret.ts';
import { isNote, placeText } from './problem-text.ts';
import { docsOf, textOf } from './text-of.ts';

/** A place in a file of the repository that is checked. */
export interface SarifPlace {
  /** Relative to the root of the repository, percent-encoded. */
  readonly uri: string;
  readonly line: number;
  /** From 1, in UTF-16 units. */
  readonly column: number;
  /** Text of the line; '' where it is not known. */
  readonly text: string;
  /** The finding is in no file of the repository: this is where it can be shown. */
  readonly instead: boolean;
}

/** What is found by a rule, and what to do. */
export interface SarifRule {
  readonly finds: string;
  readonly fix: string;
}

interface SarifOptions {
  /** Of alloyup. */
  readonly version: string;
  /** Whether everything could be checked. */
  readonly complete: boolean;
  readonly placeOf: (notice: Notice) => SarifPlace;
  /** undefined: docs/problems.md says more. */
  readonly ruleOf: (id: string) => SarifRule | undefined;
}

type Level = 'error' | 'warning' | 'note';

/**
 * Findings as SARIF 2.1.0, the format of code scanning:
 * https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
 *
 * No text of the files is in it. Of one finding, the fingerprint stays as long as its line does, wherever that moves.
 */
export function sarif(
  problems: readonly Notice[],
  warnings: readonly Notice[],
  { version, complete, placeOf, ruleOf }: SarifOptions,
): string {
  const rules = new Map<string, { readonly index: number; readonly rule: object }>();
  const seen = new Map<string, number>();
  const ruleIndex = (notice: Notice, level: Level): number => {
    const id = ruleId(notice);
    const known = rules.get(id);
    if (known) return known.index;
    const index = rules.size;
    rules.set(id, { index, rule: ruleText(id, notice, level, ruleOf(id)) });
    return index;
  };
  const result = (level: Level) => (notice: Notice) => {
    const { message, hint } = textOf(notice);
    const { uri, line, column, text, instead } = placeOf(notice);
    const where = instead && notice.at ? `${placeText(notice.at)}: ` : '';
    const { sources } = notice.params;
    const same = JSON.stringify([ruleId(notice), uri, instead ? message : text.trim()]);
    const occurrence = (seen.get(same) ?? 0) + 1;
    seen.set(same, occurrence);
    return {
      ruleId: ruleId(notice),
      ruleIndex: ruleIndex(notice, level),
      level,
      message: { text: `${where}${message}${hint === '' ? '' : `. ${hint}`}` },
      locations: [
        {
          physicalLocation: {
            artifactLocation: { uri, uriBaseId: '%SRCROOT%' },
            region: { startLine: line, startColumn: column },
          },
        },
      ],
      partialFingerprints: {
        'alloyupFinding/v1': sha256(`${same} ${occurrence}`).slice(0, 32),
      },
      ...(sources ? { properties: { sources } } : {}),
    };
  };
  const results = [
    ...problems.map(result('error')),
    ...warnings.map((one) => result(isNote(one) ? 'note' : 'warning')(one)),
  ];
  const document = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'alloyup',
            semanticVersion: version,
            rules: [...rules.values()].map(({ rule }) => rule),
          },
        },
        invocations: [{ executionSuccessful: complete }],
        columnKind: 'utf16CodeUnits',
        originalUriBaseIds: {
          '%SRCROOT%': { description: { text: 'The root of the repository.' } },
        },
        results,
      },
    ],
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

/** The rule of the Alloy language, or the code of the problem. */
const ruleId = ({ code, params }: Notice): string =>
  params.reason === 'diagnostic' ? params.rule : code;

function ruleText(id: string, notice: Notice, level: Level, rule: SarifRule | undefined): object {
  const docs = rule ? 'docs/checks.md' : docsOf(notice);
  const finds = rule ? capital(rule.finds) : `A problem with the code ${id}`;
  const fix = rule ? `${rule.fix}. ` : '';
  return {
    id,
    shortDescription: { text: finds },
    fullDescription: { text: finds },
    help: {
      text: `${fix}See ${docs} of alloyup.`,
      markdown: `${fix}See \`${id}\` in [${docs.replace(/#.*/, '')}](${docs}) of alloyup.`,
    },
    defaultConfiguration: { level },
  };
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
