// What the official JavaScript OpenAI client makes of a limit by itself:
//   node openai-retries.mjs <baseUrl ending in /v1> <key with 60 requests a minute> <key with few tokens a minute> <model> <prompt> <expected>
// One line a check, `ok name` or `FAIL name: why`; exit code 1 if any failed.
import assert from 'node:assert/strict';
import OpenAI, { RateLimitError } from 'openai';

const [baseURL, requests, tokens, model, prompt, expected] = process.argv.slice(2);
if (!expected) {
  console.error('usage: node openai-retries.mjs <baseUrl> <requests key> <tokens key> <model> <prompt> <expected>');
  process.exit(2);
}

let sent = 0;
const counted = (...request) => {
  sent++;
  return fetch(...request);
};
const clientOf = (apiKey, maxRetries) => new OpenAI({ baseURL, apiKey, maxRetries, timeout: 240_000, fetch: counted });
const chat = (client) => client.chat.completions.create({ model, messages: [{ role: 'user', content: prompt }], temperature: 0, max_tokens: 200 });

async function exhaust(key) {
  const hasty = clientOf(key, 0);
  for (let i = 0; i < 500; i++) {
    const refused = await Promise.all(Array.from({ length: 8 }, () => chat(hasty).then(() => null, (error) => error)));
    const error = refused.find((e) => e !== null);
    if (error) {
      return error;
    }
  }
  return assert.fail('the limit was never reached');
}

async function isWaitedFor(key) {
  const error = await exhaust(key);
  assert.ok(error instanceof RateLimitError, String(error));
  assert.equal(error.code, 'rate_limit_exceeded');
  assert.equal(error.type, 'rate_limit_error');
  const wait = Number(error.headers.get('retry-after'));
  assert.ok(Number.isInteger(wait) && wait >= 1 && wait <= 60, `Retry-After ${wait}: what the client obeys is at most a minute`);

  // The default client waits as it was told and has its answer; on a machine that is slow enough the limit may be over before it asks.
  for (let i = 0; i < 20; i++) {
    await exhaust(key);
    sent = 0;
    assert.equal((await chat(clientOf(key, 2))).choices[0].message.content, expected);
    if (sent > 1) {
      return;
    }
  }
  assert.fail('it was never told to wait');
}

const checks = {
  'requests a minute are waited for': () => isWaitedFor(requests),
  'tokens a minute are waited for': () => isWaitedFor(tokens),
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
process.exit(failed === 0 ? 0 : 1);
