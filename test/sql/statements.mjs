// Writes the statements of Sql/statements as the service asks them, with what it puts into their braces: every proof, a list of one text,
// the rules of FOCUS, what became visible behind a run's standing, the rows of a fact table that are stored, and what compact removes, of one and of the pages.
// Use: node statements.mjs SQL_FOLDER TARGET_FOLDER
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [sql, target] = process.argv.slice(2);
const texts = folder => readdirSync(join(sql, folder)).sort().map(name => [name, readFileSync(join(sql, folder, name), 'utf8')]);
const statements = new Map(texts('statements'));
const put = (text, part, value) => text.replaceAll(`{${part}}`, () => value);
const comments = text => text.split('\n').filter(line => line.startsWith('--')).join('\n');
const statement = text => text.split('\n').filter(line => !line.startsWith('--')).join('\n').trimEnd().replace(/;$/, '');

const part = new Map(texts('parts'));
const removable = name => put(part.get(name), 'standing', part.get('standing.sql'));
const visible = put(statements.get('visible_days.sql'), 'load_ids', '@load_ids_0');
const parts = {
  landed: texts('proofs').map(([, text]) => text).join('UNION ALL\n'),
  account_ids: '@account_ids_0, @account_ids_1',
  ids: '@ids_0, @ids_1',
  load_ids: '@load_ids_0',
  visible: put(part.get('visible.sql'), 'visible_days', statement(visible)),
  chosen: part.get('chosen_letters.sql').trim(),
  newest_letter_first: part.get('newest_letter_first.sql').trim(),
  removable: removable('removable_rows.sql'),
  counts: put(put(part.get('stored_rows.sql'), 'table', 'usage_versions'), 'load_ids', '@load_ids_0'),
  table: 'usage_versions',
  values: 'MIN(BilledCost) AS BilledCost',
  findings: texts('focus').flatMap(([, text]) => text.split('\n\n')).map(statement).filter(rule => rule.trim() !== '')
    .map((rule, i) => `COUNT(CASE WHEN ${rule} THEN 1 END) AS broken_${i}`).join(',\n  '),
};

statements.set('find_removable_pages.sql', put(statements.get('find_removable.sql'), 'removable', removable('removable_pages.sql')));
statements.set('delete_pages.sql', put(statements.get('delete_pages.sql'), 'removable', removable('removable_pages.sql')));
mkdirSync(target, { recursive: true });
for (const [name, text] of statements) {
  const head = text.includes('{visible}') ? `${comments(visible)}\n` : '';
  writeFileSync(join(target, name), head + Object.entries(parts).reduce((all, [part, value]) => put(all, part, value), text));
}
