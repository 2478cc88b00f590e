import { expect, test } from 'vitest';
import { inventory, outcomes, pipeline, report } from './helpers.ts';
import { describeOnHosts, freshHosts } from './lab-fixture.ts';

const OTLP = `
otelcol.receiver.otlp "apps" {
	http {
		endpoint = "127.0.0.1:4318"
	}

	output {
		logs = [otelcol.exporter.debug.apps.input]
	}
}

otelcol.exporter.debug "apps" { }
`;

const REMOVED = `
otelcol.exporter.splunkhec "apps" {
	client {
		endpoint = "http://127.0.0.1:8088"
	}

	splunk {
		token = sys.env("HOSTNAME")

		batcher { }
	}
}
`;

describeOnHosts('an upgrade of Alloy', () => {
  test('from 1.17.0 to 1.18.1: the plan shows what changes for the configuration', async () => {
    const { lab, hosts } = await freshHosts(1);
    const alloy = (version: string) => ({ alloy: { version, stability: 'experimental' } });
    const file = inventory(lab, hosts, pipeline(), alloy('1.17.0'));
    const apply = await report(lab, ['apply', '--yes', '--watch', '1', '-i', file]);
    expect(outcomes(apply.report)).toEqual([`${hosts[0]!.name}: changed`]);

    inventory(lab, hosts, pipeline() + OTLP, alloy('1.18.1'));
    const plan = await lab.alloyup(['plan', '-i', file]);
    expect(plan.exitCode).toBe(0);
    expect(plan.stdout).toContain('alloy 1.17.0-1 -> 1.18.1-1');
    expect(plan.stdout).toContain('warning[upgrade.default]: otelcol.receiver.otlp http');
    expect(plan.stdout.replace(/\s+/g, ' ')).toContain('idle_timeout: 0s -> 1m,');

    // what is gone stops the plan before the host is contacted
    inventory(lab, hosts, pipeline() + REMOVED, alloy('1.18.1'));
    const refused = await lab.alloyup(['plan', '-i', file]);
    expect(refused.exitCode).toBe(64);
    expect(refused.stderr.replace(/\s+/g, ' ')).toContain(
      'splunk { batcher { } } was removed in 1.18; version 1.18.1-1 is pinned',
    );
  });
});
