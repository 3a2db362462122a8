// The official JavaScript CloudEvents SDK, unmodified, against a running platform:
//   node cloudevents-conformance.mjs <gateway url> <function> <text> <expected answer> [<host of the function>]
// One line a check, `ok name` or `FAIL name: why`; exit code 1 if any failed.
import assert from 'node:assert/strict';
import http from 'node:http';
import { CloudEvent, HTTP, emitterFor, Mode, ValidationError } from 'cloudevents';

const [gateway, name, text, expected, host] = process.argv.slice(2);
if (!expected) {
  console.error('usage: node cloudevents-conformance.mjs <gateway> <function> <text> <expected> [<host>]');
  process.exit(2);
}

// fetch does not let a caller choose the Host header.
function send(path, message, { method = 'POST', headers = {}, hostName } = {}) {
  const url = new URL(path, gateway);
  return new Promise((resolve, reject) => {
    const request = http.request(
      url,
      { method, headers: { ...message.headers, ...headers, ...(hostName ? { host: hostName } : {}) } },
      (response) => {
        const chunks = [];
        response.on('data', (chunk) => chunks.push(chunk));
        response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks).toString('utf8') }));
        response.on('error', reject);
      });
    request.on('error', reject);
    request.setTimeout(240_000, () => request.destroy(new Error('no answer within 240 s')));
    request.end(message.body);
  });
}

const path = `/function/${name}`;
const event = (more = {}) => new CloudEvent({
  id: 'e-1', type: 'com.example.asked', source: '/tests/js', subject: 'a-subject', datacontenttype: 'text/plain', data: text,
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', comexampleother: 'kept', ...more,
});

function checkReply(answer, data = expected) {
  assert.equal(answer.status, 200, answer.body);
  assert.ok(HTTP.isEvent(answer), 'the SDK sees an event');
  const reply = HTTP.toEvent(answer);
  assert.ok(reply.validate(), 'the SDK finds it valid');
  assert.equal(reply.specversion, '1.0');
  assert.equal(reply.type, 'io.lorafaas.function.reply');
  assert.equal(reply.source, `/function/${name}.openfaas-fn`);
  assert.equal(reply.id, answer.headers['x-call-id']);
  assert.ok(!Number.isNaN(Date.parse(reply.time)), 'a time');
  assert.equal(reply.data, data);
  return reply;
}

const checks = {
  async 'binary is answered in binary'() {
    const answer = await send(path, HTTP.binary(event()));
    const reply = checkReply(answer);
    assert.equal(answer.headers['ce-id'], reply.id);
    assert.match(answer.headers['content-type'], /^text\/plain/);
  },
  async 'structured is answered in structured'() {
    const answer = await send(path, HTTP.structured(event()));
    checkReply(answer);
    assert.match(answer.headers['content-type'], /^application\/cloudevents\+json/);
  },
  async 'subject and extensions come back, and the cause is named'() {
    for (const encode of [HTTP.binary, HTTP.structured]) {
      const reply = checkReply(await send(path, encode(event())));
      assert.equal(reply.subject, 'a-subject');
      assert.equal(reply.comexampleother, 'kept');
      assert.equal(reply.traceparent, '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01');
      assert.equal(reply.causationid, 'e-1');
    }
  },
  async 'JSON data is read as a request'() {
    for (const encode of [HTTP.binary, HTTP.structured]) {
      checkReply(await send(path, encode(event({ datacontenttype: 'application/json', data: { prompt: text } }))));
    }
  },
  async 'binary data in base64 is the text'() {
    checkReply(await send(path, HTTP.structured(event({ data: new Uint8Array(Buffer.from(text, 'utf8')) }))));
  },
  async 'Accept chooses structured'() {
    const answer = await send(path, HTTP.binary(event()), { headers: { accept: 'application/cloudevents+json', prefer: 'reply' } });
    checkReply(answer);
    assert.match(answer.headers['content-type'], /^application\/cloudevents\+json/);
    assert.equal(answer.headers['preference-applied'], 'reply');
  },
  async 'JSON that is accepted is the data of the reply'() {
    for (const encode of [HTTP.binary, HTTP.structured]) {
      const answer = await send(path, encode(event()), { headers: { accept: 'application/json' } });
      const reply = HTTP.toEvent(answer);
      assert.equal(reply.data.text, expected);
      assert.ok(reply.data.usage.completion_tokens > 0);
    }
  },
  async 'the SDK emitter is satisfied in both modes'() {
    for (const mode of [Mode.BINARY, Mode.STRUCTURED]) {
      const emit = emitterFor((message) => send(path, message), { mode });
      checkReply(await emit(event()));
    }
  },
  async 'an event of 64 KiB is taken whole'() {
    const answer = await send(path, HTTP.structured(event({ padding: 'x'.repeat(60_000) })));
    const reply = checkReply(answer);
    assert.equal(reply.padding.length, 60_000);
  },
  async 'a batch is refused'() {
    const message = { headers: { 'content-type': 'application/cloudevents-batch+json' }, body: JSON.stringify([event()]) };
    assert.equal((await send(path, message)).status, 415);
  },
  async 'an attribute that is missing is named'() {
    for (const attribute of ['id', 'source', 'type', 'specversion']) {
      const binary = HTTP.binary(event());
      delete binary.headers[`ce-${attribute}`];
      const refused = await send(path, binary);
      assert.equal(refused.status, 400, attribute);
      assert.ok(refused.body.includes(`ce-${attribute}`), refused.body);

      const body = JSON.parse(event().toString());
      delete body[attribute];
      const alsoRefused = await send(path, { headers: { 'content-type': 'application/cloudevents+json' }, body: JSON.stringify(body) });
      assert.equal(alsoRefused.status, 400, attribute);
      assert.ok(alsoRefused.body.includes(attribute), alsoRefused.body);
    }
  },
  async 'what the SDK itself refuses is refused'() {
    assert.throws(() => new CloudEvent({ type: 't', source: '/s', Bad_Name: 'x' }), ValidationError);
    const body = { ...JSON.parse(event().toString()), Bad_Name: 'x' };
    const refused = await send(path, { headers: { 'content-type': 'application/cloudevents+json' }, body: JSON.stringify(body) });
    assert.equal(refused.status, 400);
    assert.ok(refused.body.includes('Bad_Name'), refused.body);
  },
  async 'OPTIONS shows that POST is allowed'() {
    const answer = await send(path, { headers: {} }, { method: 'OPTIONS' });
    assert.ok(answer.headers.allow.split(/, */).includes('POST'), answer.headers.allow);
  },
  async 'an unknown function is 404 and not an event'() {
    const answer = await send('/function/no-such-function', HTTP.binary(event()));
    assert.equal(answer.status, 404);
    assert.ok(!HTTP.isEvent(answer));
  },
};

if (host) {
  checks['the host of the function is its door'] = async () => {
    checkReply(await send('/', HTTP.binary(event()), { hostName: host }));
    checkReply(await send('/any/path', HTTP.structured(event()), { hostName: `${host}:8443` }));
    assert.equal((await send('/system/functions', { headers: {} }, { method: 'GET', hostName: host })).status, 200);
  };
}

let failed = 0;
for (const [check, run] of Object.entries(checks)) {
  try {
    await run();
    console.log(`ok ${check}`);
  } catch (error) {
    failed++;
    console.log(`FAIL ${check}: ${error.message.split('\n').slice(0, 6).join(' | ')}`);
  }
}
process.exit(failed === 0 ? 0 : 1);
