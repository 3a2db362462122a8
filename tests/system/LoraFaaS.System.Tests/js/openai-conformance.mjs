// The official JavaScript OpenAI client, unmodified, against a running platform:
//   node openai-conformance.mjs <baseUrl ending in /v1> <model> <prompt> <expected answer to it as a chat>
// One line a check, `ok name` or `FAIL name: why`; exit code 1 if any failed.
import assert from 'node:assert/strict';
import OpenAI, { BadRequestError, NotFoundError } from 'openai';

const [baseURL, model, prompt, expected] = process.argv.slice(2);
if (!expected) {
  console.error('usage: node openai-conformance.mjs <baseUrl> <model> <prompt> <expected>');
  process.exit(2);
}

// No retries: a 429 or 5xx is a finding here, not something to smooth over.
const client = new OpenAI({ baseURL, apiKey: 'any', maxRetries: 0, timeout: 240_000 });
const messages = [{ role: 'user', content: prompt }];
const chat = (more = {}) => client.chat.completions.create({ model, messages, temperature: 0, max_tokens: 200, ...more });
const text = (more = {}) => client.completions.create({ model, prompt, temperature: 0, max_tokens: 24, ...more });

async function collect(stream) {
  const chunks = [];
  for await (const chunk of stream) {
    chunks.push(chunk);
  }
  return chunks;
}

function checkUsage(usage) {
  assert.ok(usage.prompt_tokens > 0, 'prompt_tokens is positive');
  assert.ok(usage.completion_tokens > 0, 'completion_tokens is positive');
  assert.equal(usage.total_tokens, usage.prompt_tokens + usage.completion_tokens);
}

function checkOneIdentity(chunks) {
  assert.ok(chunks.length > 1, 'several chunks');
  assert.equal(new Set(chunks.map((c) => c.id)).size, 1, 'one id');
  assert.equal(new Set(chunks.map((c) => c.created)).size, 1, 'one created');
  assert.ok(chunks.every((c) => c.model === model), 'one model');
}

const reasons = (chunks) => chunks.flatMap((c) => c.choices).map((c) => c.finish_reason).filter((r) => r != null);
const contents = (chunks) => chunks.flatMap((c) => c.choices).map((c) => c.delta.content ?? '').join('');
const texts = (chunks) => chunks.flatMap((c) => c.choices).map((c) => c.text).join('');

const checks = {
  async 'models are listed'() {
    const ids = [];
    for await (const entry of client.models.list()) {
      assert.equal(entry.object, 'model');
      assert.ok(Number.isInteger(entry.created), 'created is seconds');
      ids.push(entry.id);
    }
    assert.ok(ids.includes(model), `${model} among ${ids}`);
  },
  async 'one model is retrieved'() {
    assert.equal((await client.models.retrieve(model)).id, model);
  },
  async 'an unknown model is not retrieved'() {
    await assert.rejects(client.models.retrieve('no-such-model'), NotFoundError);
  },
  async 'chat'() {
    const completion = await chat();
    assert.equal(completion.object, 'chat.completion');
    assert.equal(completion.model, model);
    assert.equal(completion.choices.length, 1);
    assert.equal(completion.choices[0].message.role, 'assistant');
    assert.equal(completion.choices[0].message.content, expected);
    assert.equal(completion.choices[0].finish_reason, 'stop');
    checkUsage(completion.usage);
  },
  async 'chat with content parts and max_completion_tokens'() {
    const completion = await client.chat.completions.create({
      model, temperature: 0, max_completion_tokens: 200, messages: [{ role: 'user', content: [{ type: 'text', text: prompt }] }],
    });
    assert.equal(completion.choices[0].message.content, expected);
  },
  async 'chat streams the same text'() {
    const chunks = await collect(await chat({ stream: true }));
    checkOneIdentity(chunks);
    assert.ok(chunks.every((c) => c.object === 'chat.completion.chunk'), 'object');
    assert.equal(chunks[0].choices[0].delta.role, 'assistant');
    assert.equal(contents(chunks), expected);
    assert.deepEqual(reasons(chunks), ['stop']);
    assert.ok(chunks.every((c) => c.usage == null), 'no usage unasked');
  },
  async 'chat streams usage last when asked'() {
    const chunks = await collect(await chat({ stream: true, stream_options: { include_usage: true } }));
    const last = chunks.at(-1);
    assert.deepEqual(last.choices, []);
    checkUsage(last.usage);
    assert.ok(chunks.slice(0, -1).every((c) => c.usage == null), 'no usage before the last chunk');
    assert.equal(contents(chunks), expected);
    assert.deepEqual(last.usage, (await chat()).usage);
  },
  async 'chat stops before a stop string'() {
    const at = Math.floor(expected.length / 2);
    const stop = expected.slice(at, at + 2);
    const whole = await chat({ stop });
    assert.equal(whole.choices[0].message.content, expected.slice(0, expected.indexOf(stop)));
    assert.equal(whole.choices[0].finish_reason, 'stop');
    const chunks = await collect(await chat({ stop: ['never in it', stop], stream: true }));
    assert.equal(contents(chunks), whole.choices[0].message.content);
    assert.deepEqual(reasons(chunks), ['stop']);
  },
  async 'chat max_tokens is exact'() {
    const full = (await chat()).usage.completion_tokens;
    const most = Math.max(1, Math.floor(full / 2));
    const completion = await chat({ max_tokens: most });
    assert.equal(completion.choices[0].finish_reason, 'length');
    assert.equal(completion.usage.completion_tokens, most);
    assert.ok(expected.startsWith(completion.choices[0].message.content), 'a beginning of the answer');
    const chunks = await collect(await chat({ max_tokens: most, stream: true, stream_options: { include_usage: true } }));
    assert.deepEqual(reasons(chunks), ['length']);
    assert.equal(chunks.at(-1).usage.completion_tokens, most);
  },
  async 'chat at temperature 0 repeats'() {
    const answers = await Promise.all(Array.from({ length: 4 }, () => chat()));
    answers.forEach((a) => assert.equal(a.choices[0].message.content, expected));
  },
  async 'chat with a seed repeats'() {
    const options = { temperature: 1.3, seed: 7, max_tokens: 24 };
    const [first, second] = [await chat(options), await chat(options)];
    assert.equal(first.choices[0].message.content, second.choices[0].message.content);
  },
  async 'chat with several choices'() {
    const completion = await chat({ n: 2 });
    assert.deepEqual(completion.choices.map((c) => c.index).sort(), [0, 1]);
    completion.choices.forEach((c) => assert.equal(c.message.content, expected));
  },
  async 'chat with logprobs'() {
    const completion = await chat({ logprobs: true, top_logprobs: 2, max_tokens: 3 });
    const content = completion.choices[0].logprobs.content;
    assert.ok(content.length >= 1 && content.length <= 3, 'one entry a token');
    content.forEach((t) => {
      assert.ok(t.logprob <= 0, 'a log-probability');
      assert.equal(t.top_logprobs.length, 2);
    });
  },
  async 'the stream helper of the client'() {
    const runner = client.chat.completions.stream({ model, messages, temperature: 0, max_tokens: 200 });
    assert.equal(await runner.finalContent(), expected);
  },
  async 'leaving a stream early harms nobody'() {
    const stream = await chat({ stream: true });
    for await (const chunk of stream) {
      assert.ok(chunk.id);
      break;
    }
    assert.equal((await chat()).choices[0].message.content, expected);
  },
  async 'a prompt is scored as evaluation harnesses ask for it'() {
    const scored = (more) => text({ prompt: `${prompt} ${expected}`, echo: true, logprobs: 1, ...more });
    const [alone, one] = [await scored({ max_tokens: 0 }), await scored({ max_tokens: 1 })];
    const { tokens, token_logprobs: scores, top_logprobs: tops, text_offset: offsets } = alone.choices[0].logprobs;
    assert.equal(alone.choices[0].finish_reason, 'length');
    assert.deepEqual([alone.usage.completion_tokens, one.usage.completion_tokens], [0, 1]);
    assert.ok(alone.choices[0].text.endsWith(`${prompt} ${expected}`), 'the prompt comes back');
    assert.equal(tokens.join(''), alone.choices[0].text);
    assert.equal(tokens.length, alone.usage.prompt_tokens);
    assert.deepEqual([scores[0], tops[0], offsets[0]], [null, null, 0]);
    for (let i = 1; i < tokens.length; i++) {
      assert.ok(scores[i] <= 0 && scores[i] === tops[i][tokens[i]] && scores[i] <= Math.max(...Object.values(tops[i])), `token ${i}`);
    }
    assert.deepEqual(one.choices[0].logprobs.token_logprobs.slice(0, -1), scores);
    const chunks = await collect(await scored({ max_tokens: 0, stream: true }));
    assert.equal(texts(chunks), alone.choices[0].text);
    assert.deepEqual(chunks.flatMap((c) => c.choices[0].logprobs?.token_logprobs ?? []), scores);
    assert.deepEqual(reasons(chunks), ['length']);
    const ids = await client.completions.create({ model, prompt: [[300, 301, 302], [303, 304]], max_tokens: 1, echo: true, logprobs: 1, temperature: 0 });
    assert.deepEqual(ids.choices.map((c) => c.logprobs.tokens.length), [4, 3]);
  },
  async 'completion'() {
    const completion = await text();
    assert.equal(completion.object, 'text_completion');
    assert.equal(completion.model, model);
    assert.equal(typeof completion.choices[0].text, 'string');
    assert.ok(['stop', 'length'].includes(completion.choices[0].finish_reason), completion.choices[0].finish_reason);
    checkUsage(completion.usage);
  },
  async 'completion streams the same text'() {
    const whole = await text();
    const chunks = await collect(await text({ stream: true, stream_options: { include_usage: true } }));
    assert.ok(chunks.every((c) => c.object === 'text_completion'), 'object');
    assert.equal(texts(chunks), whole.choices[0].text);
    assert.deepEqual(reasons(chunks), [whole.choices[0].finish_reason]);
    assert.deepEqual(chunks.at(-1).usage, whole.usage);
  },
  async 'completion max_tokens is exact'() {
    const completion = await text({ max_tokens: 1 });
    assert.equal(completion.usage.completion_tokens, 1);
  },
  async 'completion of several prompts'() {
    const completion = await text({ prompt: [prompt, prompt], max_tokens: 4 });
    assert.deepEqual(completion.choices.map((c) => c.index), [0, 1]);
    assert.equal(completion.choices[0].text, completion.choices[1].text);
  },
  async 'the likeliest of several completions'() {
    const options = { temperature: 1.3, seed: 7, max_tokens: 6, logprobs: 1 };
    const mean = ({ logprobs: { token_logprobs: scores } }) => scores.reduce((sum, score) => sum + score, 0) / scores.length;
    const all = (await text({ ...options, n: 4 })).choices.toSorted((a, b) => mean(b) - mean(a));
    const best = await text({ ...options, n: 2, best_of: 4 });
    assert.deepEqual(best.choices.map((c) => c.index), [0, 1]);
    assert.deepEqual(best.choices.map((c) => c.text), all.slice(0, 2).map((c) => c.text));
    const error = await text({ best_of: 2, stream: true }).then(() => null, (e) => e);
    assert.ok(error instanceof BadRequestError && error.param === 'best_of', String(error));
  },
  async 'a call that has to be made is made, whole and streamed'() {
    const weather = { type: 'function', function: { name: 'weather', parameters: { type: 'object', properties: { city: { type: 'string', enum: ['Oslo', 'Rome'] } }, required: ['city'], additionalProperties: false } } };
    const clock = { type: 'function', function: { name: 'clock' } };
    for (const [tools, tool_choice, names, reason] of [
      [[weather, clock], { type: 'function', function: { name: 'weather' } }, ['weather'], 'stop'],
      [[weather], 'required', ['weather'], 'tool_calls'],
      [[weather, clock], 'required', ['weather', 'clock'], 'tool_calls'],
    ]) {
      const [whole, streamed] = [await chat({ tools, tool_choice }), await client.chat.completions.stream({ model, messages, temperature: 0, max_tokens: 200, tools, tool_choice }).finalChatCompletion()];
      for (const { choices: [{ message, finish_reason }] } of [whole, streamed]) {
        const { name, arguments: text } = message.tool_calls[0].function;
        assert.equal(message.content, null);
        assert.ok(names.includes(name), name);
        assert.ok(name === 'clock' ? text.replaceAll(/\s/g, '') === '{}' : ['Oslo', 'Rome'].includes(JSON.parse(text).city), text);
        assert.equal(finish_reason, reason);
      }
      assert.equal(whole.choices[0].message.tool_calls[0].function.arguments, streamed.choices[0].message.tool_calls[0].function.arguments);
    }
    const free = await chat({ tools: [weather], tool_choice: 'none' });
    assert.equal(free.choices[0].message.content, expected);
    await assert.rejects(chat({ tools: [weather], tool_choice: { type: 'function', function: { name: 'clock' } } }), BadRequestError);
  },
  async 'some of the tools are allowed'() {
    const tool = (name, city) => ({ type: 'function', function: { name, parameters: { type: 'object', properties: { city: { const: city } }, required: ['city'], additionalProperties: false } } });
    const tools = [tool('one', 'Oslo'), tool('two', 'Rome'), tool('three', 'Bonn')];
    const allow = (mode, ...names) => ({ type: 'allowed_tools', allowed_tools: { mode, tools: names.map((name) => ({ type: 'function', function: { name } })) } });
    for (const [names, cities] of [[['two'], ['Rome']], [['three', 'two'], ['Rome', 'Bonn']]]) {
      for (const { choices: [{ message, finish_reason }] } of [
        await chat({ tools, tool_choice: allow('required', ...names) }),
        await client.chat.completions.stream({ model, messages, temperature: 0, max_tokens: 200, tools, tool_choice: allow('required', ...names) }).finalChatCompletion(),
      ]) {
        const { name, arguments: text } = message.tool_calls[0].function;
        assert.ok(names.includes(name) && cities.includes(JSON.parse(text).city), `${name} ${text}`);
        assert.equal(finish_reason, 'tool_calls');
      }
    }
    const free = await chat({ tools, tool_choice: allow('auto', 'two') });
    assert.equal(free.choices[0].message.content, (await chat({ tools: [tools[1]] })).choices[0].message.content);
    const error = await chat({ tools, tool_choice: allow('auto', 'four') }).then(() => null, (e) => e);
    assert.ok(error instanceof BadRequestError && error.param === 'tool_choice.allowed_tools.tools[0]', String(error));
  },
  async 'schemas name places and forbid repetition'() {
    const schema = {
      $defs: { City: { $anchor: 'city', enum: ['Oslo', 'Rome'] } },
      type: 'object', properties: { cities: { type: 'array', items: { $ref: '#city' }, uniqueItems: true, minItems: 2 } }, required: ['cities'], additionalProperties: false,
    };
    const { cities } = JSON.parse((await chat({ response_format: { type: 'json_schema', json_schema: { name: 'x', schema } } })).choices[0].message.content);
    assert.deepEqual(cities.toSorted(), ['Oslo', 'Rome']);
    for (const [part, named] of [[{ type: 'string', pattern: '(?=a)' }, 'pattern'], [{ type: 'array', items: { type: 'string' }, uniqueItems: true }, 'uniqueItems']]) {
      const error = await chat({ response_format: { type: 'json_schema', json_schema: { name: 'x', schema: { type: 'object', properties: { p: part }, required: ['p'] } } } }).then(() => null, (e) => e);
      assert.ok(error instanceof BadRequestError && error.message.includes('/properties/p') && error.message.includes(named), String(error));
    }
  },
  async 'what newer clients can say beside the prompt changes nothing, and what cannot be had is refused by name'() {
    const completion = await chat({
      store: false, metadata: { run: '7' }, reasoning_effort: 'low', verbosity: 'low', safety_identifier: 's', prompt_cache_key: 'k', service_tier: 'auto', modalities: ['text'],
      prediction: { type: 'content', content: expected }, user: 'u',
    });
    assert.equal(completion.choices[0].message.content, expected);
    const chunks = await collect(await chat({ stream: true, stream_options: { include_usage: true, include_obfuscation: true } }));
    assert.equal(contents(chunks), expected);
    for (const [field, more] of [['modalities', { modalities: ['text', 'audio'] }], ['web_search_options', { web_search_options: {} }], ['functions', { functions: [{ name: 'f' }] }]]) {
      const error = await chat(more).then(() => null, (e) => e);
      assert.ok(error instanceof BadRequestError && error.param === field, `${field}: ${error}`);
    }
    const responses = await client.responses.create({ model, input: prompt }).then(() => null, (e) => e);
    assert.ok(responses instanceof NotFoundError && responses.code === 'unknown_url' && responses.message.includes('/v1/responses'), String(responses));
  },
  async 'a conversation goes on after its tools have answered'() {
    const weather = { type: 'function', function: { name: 'weather', parameters: { type: 'object', properties: { city: { enum: ['Oslo', 'Rome'] } }, required: ['city'], additionalProperties: false } } };
    const first = (await chat({ tools: [weather], tool_choice: 'required' })).choices[0].message;
    assert.equal(first.content, null);
    const [call] = first.tool_calls;
    const result = (content) => ({ role: 'tool', tool_call_id: call.id, content });
    const assistant = (content) => ({ role: 'assistant', tool_calls: [call], ...content });
    const answers = [];
    for (const turns of [
      [first, result('4 degrees')],
      [assistant({ content: null }), result([{ type: 'text', text: '4 degrees' }])],
      [assistant({}), result('4 degrees')],
      [assistant({ content: '' }), result('4 degrees')],
    ]) {
      const { choices: [choice] } = await chat({ tools: [weather], messages: [...messages, ...turns] });
      assert.equal(typeof choice.message.content, 'string');
      answers.push(choice.message.content);
    }
    assert.equal(new Set(answers).size, 1, `one conversation, one answer: ${answers}`);
    await chat({ tools: [weather], messages: [...messages, assistant({ content: [{ type: 'text', text: 'Let me see.' }] }), result(''), { role: 'assistant', content: 'Cold.' }, { role: 'user', content: prompt }] });
    await chat({ messages: [...messages, { role: 'assistant', content: null, function_call: { name: 'weather', arguments: '{"cut' } }, { role: 'function', name: 'weather', content: '4' }] });
    const streamed = await client.chat.completions.stream({ model, messages: [...messages, first, result('4 degrees')], temperature: 0, max_tokens: 200, tools: [weather] }).finalContent();
    assert.equal(streamed, answers[0]);
    const ran = [];
    const runner = client.chat.completions.runTools({
      model, messages, temperature: 0, max_tokens: 200, tool_choice: { type: 'function', function: { name: 'weather' } },
      tools: [{ type: 'function', function: { ...weather.function, parse: JSON.parse, function: ({ city }) => { ran.push(city); return '4 degrees'; } } }],
    });
    await runner.done();
    assert.ok(ran.length === 1 && ['Oslo', 'Rome'].includes(ran[0]), String(ran));
  },
  async 'schemas keep the definitions they came with'() {
    const tool = (name, parameters) => ({ type: 'function', function: { name, parameters } });
    const pick = (value) => ({ $defs: { V: { const: value }, T: { type: 'object', properties: { v: { $ref: '#/$defs/V' } }, required: ['v'], additionalProperties: false } }, type: 'object', properties: { it: { $ref: '#/$defs/T' } }, required: ['it'], additionalProperties: false });
    const tools = [tool('one', pick(1)), tool('two', pick(2))];
    for (const tool_choice of ['required', { type: 'function', function: { name: 'two' } }]) {
      const { function: { name, arguments: text } } = (await chat({ tools, tool_choice })).choices[0].message.tool_calls[0];
      assert.equal(JSON.parse(text).it.v, name === 'one' ? 1 : 2, text);
    }
    const free = JSON.parse((await chat({ response_format: { type: 'json_schema', json_schema: { name: 'x', schema: pick(3) } } })).choices[0].message.content);
    assert.equal(free.it.v, 3);
    const broken = [tools[0], tool('bad', { type: 'object', properties: { x: { not: {} } }, required: ['x'] })];
    for (const tool_choice of ['required', { type: 'function', function: { name: 'bad' } }]) {
      const error = await chat({ tools: broken, tool_choice }).then(() => null, (e) => e);
      assert.ok(error instanceof BadRequestError, String(error));
      assert.equal(error.param, 'tools[1].function.parameters');
      assert.ok(error.message.includes('/properties/x') && !error.message.includes('anyOf'), error.message);
    }
  },
  async 'what is not served is said in words'() {
    const error = await client.embeddings.create({ model, input: prompt }).then(() => null, (e) => e);
    assert.ok(error instanceof NotFoundError && error.code === 'unknown_url' && error.message.includes('/v1/embeddings'), String(error));
  },
  async 'an unknown model is not found'() {
    await assert.rejects(chat({ model: 'no-such-model' }), NotFoundError);
    await assert.rejects(text({ model: 'no-such-model' }), NotFoundError);
  },
  async 'an unknown model is not found when streaming'() {
    await assert.rejects(chat({ model: 'no-such-model', stream: true }), NotFoundError);
    await assert.rejects(text({ model: 'no-such-model', stream: true }), NotFoundError);
  },
  async 'bad requests are refused and named'() {
    for (const [field, request] of [
      ['messages', () => chat({ messages: undefined })],
      ['messages', () => chat({ messages: [] })],
      ['max_tokens', () => chat({ max_tokens: -1 })],
      ['temperature', () => chat({ temperature: -0.5 })],
      ['temperature', () => chat({ temperature: 'hot' })],
      ['top_p', () => chat({ top_p: 1.5 })],
      ['prompt', () => text({ prompt: undefined })],
      ['stop', () => text({ stop: 7 })],
    ]) {
      const error = await request().then(() => null, (e) => e);
      assert.ok(error instanceof BadRequestError, `${field}: ${error}`);
      assert.ok(`${error.param} ${error.message}`.includes(field), `${field} named in: ${error.message}`);
    }
  },
  async 'a prompt over the context is refused by name'() {
    const error = await chat({ messages: [{ role: 'user', content: 'word '.repeat(20_000) }] }).then(() => null, (e) => e);
    assert.ok(error instanceof BadRequestError, String(error));
    assert.equal(error.code, 'context_length_exceeded');
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
process.exit(failed === 0 ? 0 : 1);
