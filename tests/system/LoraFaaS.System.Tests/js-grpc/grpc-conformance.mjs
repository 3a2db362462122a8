// The official JavaScript gRPC client, unmodified, against a running platform:
//   node grpc-conformance.mjs <host:port> <folder of the .proto files> <model> <prompt> <expected answer> [<certificate authority, PEM>]
// One line a check, `ok name` or `FAIL name: why`; exit code 1 if any failed.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import grpc from '@grpc/grpc-js';
import protoLoader from '@grpc/proto-loader';

const [address, protos, model, prompt, expected, authority] = process.argv.slice(2);
if (!expected) {
  console.error('usage: node grpc-conformance.mjs <host:port> <protos> <model> <prompt> <expected> [<authority>]');
  process.exit(2);
}

const load = (...file) => grpc.loadPackageDefinition(protoLoader.loadSync(path.join(protos, ...file), { keepCase: true, longs: Number, enums: String, defaults: true, oneofs: true }));
const credentials = authority ? grpc.credentials.createSsl(readFileSync(authority)) : grpc.credentials.createInsecure();
const client = new (load('Inference', 'inference.proto').inference.GRPCInferenceService)(address, credentials);
const health = new (load('Health', 'health.proto').grpc.health.v1.Health)(address, credentials);

const ask = (service, method, request, options = {}) => new Promise((resolve, reject) => {
  service[method](request, { deadline: Date.now() + 240_000, ...options }, (error, answer) => (error ? reject(error) : resolve(answer)));
});
const infer = (text = prompt, more = {}, parameters = {}) => ({
  model_name: model, id: 'here', inputs: [{ name: 'text_input', datatype: 'BYTES', shape: [1], contents: { bytes_contents: [Buffer.from(text)] } }],
  parameters: { temperature: { double_param: 0 }, max_tokens: { int64_param: 24 }, ignore_eos: { bool_param: true }, ...parameters }, ...more,
});
const textOf = (answer) => answer.outputs[0].contents.bytes_contents[0].toString();
const collect = (requests, options = {}) => new Promise((resolve) => {
  const call = client.ModelStreamInfer({ deadline: Date.now() + 240_000, ...options });
  const answers = [];
  let error = null;
  call.on('data', (answer) => answers.push(answer));
  call.on('error', (e) => { error = e; });
  call.on('status', (status) => setImmediate(() => resolve({ answers, error, status })));
  requests.forEach((request) => call.write(request));
});
const failure = (promise) => promise.then(() => assert.fail('it went well'), (error) => error);

const checks = {
  async 'the server lives, is ready and says what it is'() {
    assert.equal((await ask(client, 'ServerLive', {})).live, true);
    assert.equal((await ask(client, 'ServerReady', {})).ready, true);
    assert.equal((await ask(client, 'ServerMetadata', {})).name, 'lorafaas');
  },
  async 'health is said as orchestrators ask for it'() {
    assert.equal((await ask(health, 'Check', {})).status, 'SERVING');
    assert.equal((await ask(health, 'Check', { service: 'inference.GRPCInferenceService' })).status, 'SERVING');
    assert.equal((await failure(ask(health, 'Check', { service: 'other' }))).code, grpc.status.NOT_FOUND);
  },
  async 'health can be watched'() {
    const watch = health.Watch({}, { deadline: Date.now() + 240_000 });
    const said = await new Promise((resolve, reject) => watch.on('data', resolve).on('error', reject));
    watch.on('error', () => {});
    watch.cancel();
    assert.equal(said.status, 'SERVING');
  },
  async 'who has no file finds one by reflection and calls with it'() {
    const reflection = new (load('ServerReflection', 'reflection.proto').grpc.reflection.v1.ServerReflection)(address, credentials);
    const call = reflection.ServerReflectionInfo({ deadline: Date.now() + 240_000 });
    const answer = new Promise((resolve, reject) => call.on('data', resolve).on('error', reject));
    call.write({ file_containing_symbol: 'inference.GRPCInferenceService' });
    const files = (await answer).file_descriptor_response.file_descriptor_proto;
    call.end();

    // A FileDescriptorSet is one of them after the other as field 1.
    const varint = (n) => (n < 128 ? [n] : [(n & 127) | 128, ...varint(n >> 7)]);
    const set = Buffer.concat(files.flatMap((file) => [Buffer.from([0x0a, ...varint(file.length)]), file]));
    const described = grpc.loadPackageDefinition(protoLoader.loadFileDescriptorSetFromBuffer(set, { keepCase: true, longs: Number }));
    const found = new described.inference.GRPCInferenceService(address, credentials);
    const { name, inputs } = await ask(found, 'ModelMetadata', { name: model });
    assert.deepEqual([name, inputs[0].name], [model, 'text_input']);
  },
  async 'a model says what it takes and makes'() {
    const described = await ask(client, 'ModelMetadata', { name: model });
    assert.equal(described.name, model);
    assert.deepEqual([described.inputs[0].name, described.outputs[0].name], ['text_input', 'text_output']);
    assert.equal((await ask(client, 'ModelReady', { name: model, version: described.versions[0] })).ready, true);
    assert.equal((await failure(ask(client, 'ModelMetadata', { name: 'no-such-model' }))).code, grpc.status.NOT_FOUND);
  },
  async 'a text is answered'() {
    const answer = await ask(client, 'ModelInfer', infer());
    assert.equal(textOf(answer), expected);
    assert.deepEqual([answer.model_name, answer.id], [model, 'here']);
    assert.ok(answer.parameters.prompt_tokens.int64_param > 0 && answer.parameters.completion_tokens.int64_param > 0);
    assert.ok(['stop', 'length'].includes(answer.parameters.finish_reason.string_param));
  },
  async 'raw contents are answered with raw contents'() {
    const text = Buffer.from(prompt);
    const length = Buffer.alloc(4);
    length.writeUInt32LE(text.length);
    const request = infer();
    delete request.inputs[0].contents;
    const [raw] = (await ask(client, 'ModelInfer', { ...request, raw_input_contents: [Buffer.concat([length, text])] })).raw_output_contents;
    assert.equal(raw.readUInt32LE(), raw.length - 4);
    assert.equal(raw.subarray(4).toString(), expected);
  },
  async 'a stream brings the same text in pieces'() {
    const { answers, status } = await collect([infer()]);
    assert.equal(status.code, grpc.status.OK);
    assert.equal(answers.map((answer) => textOf(answer.infer_response)).join(''), expected);
    assert.deepEqual(answers.map((answer) => answer.infer_response.parameters.triton_final_response.bool_param), answers.map((_, i) => i === answers.length - 1));
    assert.ok(answers.length > 2, `${answers.length} pieces`);
  },
  async 'many at once have each their own answer'() {
    const answers = await Promise.all(Array.from({ length: 16 }, (_, i) => ask(client, 'ModelInfer', infer(prompt, { id: `call ${i}` }))));
    answers.forEach((answer, i) => assert.deepEqual([answer.id, textOf(answer)], [`call ${i}`, expected]));
  },
  async 'who leaves a stream early harms nobody'() {
    const call = client.ModelStreamInfer();
    const ended = new Promise((resolve) => call.on('error', resolve));
    call.once('data', () => call.cancel());
    call.write(infer(prompt, {}, { max_tokens: { int64_param: 400 } }));
    assert.equal((await ended).code, grpc.status.CANCELLED);
    assert.equal(textOf(await ask(client, 'ModelInfer', infer())), expected);
  },
  async 'a deadline is kept'() {
    // Whoever would be late behind those who are here is told at once that he may come again; that is no deadline that passed.
    const soon = () => failure(ask(client, 'ModelInfer', infer(prompt, {}, { max_tokens: { int64_param: 400 } }), { deadline: Date.now() + 5 }));
    let error = await soon();

    for (let tries = 0; error.code === grpc.status.RESOURCE_EXHAUSTED && tries < 100; tries++) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      error = await soon();
    }

    assert.equal(error.code, grpc.status.DEADLINE_EXCEEDED);
  },
  async 'what is wrong is said by its name'() {
    for (const [request, code, named] of [
      [infer(prompt, { model_name: 'no-such-model' }), grpc.status.NOT_FOUND, 'no-such-model'],
      [infer(prompt, { inputs: [] }), grpc.status.INVALID_ARGUMENT, 'inputs'],
      [infer(prompt, {}, { max_tokens: { int64_param: -1 } }), grpc.status.INVALID_ARGUMENT, 'parameters.max_tokens'],
      [infer('word '.repeat(20_000)), grpc.status.INVALID_ARGUMENT, 'token'],
    ]) {
      const error = await failure(ask(client, 'ModelInfer', request));
      assert.deepEqual([error.code, error.details.includes(named)], [code, true], error.message);
      const streamed = await collect([request]);
      assert.deepEqual([streamed.error?.code, streamed.answers.length], [code, 0], String(streamed.error));
    }
  },
  async 'what is not served is unimplemented'() {
    for (const method of ['/inference.GRPCInferenceService/RepositoryIndex', '/some.other.Service/Method']) {
      const error = await new Promise((resolve) => client.makeUnaryRequest(method, (b) => b, (b) => b, Buffer.alloc(0), { deadline: Date.now() + 60_000 }, (e) => resolve(e)));
      assert.equal(error.code, grpc.status.UNIMPLEMENTED);
    }
  },
};

let failed = 0;
for (const [name, check] of Object.entries(checks)) {
  try {
    await check();
    console.log(`ok ${name}`);
  } catch (error) {
    failed++;
    console.log(`FAIL ${name}: ${String(error?.message ?? error).replaceAll('\n', ' ')}`);
  }
}
client.close();
health.close();
process.exit(failed === 0 ? 0 : 1);
