using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using LoraFaaS.Gateway.Functions;
using LoraFaaS.Gateway.OpenAi;
using LoraFaaS.Gateway.Tests.Fakes;
using Microsoft.AspNetCore.Http;

namespace LoraFaaS.Gateway.Tests.EndToEnd;

/// <summary>Seeded and bounded: requests mutated from good ones. Whatever comes, the answer is a 2xx or a 4xx, and the door still works.</summary>
public sealed class FuzzTests
{
    private static readonly string[] Seeds =
    [
        """{"model":"echo","messages":[{"role":"user","content":"hello"}],"temperature":0.5,"max_tokens":3,"stop":["a","b"],"stream":true}""",
        """{"model":"echo","prompt":["a","b"],"n":2,"logprobs":1,"logit_bias":{"5":1},"seed":-3,"response_format":{"type":"json_object"}}""",
        """{"prompt":"h\u00e9llo","parameters":{"max_new_tokens":2},"top_p":0.9}""",
        """{"model":"echo","messages":[{"role":"user","content":[{"type":"text","text":"\ud83d\ude00"}]}],"tools":[{}],"stream_options":null}""",
        """{"model":"echo","messages":[{"role":"assistant","content":null,"tool_calls":[{"id":"a","function":{"name":"f","arguments":"{}"}}]},{"role":"tool","tool_call_id":"a","content":[{"type":"text","text":"x"}]}],"tools":[{"type":"function","function":{"name":"f","parameters":{"$ref":"#"}}},{"type":"function","function":{"name":"g"}}],"tool_choice":"required"}""",
        """{"model":"echo","messages":[{"role":"user","content":"x"}],"modalities":["text"],"tools":[{"type":"function","function":{"name":"f"}},{"type":"function","function":{"name":"g"}}],"tool_choice":{"type":"allowed_tools","allowed_tools":{"mode":"auto","tools":[{"type":"function","function":{"name":"g"}}]}}}""",
    ];

    private static readonly string[] Fragments =
    [
        "null", "-1", "1e400", "\"\\ud800\"", "\"\\u0000\"", "[]", "{}", "[[[[[[", "{\"a\":", "9223372036854775808", "true", "\"model\"", ",", ":", "\"", "\\", "-0", "0.1e-5", "\"messages\":[null]",
    ];

    [Fact]
    public void No_bytes_make_a_parser_throw()
    {
        var random = new Random(20_261_120);

        for (var i = 0; i < 20_000; i++)
        {
            var body = Mutate(random);

            var chat = ChatRequestParser.Parse(body, 32);
            var text = TextRequestParser.Parse(body, 32);
            var function = FunctionInput.Read(body, "application/json", QueryCollection.Empty, default);

            Assert.True(chat.Request is null != chat.Problem is null);
            Assert.True(text.Request is null != text.Problem is null);
            Assert.True(function.Input is null != function.Problem is null);
        }
    }

    [Fact]
    public void Random_values_in_every_field_make_no_parser_throw()
    {
        var random = new Random(7);
        string[] names = ["model", "messages", "prompt", "temperature", "max_tokens", "stop", "n", "stream", "stream_options", "logprobs", "top_logprobs", "logit_bias", "response_format", "tools", "tool_choice", "modalities", "audio", "functions", "function_call", "seed", "suffix", "best_of", "echo", "parameters", "inputs", "text"];

        for (var i = 0; i < 20_000; i++)
        {
            var fields = Enumerable.Range(0, random.Next(1, 8)).Select(_ => $"\"{names[random.Next(names.Length)]}\":{Value(random, 0)}");
            var body = Encoding.UTF8.GetBytes("{" + string.Join(',', fields) + "}");

            Assert.True(ChatRequestParser.Parse(body, 32) is (null, not null) or (not null, null));
            Assert.True(TextRequestParser.Parse(body, 32) is (null, not null) or (not null, null));
            Assert.True(FunctionInput.Read(body, "application/json", QueryCollection.Empty, default) is (null, not null) or (not null, null));
        }
    }

    [Fact]
    public async Task No_request_makes_the_door_fail()
    {
        var (gateway, _) = await RunningGateway.StartWarmAsync();
        await using var __ = gateway;
        var random = new Random(42);
        string[] paths = ["/v1/chat/completions", "/v1/completions", "/function/echo", "/function/echo?max_tokens=%ff&seed=x", "/v1/models/%ff%fe", "/function/%2e%2e/x", "/system/functions"];
        string[] accepts = ["*/*", "text/event-stream", ",,;;q=", "application/json", "application/x-ndjson, text/event-stream"];

        for (var i = 0; i < 400; i++)
        {
            var path = paths[random.Next(paths.Length)];
            using var request = new HttpRequestMessage(random.Next(8) == 0 ? HttpMethod.Get : HttpMethod.Post, path);
            request.Content = new ByteArrayContent(Mutate(random)) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
            request.Headers.TryAddWithoutValidation("Accept", accepts[random.Next(accepts.Length)]);
            request.Headers.TryAddWithoutValidation("X-Timeout", random.Next(20) == 0 ? "-1s" : "60s");

            using var response = await gateway.Http.SendAsync(request);
            await response.Content.ReadAsByteArrayAsync();

            Assert.True((int)response.StatusCode < 500, $"{path} answered {(int)response.StatusCode}");
        }

        Assert.Equal("0 1 2 3 4 5 ", await (await gateway.InvokeAsync("x")).Content.ReadAsStringAsync());
    }

    private static byte[] Mutate(Random random)
    {
        var body = new List<byte>(Encoding.UTF8.GetBytes(Seeds[random.Next(Seeds.Length)]));

        for (var i = random.Next(4); i > 0; i--)
        {
            var at = random.Next(body.Count);

            switch (random.Next(5))
            {
                case 0:
                    body[at] = (byte)random.Next(256);
                    break;
                case 1:
                    body.RemoveRange(at, Math.Min(random.Next(10), body.Count - at));
                    break;
                case 2:
                    body.InsertRange(at, Encoding.UTF8.GetBytes(Fragments[random.Next(Fragments.Length)]));
                    break;
                case 3:
                    body.RemoveRange(at, body.Count - at);
                    break;
                default:
                    body.InsertRange(at, body.GetRange(0, Math.Min(random.Next(40), body.Count)));
                    break;
            }

            if (body.Count == 0)
            {
                break;
            }
        }

        return [.. body];
    }

    private static string Value(Random random, int depth) => random.Next(depth > 3 ? 8 : 11) switch
    {
        0 => "null",
        1 => "true",
        2 => random.Next(-10, 100).ToString(System.Globalization.CultureInfo.InvariantCulture),
        3 => "1e300",
        4 => "0.25",
        5 => "\"echo\"",
        6 => "\"\\udc00x\"",
        7 => JsonSerializer.Serialize(new string((char)random.Next(32, 0x2fff), random.Next(4))),
        8 => $"[{string.Join(',', Enumerable.Range(0, random.Next(3)).Select(_ => Value(random, depth + 1)))}]",
        9 => $"{{\"type\":{Value(random, depth + 1)},\"\\ud800\":{Value(random, depth + 1)},\"role\":\"user\",\"content\":{Value(random, depth + 1)}}}",
        _ => $"{{\"include_usage\":{Value(random, depth + 1)},\"7\":1,\"schema\":{{}}}}",
    };
}
