/**
 * Generate the TypeScript types of the REST interface from its contract.
 *
 * The file is replaced only if it changed, and in one step, because linters and
 * tests may run at the same time.
 */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import openapiTS, { astToString, COMMENT_HEADER } from 'openapi-typescript';

const root = new URL('../', import.meta.url);
const contract = new URL('jupyter_cluster_launcher/server/openapi.yaml', root);
const output = new URL('src/api/schema.ts', root);

const ast = await openapiTS(contract, { emptyObjectsUnknown: true });
const types = COMMENT_HEADER + astToString(ast);
if (!existsSync(output) || readFileSync(output, 'utf-8') !== types) {
  const temporary = new URL(`${output}.${process.pid}`);
  writeFileSync(temporary, types);
  renameSync(temporary, output);
}
