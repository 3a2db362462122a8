// The twin of ScriptedControl on the official JavaScript server: node server.mjs <control.proto>. Prints its port, serves until standard input ends.
import grpc from '@grpc/grpc-js';
import { failureText, limits, loadControl } from './control.mjs';

const control = loadControl(process.argv[2]);

// Events that other calls wait for, by their names.
function signals() {
  const known = new Map();
  return (tag) => {
    if (!known.has(tag)) {
      const entry = {};
      entry.promise = new Promise((resolve) => { entry.resolve = resolve; });
      known.set(tag, entry);
    }
    return known.get(tag);
  };
}

const started = signals();
const cancelled = signals();

function activate(call, answer) {
  const { key, time_left_ms: timeLeft } = call.request;
  switch (key.function) {
    case 'echo':
      return answer(null, { worker_id: key.namespace, retry_after_ms: timeLeft });
    case 'large':
      return answer(null, { worker_id: 'x'.repeat(timeLeft), retry_after_ms: key.namespace.length });
    case 'fail':
      return answer({ code: grpc.status.NOT_FOUND, details: failureText });
    case 'wait':
      started(key.namespace).resolve();
      return call.on('cancelled', () => cancelled(key.namespace).resolve());
    case 'was-started':
      return started(key.namespace).promise.then(() => answer(null, { worker_id: key.namespace }));
    case 'was-cancelled':
      return cancelled(key.namespace).promise.then(() => answer(null, { worker_id: key.namespace }));
    default:
      return answer({ code: grpc.status.INVALID_ARGUMENT, details: key.function });
  }
}

function watchRoutes(call) {
  const [word, argument] = call.request.gateway_id.split(':');
  call.on('cancelled', () => cancelled(argument).resolve());
  if (word === 'silent') {
    started(argument).resolve();
    call.sendMetadata(new grpc.Metadata());
    return;
  }

  const count = word === 'endless' ? Infinity : Number(argument);
  let version = 0;
  const push = () => {
    while (version < count && !call.cancelled) {
      version++;
      if (!call.write({ version })) {
        call.once('drain', push);
        return;
      }
    }
    if (word === 'fail-after') {
      call.emit('error', { code: grpc.status.FAILED_PRECONDITION, details: `after ${argument}` });
    } else {
      call.end();
    }
  };
  push();
}

function workerSession(call) {
  let tag = '';
  call.on('cancelled', () => cancelled(tag).resolve());
  call.on('data', (message) => {
    if (message.hello) {
      tag = message.hello.worker_id;
      call.write({ welcome: { controller_id: tag } });
    } else if (message.heartbeat) {
      call.write({ command_id: message.heartbeat.sequence });
    } else {
      call.emit('error', { code: grpc.status.ABORTED, details: 'no more of this' });
    }
  });
  call.on('end', () => {
    call.write({ command_id: 999, drain: {} });
    call.end();
  });
}

const server = new grpc.Server(limits);
server.addService(control.service, { Activate: activate, WatchRoutes: watchRoutes, WorkerSession: workerSession });
server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, port) => {
  if (error) {
    throw error;
  }
  console.log(`port ${port}`);
});
process.stdin.resume().on('end', () => process.exit(0));
