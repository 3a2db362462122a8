using System.Text.Json.Nodes;

namespace LoraFaaS.Gateway.Tests.EndToEnd;

/// <summary>The contract's traps (section 0) and its rows for Knative (5), CloudEvents (6) and OpenAI (8), each over HTTP: what is asked, and what must be said.</summary>
public sealed class ContractTableTests(WarmGateway warm) : IClassFixture<WarmGateway>
{
    private const string Chat = "/v1/chat/completions";
    private const string Text = "/v1/completions";
    private const string Json = "Content-Type: application/json";
    private const string Event = "Content-Type: application/cloudevents+json";
    private const string Binary = "ce-specversion: 1.0|ce-type: t|ce-source: /s|ce-id: 1";
    private const string EchoHost = "Host: echo.openfaas-fn.fn.example.com";

    [Theory]
    [InlineData("4: faas-cli's suffix is the default namespace", "POST", "/function/echo.openfaas-fn", "", "x", 200, "0 1 2 3 4 5 ")]
    [InlineData("5: invoked without credentials", "POST", "/function/echo", "", "x", 200, "0 1 2 3 4 5 ")]
    [InlineData("5: an empty bearer, as faas-cli sends without a login", "POST", "/function/echo", "Authorization: Bearer ", "x", 200, "0 1 2 3 4 5 ")]
    [InlineData("5: health is open", "GET", "/healthz", "", null, 200, "ok")]
    [InlineData("9: an empty name", "POST", "/function/.openfaas-fn", "", "x", 404, ".openfaas-fn")]
    [InlineData("9: no such function", "POST", "/function/none", "", "x", 404, "error finding function none.openfaas-fn")]
    [InlineData("a name of other characters is no route", "POST", "/function/a%20b", "", "x", 404, "404 page not found")]
    [InlineData("a climbing path", "POST", "/function/..%2f..%2fsystem%2ffunctions", "", "x", 404, "404 page not found")]
    [InlineData("an unknown route", "GET", "/nothing", "", null, 404, "404 page not found")]
    [InlineData("a wrong method", "TRACE", "/function/echo", "", null, 405, "")]
    [InlineData("a wrong method, asynchronous", "GET", "/async-function/echo", "", null, 405, "")]
    [InlineData("control without credentials", "GET", "/system/functions", "", null, 401, "invalid credentials")]
    [InlineData("control with an empty bearer is 401, not 400", "GET", "/system/functions", "Authorization: Bearer ", null, 401, "invalid credentials")]
    [InlineData("control with broken base64", "GET", "/system/functions", "Authorization: Basic %%%", null, 401, "invalid credentials")]
    public Task OpenFaas(string trap, string method, string path, string headers, string? body, int status, string says) =>
        RowAsync(trap, method, path, headers, body, status, says);

    [Theory]
    [InlineData("POST", "/function/echo", 200)]
    [InlineData("GET", "/function/echo", 200)]
    [InlineData("POST", "/function/none", 404)]
    [InlineData("POST", "/function/echo?max_tokens=-1", 400)]
    public async Task Trap_10_every_reply_of_a_function_has_its_id_and_its_time(string method, string path, int status)
    {
        var (response, body) = await warm.AskAsync(method, path, "", method == "GET" ? null : "x");

        Assert.True(status == (int)response.StatusCode, body);
        Assert.True(Guid.TryParse(Assert.Single(response.Headers.GetValues("X-Call-Id")), out _));
        Assert.Equal(19, Assert.Single(response.Headers.GetValues("X-Start-Time")).Length);
    }

    [Theory]
    [InlineData("routing is by host", "POST", "/", EchoHost, "x", 200, "0 1 2 3 4 5 ")]
    [InlineData("whatever its case and port", "POST", "/", "Host: ECHO.openfaas-fn.FN.example.com:8080", "x", 200, "0 1 2 3 4 5 ")]
    [InlineData("every path is the function's", "GET", "/system/functions", EchoHost, null, 200, "0 1 2 3 4 5 ")]
    [InlineData("an unknown host is 404", "GET", "/", "Host: none.openfaas-fn.fn.example.com", null, 404, "none.openfaas-fn")]
    [InlineData("a host too deep is 404", "GET", "/", "Host: a.b.c.fn.example.com", null, 404, "404 page not found")]
    [InlineData("the activator's probe", "GET", "/", "K-Network-Probe: activator", null, 200, "activator")]
    [InlineData("the queue's probe", "GET", "/", "K-Network-Probe: queue", null, 200, "queue")]
    [InlineData("a probe of nobody", "GET", "/", "K-Network-Probe: other", null, 400, "unexpected probe header value")]
    [InlineData("a probe at a function's host", "GET", "/", EchoHost + "|K-Network-Probe: queue", null, 200, "queue")]
    [InlineData("the kubelet's probe", "GET", "/any", "User-Agent: kube-probe/1.30", null, 200, "")]
    [InlineData("the activator's headers do not reach the function", "POST", "/function/echo", "Knative-Serving-Namespace: a|Knative-Serving-Revision: b|K-Proxy-Request: activator", "x", 200, "0 1 2 3 4 5 ")]
    public Task Knative(string row, string method, string path, string headers, string? body, int status, string says) =>
        RowAsync(row, method, path, headers, body, status, says);

    [Theory]
    [InlineData("binary", Binary + "|Content-Type: text/plain", "x", 200, "0 1 2 3 4 5 ")]
    [InlineData("binary without a type", "ce-specversion: 1.0|ce-source: /s|ce-id: 1", "x", 400, "type")]
    [InlineData("binary without an id", "ce-specversion: 1.0|ce-source: /s|ce-type: t", "x", 400, "id")]
    [InlineData("binary without a source", "ce-specversion: 1.0|ce-id: 1|ce-type: t", "x", 400, "source")]
    [InlineData("binary with an empty id", "ce-specversion: 1.0|ce-source: /s|ce-type: t|ce-id: ", "x", 400, "id")]
    [InlineData("binary of another version", "ce-specversion: 0.3|ce-source: /s|ce-type: t|ce-id: 1", "x", 400, "specversion")]
    [InlineData("binary with a time that is none", Binary + "|ce-time: yesterday", "x", 400, "time")]
    [InlineData("the data's type is Content-Type alone", Binary + "|ce-datacontenttype: text/plain", "x", 400, "datacontenttype")]
    [InlineData("data is no attribute", Binary + "|ce-data: x", "x", 400, "data")]
    [InlineData("a header that is no UTF-8", Binary + "|ce-subject: %C3%28", "x", 400, "subject")]
    [InlineData("quotes, then one round of percent-decoding", Binary + "|ce-subject: \"a%2520b\"|Accept: application/cloudevents+json", "x", 200, "\"subject\":\"a%20b\"")]
    [InlineData("structured", Event, """{"specversion":"1.0","id":"1","source":"/s","type":"t","data":"x"}""", 200, "io.lorafaas.function.reply")]
    [InlineData("structured, null is absent", Event, """{"specversion":"1.0","id":"1","source":"/s","type":"t","subject":null,"data":"x"}""", 200, "causationid")]
    [InlineData("structured, bytes", Event, """{"specversion":"1.0","id":"1","source":"/s","type":"t","datacontenttype":"text/plain","data_base64":"eA=="}""", 200, "causationid")]
    [InlineData("structured, data twice", Event, """{"specversion":"1.0","id":"1","source":"/s","type":"t","data":"x","data_base64":"eA=="}""", 400, "data")]
    [InlineData("structured, bad base64", Event, """{"specversion":"1.0","id":"1","source":"/s","type":"t","data_base64":"%"}""", 400, "data_base64")]
    [InlineData("structured, no JSON", Event, "{", 400, "JSON")]
    [InlineData("structured, no id", Event, """{"specversion":"1.0","source":"/s","type":"t"}""", 400, "id")]
    [InlineData("structured, another format", "Content-Type: application/cloudevents+avro", "x", 415, "application/cloudevents+json")]
    [InlineData("a batch nobody asked for", "Content-Type: application/cloudevents-batch+json", "[]", 415, "batches")]
    public Task CloudEvents(string row, string headers, string body, int status, string says) =>
        RowAsync(row, "POST", "/function/echo", headers, body, status, says);

    [Fact]
    public async Task An_event_of_64_KiB_passes_and_options_says_that_events_are_posted()
    {
        var body = $$"""{"specversion":"1.0","id":"1","source":"/s","type":"t","data":"{{new string('x', 64 << 10)}}"}""";
        Assert.Equal(200, (int)(await warm.AskAsync("POST", "/function/echo", Event, body)).Response.StatusCode);

        var (options, _) = await warm.AskAsync("OPTIONS", "/function/echo", "", null);
        Assert.Contains("POST", options.Content.Headers.Allow);
    }

    [Theory]
    [InlineData(Text, """{"model":"echo","prompt":"a"}""", 200, null, "\"object\":\"text_completion\"")]
    [InlineData(Text, """{"model":"echo","prompt":["a","b"]}""", 200, null, "\"index\":1")]
    [InlineData(Text, """{"model":"echo","prompt":[1,2,3]}""", 200, null, "\"finish_reason\"")]
    [InlineData(Text, """{"model":"echo","prompt":[[1,2],[3]]}""", 200, null, "\"index\":1")]
    [InlineData(Text, """{"model":"echo","prompt":"a","max_tokens":3}""", 200, null, "\"finish_reason\":\"length\"")]
    [InlineData(Text, """{"model":"echo","prompt":"a","user":"u","suffix":null}""", 200, null, "cmpl-")]
    [InlineData(Text, """{"model":"echo"}""", 400, "prompt", "prompt")]
    [InlineData(Text, """{"model":"echo","prompt":[]}""", 400, "prompt", "prompt")]
    [InlineData(Text, """{"model":"echo","prompt":"a","max_tokens":-1}""", 400, "max_tokens", "max_tokens")]
    [InlineData(Text, """{"model":"echo","prompt":"a","logprobs":6}""", 400, "logprobs", "logprobs")]
    [InlineData(Text, """{"model":"echo","prompt":"a","stop":["1","2","3","4","5"]}""", 400, "stop", "stop")]
    [InlineData(Text, """{"model":"echo","prompt":"a","temperature":-0.1}""", 400, "temperature", "temperature")]
    [InlineData(Text, """{"model":"echo","prompt":"a","top_p":1.5}""", 400, "top_p", "top_p")]
    [InlineData(Text, """{"model":"echo","prompt":"a","n":0}""", 400, "n", "n")]
    [InlineData(Text, """{"model":"echo","prompt":"a","presence_penalty":3}""", 400, "presence_penalty", "presence_penalty")]
    [InlineData(Text, """{"prompt":"a"}""", 400, "model", "model")]
    [InlineData(Text, """{"model":"none","prompt":"a"}""", 404, "model", "model_not_found")]
    [InlineData(Text, """{"model":"none","prompt":"a","stream":true}""", 404, "model", "model_not_found")]
    [InlineData(Text, "{", 400, null, "JSON")]
    [InlineData(Text, "", 400, null, "JSON")]
    [InlineData(Chat, """{"model":"echo","messages":[{"role":"developer","content":"be brief"},{"role":"user","content":[{"type":"text","text":"x"}]}]}""", 200, null, "\"object\":\"chat.completion\"")]
    [InlineData(Chat, """{"model":"echo","messages":[{"role":"user","content":"x"}],"max_completion_tokens":2}""", 200, null, "\"finish_reason\":\"length\"")]
    [InlineData(Chat, """{"model":"echo","messages":[{"role":"user","content":"x"}],"response_format":{"type":"json_object"}}""", 200, null, "\"role\":\"assistant\"")]
    [InlineData(Chat, """{"model":"echo","messages":[{"role":"user","content":"x"}],"response_format":{"type":"xml"}}""", 400, "response_format.type", "response_format")]
    [InlineData(Chat, """{"model":"echo","messages":[]}""", 400, "messages", "messages")]
    [InlineData(Chat, """{"model":"echo"}""", 400, "messages", "messages")]
    [InlineData(Chat, """{"model":"echo","messages":[{"role":"wizard","content":"x"}]}""", 400, "messages[0].role", "role")]
    [InlineData(Chat, """{"model":"echo","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"x"}}]}]}""", 400, "messages[0].content[0].type", "messages[0].content[0].type")]
    [InlineData(Chat, """{"model":"echo","messages":[{"role":"user","content":"x"}],"top_logprobs":2}""", 400, "top_logprobs", "logprobs")]
    [InlineData(Chat, """{"model":"echo","messages":[{"role":"user","content":"x"}],"logprobs":true,"top_logprobs":21}""", 400, "top_logprobs", "top_logprobs")]
    [InlineData(Chat, """{"model":"none","messages":[{"role":"user","content":"x"}],"stream":true}""", 404, "model", "model_not_found")]
    [InlineData(Chat, """{"model":"echo","messages":[{"role":"user","content":"x"}],"tool_choice":"required"}""", 400, "tool_choice", "needs tools")]
    [InlineData(Chat, """{"model":"echo","messages":[{"role":"user","content":"x"}],"tool_choice":"always"}""", 400, "tool_choice", "auto, required")]
    [InlineData(Chat, """{"model":"echo","messages":[{"role":"user","content":"x"}],"tool_choice":7}""", 400, "tool_choice", "auto, required")]
    [InlineData(Chat, """{"model":"echo","messages":[{"role":"user","content":"x"}],"tools":[{"type":"function","function":{"name":"a"}}],"tool_choice":{"type":"function","function":{"name":"b"}}}""", 400, "tool_choice", "one of tools")]
    [InlineData(Chat, """{"model":"echo","messages":[{"role":"user","content":"x"}],"tools":[{"type":"function"}]}""", 400, "tools[0].function.name", "is required")]
    [InlineData(Chat, """{"model":"echo","messages":[{"role":"user","content":"x"}],"tools":[{"type":"function","function":{"name":"a","parameters":"x"}}]}""", 400, "tools[0].function.parameters", "must be an object")]
    [InlineData(Chat, """{"model":"echo","messages":[{"role":"user","content":"x"}],"tools":[7]}""", 400, "tools[0]", "must be an object")]
    [InlineData(Chat, """{"model":"echo","messages":[{"role":"user","content":"x"}],"tools":{}}""", 400, "tools", "must be an array")]
    [InlineData(Chat, """{"model":"echo","messages":[{"role":"user","content":"x"}],"tools":[],"tool_choice":"none"}""", 200, null, "\"content\":")]
    public async Task OpenAi(string path, string body, int status, string? param, string says)
    {
        var (response, text) = await warm.AskAsync("POST", path, Json, body);

        Assert.True(status == (int)response.StatusCode, text);
        Assert.Contains(says, text, StringComparison.Ordinal);
        Assert.Equal("application/json", response.Content.Headers.ContentType!.MediaType);
        Assert.True(response.Headers.Contains("x-request-id"));

        if (status >= 400)
        {
            var error = JsonNode.Parse(text)!["error"]!.AsObject();
            Assert.Equal(["message", "type", "param", "code"], error.Select(field => field.Key));
            Assert.Equal(param, (string?)error["param"]);
        }
    }

    [Theory]
    [InlineData("POST", "/v1/embeddings", 404)]
    [InlineData("POST", "/v1/responses", 404)]
    [InlineData("GET", "/v1", 404)]
    [InlineData("DELETE", "/v1/models/echo", 405)]
    [InlineData("GET", "/v1/chat/completions", 405)]
    public async Task What_is_not_served_under_v1_is_said_as_its_clients_read_it(string method, string path, int status)
    {
        var (response, text) = await warm.AskAsync(method, path, method == "POST" ? Json : "", method == "POST" ? "{}" : null);

        Assert.True(status == (int)response.StatusCode, text);
        Assert.Equal(status == 405, response.Content.Headers.Allow.Count > 0);
        var error = JsonNode.Parse(text)!["error"]!;
        Assert.Equal($"{method} {path} is not served here.", error["message"]!.GetValue<string>());
        Assert.Equal("unknown_url", error["code"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("/v1/models", 200, "\"object\":\"list\"")]
    [InlineData("/v1/models/echo", 200, "\"parent\":\"lory-5m\"")]
    [InlineData("/v1/models/echo", 200, "\"owned_by\"")]
    [InlineData("/v1/models/a%2Fb", 404, "model_not_found")]
    public async Task Models(string path, int status, string says)
    {
        var (response, text) = await warm.AskAsync("GET", path, "", null);

        Assert.Equal(status, (int)response.StatusCode);
        Assert.Contains(says, text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Chat, """{"model":"echo","messages":[{"role":"user","content":"x"}],"stream":true,"stream_options":{"include_usage":true}}""", "chat.completion.chunk", "chatcmpl-")]
    [InlineData(Text, """{"model":"echo","prompt":"x","stream":true,"stream_options":{"include_usage":true}}""", "text_completion", "cmpl-")]
    public async Task A_stream_keeps_to_its_form(string path, string body, string kind, string id)
    {
        var (response, text) = await warm.AskAsync("POST", path, Json, body);
        var lines = text.Split("\n\n", StringSplitOptions.RemoveEmptyEntries);
        var chunks = lines[..^1].Select(line => JsonNode.Parse(line["data: ".Length..])!).ToList();

        Assert.Equal("text/event-stream", response.Content.Headers.ContentType!.MediaType);
        Assert.Equal("data: [DONE]", lines[^1]);
        Assert.StartsWith(id, (string)chunks[0]["id"]!, StringComparison.Ordinal);
        Assert.Single(chunks.Select(chunk => ((string?)chunk["id"], (long?)chunk["created"], (string?)chunk["model"], (string?)chunk["object"])).Distinct(), seen => seen.Item4 == kind);
        Assert.Single(chunks[..^1], chunk => chunk["choices"]![0]!["finish_reason"] is not null);
        Assert.All(chunks[..^1], chunk => Assert.Null(chunk["usage"]));
        Assert.Empty(chunks[^1]["choices"]!.AsArray());
        Assert.Equal((int)chunks[^1]["usage"]!["total_tokens"]!, (int)chunks[^1]["usage"]!["prompt_tokens"]! + (int)chunks[^1]["usage"]!["completion_tokens"]!);
    }

    private async Task RowAsync(string row, string method, string path, string headers, string? body, int status, string says)
    {
        var (response, text) = await warm.AskAsync(method, path, headers, body);

        Assert.True(status == (int)response.StatusCode, $"{row}: {(int)response.StatusCode} {text}");
        Assert.Contains(says, text, StringComparison.Ordinal);

        if (status == 401)
        {
            Assert.Equal("Basic realm=\"Restricted\"", response.Headers.WwwAuthenticate.ToString());
        }
    }
}
