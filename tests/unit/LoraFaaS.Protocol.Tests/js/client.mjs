// The official JavaScript client against our server: node client.mjs <host:port> <control.proto>. One line a check; exit code 1 if any failed.
import assert from 'node:assert/strict';
import grpc from '@grpc/grpc-js';
import { failureText, limits, loadControl } from './control.mjs';

const [address, protoPath] = process.argv.slice(2);
const Control = loadControl(protoPath);
const client = new Control(address, grpc.credentials.createInsecure(), limits);
const patience = () => Date.now() + 60_000;

const activate = (func, namespace = '', timeLeft = 0, options = { deadline: patience() }) => new Promise((resolve, reject) => {
  client.Activate({ key: { function: func, namespace }, time_left_ms: timeLeft }, options, (error, reply) => (error ? reject(error) : resolve(reply)));
});

const collect = (stream) => new Promise((resolve) => {
  const messages = [];
  let error = null;
  stream.on('data', (message) => messages.push(message));
  stream.on('error', (e) => { error = e; });
  stream.on('status', (status) => setImmediate(() => resolve({ messages, error, status })));
});

const checks = {
  async 'unary call'() {
    const reply = await activate('echo', 'größe', 17);
    assert.equal(reply.worker_id, 'größe');
    assert.equal(reply.retry_after_ms, 17);
  },
  async 'large messages'() {
    const size = 5 * 1024 * 1024;
    const reply = await activate('large', 'n'.repeat(size), size);
    assert.equal(reply.worker_id.length, size);
    assert.equal(reply.retry_after_ms, size);
  },
  async 'many calls at once'() {
    const replies = await Promise.all(Array.from({ length: 300 }, (_, i) => activate('echo', 'n', i)));
    replies.forEach((reply, i) => assert.equal(reply.retry_after_ms, i));
  },
  async 'failure with text'() {
    await assert.rejects(activate('fail'), { code: grpc.status.NOT_FOUND, details: failureText });
  },
  async 'defect without details'() {
    const error = await activate('broken').catch((e) => e);
    assert.equal(error.code, grpc.status.INTERNAL);
    assert.ok(!error.details.includes('detail that'));
  },
  async 'unimplemented method'() {
    const error = await new Promise((resolve) => client.makeUnaryRequest(
      '/lorafaas.control.v1.Control/Nothing', (b) => b, (b) => b, Buffer.alloc(0), { deadline: patience() }, (e) => resolve(e)));
    assert.equal(error.code, grpc.status.UNIMPLEMENTED);
  },
  async 'unimplemented service'() {
    const error = await new Promise((resolve) => client.makeUnaryRequest(
      '/some.other.Service/Method', (b) => b, (b) => b, Buffer.alloc(0), { deadline: patience() }, (e) => resolve(e)));
    assert.equal(error.code, grpc.status.UNIMPLEMENTED);
  },
  async 'malformed message'() {
    const error = await new Promise((resolve) => client.makeUnaryRequest(
      '/lorafaas.control.v1.Control/Activate', (b) => b, (b) => b, Buffer.from([0xff, 0xff]), { deadline: patience() }, (e) => resolve(e)));
    assert.equal(error.code, grpc.status.INTERNAL);
  },
  async 'compression is refused by name'() {
    const zipped = new Control(address, grpc.credentials.createInsecure(), { 'grpc.default_compression_algorithm': 2 });
    const error = await new Promise((resolve) => zipped.Activate(
      { key: { function: 'echo', namespace: 'z'.repeat(5000) } }, { deadline: patience() }, (e) => resolve(e)));
    zipped.close();
    assert.equal(error?.code, grpc.status.UNIMPLEMENTED);
  },
  async 'deadline'() {
    await assert.rejects(activate('wait', 'js-deadline', 0, { deadline: Date.now() + 100 }), { code: grpc.status.DEADLINE_EXCEEDED });
  },
  async 'cancelled unary call'() {
    let call;
    const failed = new Promise((resolve) => {
      call = client.Activate({ key: { function: 'wait', namespace: 'js-unary' } }, (e) => resolve(e));
    });
    await activate('was-started', 'js-unary');
    call.cancel();
    assert.equal((await failed).code, grpc.status.CANCELLED);
    await activate('was-cancelled', 'js-unary');
  },
  async 'server stream'() {
    const { messages, status } = await collect(client.WatchRoutes({ gateway_id: 'count:500' }));
    assert.deepEqual(messages.map((m) => m.version), Array.from({ length: 500 }, (_, i) => i + 1));
    assert.equal(status.code, grpc.status.OK);
  },
  async 'empty server stream'() {
    const { messages, status } = await collect(client.WatchRoutes({ gateway_id: 'count:0' }));
    assert.equal(messages.length, 0);
    assert.equal(status.code, grpc.status.OK);
  },
  async 'server stream that fails late'() {
    const { messages, error } = await collect(client.WatchRoutes({ gateway_id: 'fail-after:3' }));
    assert.equal(messages.length, 3);
    assert.equal(error.code, grpc.status.FAILED_PRECONDITION);
    assert.equal(error.details, 'after 3');
  },
  async 'cancelled server stream'() {
    const stream = client.WatchRoutes({ gateway_id: 'endless:js-stream' });
    const ended = collect(stream);
    stream.once('data', () => stream.cancel());
    assert.equal((await ended).error.code, grpc.status.CANCELLED);
    await activate('was-cancelled', 'js-stream');
  },
  async 'server stream past its deadline'() {
    const { error } = await collect(client.WatchRoutes({ gateway_id: 'silent:js-late' }, { deadline: Date.now() + 100 }));
    assert.equal(error.code, grpc.status.DEADLINE_EXCEEDED);
  },
  async 'cancelled silent stream'() {
    const stream = client.WatchRoutes({ gateway_id: 'silent:js-silent' });
    const ended = collect(stream);
    await activate('was-started', 'js-silent');
    stream.cancel();
    assert.equal((await ended).error.code, grpc.status.CANCELLED);
    await activate('was-cancelled', 'js-silent');
  },
  async 'session both ways'() {
    const call = client.WorkerSession();
    for (let i = 1; i <= 50; i++) {
      const answer = new Promise((resolve) => call.once('data', resolve));
      call.write({ heartbeat: { sequence: i } });
      assert.equal((await answer).command_id, i);
    }
    const rest = collect(call);
    call.end();
    const { messages, status } = await rest;
    assert.deepEqual(messages.map((m) => m.command_id), [999]);
    assert.equal(status.code, grpc.status.OK);
  },
  async 'session the server ends'() {
    const call = client.WorkerSession();
    const ended = collect(call);
    call.write({ result: { command_id: 1 } });
    const { error } = await ended;
    assert.equal(error.code, grpc.status.ABORTED);
    assert.equal(error.details, 'no more of this');
  },
  async 'cancelled session'() {
    const call = client.WorkerSession();
    const ended = collect(call);
    call.write({ hello: { worker_id: 'js-session' } });
    call.once('data', () => call.cancel());
    assert.equal((await ended).error.code, grpc.status.CANCELLED);
    await activate('was-cancelled', 'js-session');
  },
};

let failed = 0;
for (const [name, check] of Object.entries(checks)) {
  try {
    await check();
    console.log(`ok ${name}`);
  } catch (error) {
    failed++;
    console.log(`FAIL ${name}: ${String(error.message).replaceAll('\n', ' ')}`);
  }
}
client.close();
process.exit(failed === 0 ? 0 : 1);
