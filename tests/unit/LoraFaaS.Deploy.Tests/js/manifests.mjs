// manifests.mjs FILE…: every document against the published schema of its kind. Types, required fields and fields that do not exist are found by the
// compiler on the published typings; formats and bounds by the published validators. Prints one line a fault and ends with 1 when there is any.
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import ts from 'typescript';
import { parseAllDocuments } from 'yaml';

const packages = [
  [/^serving\.knative\.dev\//, '@kubernetes-models/knative'],
  [/^monitoring\.coreos\.com\//, '@kubernetes-models/prometheus-operator'],
  [/./, 'kubernetes-models'],
];

const faults = [];
const lines = [];
const origins = [];

for (const file of process.argv.slice(2)) {
  for (const [index, document] of parseAllDocuments(readFileSync(file, 'utf8'), { merge: true }).entries()) {
    document.errors.forEach(error => faults.push(`${basename(file)}: ${error.message}`));
    const value = document.toJS();
    const origin = `${basename(file)} #${index + 1} ${value?.apiVersion} ${value?.kind} ${value?.metadata?.name}`;

    if (!value?.apiVersion || !value.kind) {
      faults.push(`${origin}: no apiVersion or kind`);
      continue;
    }

    const source = packages.find(([group]) => group.test(value.apiVersion))[1];
    const module = `${source}/${value.apiVersion}/${value.kind}`;

    try {
      const kind = (await import(module))[value.kind];
      const { apiVersion, kind: _, ...fields } = value;
      new kind(fields).validate();
    } catch (error) {
      faults.push(`${origin}: ${error.message}`);
    }

    // A literal that is assigned to its interface may have no field that the interface lacks.
    const name = lines.length;
    lines.push(`import type { I${value.kind} as K${name} } from '${module}'; const v${name}: K${name} = ${JSON.stringify(value)}; void v${name};`);
    origins.push(origin);
  }
}

const root = new URL('./generated.ts', import.meta.url).pathname;
const options = {
  strict: true, noEmit: true, skipLibCheck: true, types: [],
  target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext,
};
const host = ts.createCompilerHost(options);
const read = host.getSourceFile.bind(host);
host.fileExists = (exists => path => path === root || exists(path))(host.fileExists.bind(host));
host.getSourceFile = (path, ...rest) => (path === root ? ts.createSourceFile(path, lines.join('\n'), options.target) : read(path, ...rest));

for (const diagnostic of ts.getPreEmitDiagnostics(ts.createProgram([root], options, host))) {
  const line = diagnostic.file?.fileName === root ? diagnostic.file.getLineAndCharacterOfPosition(diagnostic.start).line : -1;
  faults.push(`${origins[line] ?? diagnostic.file?.fileName ?? 'typings'}: ${ts.flattenDiagnosticMessageText(diagnostic.messageText, ' ')}`);
}

faults.forEach(fault => console.log(fault));
console.log(`${lines.length} documents, ${faults.length} faults`);
process.exit(faults.length > 0 ? 1 : 0);
