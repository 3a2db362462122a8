using System.Text;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Gateway.Admission;
using LoraFaaS.Gateway.Forwarding;
using LoraFaaS.Gateway.Functions;
using LoraFaaS.Gateway.OpenAi;
using LoraFaaS.Gateway.Requests;
using LoraFaaS.Gateway.Tests.Fakes;
using LoraFaaS.Protocol.Data;
using Microsoft.AspNetCore.Http;

namespace LoraFaaS.Gateway.Tests.OpenAi;

/// <summary>Bytes as the clients get them, letter by letter.</summary>
public sealed class GoldenRenderingTests : IDisposable
{
    private static readonly CompletionOptions Asked = new() { Model = "echo" };
    private static readonly CompletionHead Head = new("id-1", 1_700_000_000, "echo", "fp_1");

    private readonly DefaultHttpContext _context = new();
    private readonly MemoryStream _body = new();
    private readonly Invocation _invocation = new(new CallId("call"), "chat", TimeProvider.System, _ => { }, null) { Usage = UsageKey.Draw() };

    public GoldenRenderingTests() => _context.Response.Body = _body;

    public void Dispose()
    {
        _invocation.Dispose();
        _body.Dispose();
    }

    [Fact]
    public async Task Chat_stream()
    {
        await StreamAsync(new ChatShape(Head, false), includeUsage: true, Choice(0, Given.Started()), Choice(0, Given.Tokens("Hé", 1)), Choice(0, Given.Tokens("", 2)), Choice(0, Given.Tokens("\"\n", 3)), Choice(0, Given.Finished(3)));

        Assert.Equal(
            """
            data: {"id":"id-1","object":"chat.completion.chunk","created":1700000000,"model":"echo","choices":[{"index":0,"delta":{"role":"assistant","content":""},"logprobs":null,"finish_reason":null}],"system_fingerprint":"fp_1"}

            data: {"id":"id-1","object":"chat.completion.chunk","created":1700000000,"model":"echo","choices":[{"index":0,"delta":{"content":"Hé"},"logprobs":null,"finish_reason":null}],"system_fingerprint":"fp_1"}

            data: {"id":"id-1","object":"chat.completion.chunk","created":1700000000,"model":"echo","choices":[{"index":0,"delta":{"content":"\"\n"},"logprobs":null,"finish_reason":null}],"system_fingerprint":"fp_1"}

            data: {"id":"id-1","object":"chat.completion.chunk","created":1700000000,"model":"echo","choices":[{"index":0,"delta":{},"logprobs":null,"finish_reason":"stop"}],"system_fingerprint":"fp_1"}

            data: {"id":"id-1","object":"chat.completion.chunk","created":1700000000,"model":"echo","choices":[],"system_fingerprint":"fp_1","usage":{"prompt_tokens":5,"completion_tokens":3,"total_tokens":8,"prompt_tokens_details":{"cached_tokens":2}}}

            data: [DONE]


            """, Written());
        Assert.Equal("text/event-stream", _context.Response.ContentType);
    }

    [Fact]
    public async Task Call_stream_of_a_function_that_is_known()
    {
        await StreamAsync(new ToolCallShape(Head, new ToolChoice("f", 0, "{}", Required: false), false), includeUsage: false, Choice(0, Given.Started()), Choice(0, Given.Tokens("{\"x\":", 1)), Choice(0, Given.Tokens("1}", 2)), Choice(0, Given.Finished(2)));

        Assert.Equal(
            """
            data: {"id":"id-1","object":"chat.completion.chunk","created":1700000000,"model":"echo","choices":[{"index":0,"delta":{"role":"assistant","tool_calls":[{"index":0,"id":"call_1_0","type":"function","function":{"name":"f","arguments":""}}]},"logprobs":null,"finish_reason":null}],"system_fingerprint":"fp_1"}

            data: {"id":"id-1","object":"chat.completion.chunk","created":1700000000,"model":"echo","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{\"x\":"}}]},"logprobs":null,"finish_reason":null}],"system_fingerprint":"fp_1"}

            data: {"id":"id-1","object":"chat.completion.chunk","created":1700000000,"model":"echo","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"1}"}}]},"logprobs":null,"finish_reason":null}],"system_fingerprint":"fp_1"}

            data: {"id":"id-1","object":"chat.completion.chunk","created":1700000000,"model":"echo","choices":[{"index":0,"delta":{},"logprobs":null,"finish_reason":"stop"}],"system_fingerprint":"fp_1"}

            data: [DONE]


            """, Written());
    }

    [Theory]
    [InlineData("{\"name\":\"g\", \"arguments\": {\"y\":\"é\"} }", FinishReason.Stop, """{"tool_calls":[{"index":0,"id":"call_1_0","type":"function","function":{"name":"g","arguments":"{\"y\":\"é\"}"}}]}""", "tool_calls")]
    [InlineData("{\"name\":\"g\", \"argu", FinishReason.Length, null, "length")]
    public async Task Call_stream_of_whichever_function_the_text_names(string text, FinishReason reason, string? delta, string says)
    {
        await StreamAsync(new ToolCallShape(Head, new ToolChoice(null, null, "{}", Required: true), false), includeUsage: false, Choice(0, Given.Started()), Choice(0, Given.Tokens(text[..9], 1)), Choice(0, Given.Tokens(text[9..], 2)), Choice(0, Given.Finished(2, reason)));

        const string Before = """data: {"id":"id-1","object":"chat.completion.chunk","created":1700000000,"model":"echo","choices":[{"index":0,"delta":""";
        string Event(string delta, string reason) => $"{Before}{delta},\"logprobs\":null,\"finish_reason\":{reason}}}],\"system_fingerprint\":\"fp_1\"}}\n\n";
        Assert.Equal(Event("{\"role\":\"assistant\"}", "null") + (delta is null ? "" : Event(delta, "null")) + Event("{}", $"\"{says}\"") + "data: [DONE]\n\n", Written());
    }

    [Fact]
    public async Task Completion_stream_with_echo_and_length()
    {
        var started = Given.Started();
        started.Started.PromptText = "Once ";
        await StreamAsync(new TextShape(Head, false), includeUsage: false, Choice(0, started), Choice(0, Given.Tokens("upon", 1)), Choice(0, Given.Finished(1, FinishReason.Length)));

        Assert.Equal(
            """
            data: {"id":"id-1","object":"text_completion","created":1700000000,"model":"echo","choices":[{"text":"Once ","index":0,"logprobs":null,"finish_reason":null}],"system_fingerprint":"fp_1"}

            data: {"id":"id-1","object":"text_completion","created":1700000000,"model":"echo","choices":[{"text":"upon","index":0,"logprobs":null,"finish_reason":null}],"system_fingerprint":"fp_1"}

            data: {"id":"id-1","object":"text_completion","created":1700000000,"model":"echo","choices":[{"text":"","index":0,"logprobs":null,"finish_reason":"length"}],"system_fingerprint":"fp_1"}

            data: [DONE]


            """, Written());
    }

    [Fact]
    public async Task An_error_in_the_middle_is_an_event_and_nothing_follows()
    {
        await StreamAsync(new TextShape(Head, false), includeUsage: true, Choice(0, Given.Started()), Choice(0, Given.Tokens("a", 1)), Choice(0, Given.Failed("deadline_exceeded", "too late")));

        Assert.EndsWith(
            """
            data: {"error":{"message":"too late","type":"server_error","param":null,"code":"deadline_exceeded"}}


            """, Written(), StringComparison.Ordinal);
        Assert.DoesNotContain("[DONE]", Written(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_error_before_anything_is_a_status()
    {
        await StreamAsync(new TextShape(Head, false), includeUsage: false, Choice(0, Given.Progress("adapter", 100)), Choice(0, Given.Failed("queue_full", "come back")));

        Assert.Equal(429, _context.Response.StatusCode);
        Assert.Equal("""{"error":{"message":"come back","type":"rate_limit_error","param":null,"code":"queue_full"}}""", Written());
    }

    [Fact]
    public async Task Chat_whole_with_logprobs_and_a_token_that_ends_inside_a_character()
    {
        var tokens = Given.Tokens("é", 1, 2);
        tokens.Tokens.Logprobs.Add(new TokenLogprob { Logprob = -0.5f, Token = Google.Protobuf.ByteString.CopyFrom(0xc3), Top = { new TopLogprob { Id = 7, Logprob = -1, Token = Google.Protobuf.ByteString.CopyFromUtf8("a") } } });
        tokens.Tokens.Logprobs.Add(new TokenLogprob { Logprob = float.NegativeInfinity, Token = Google.Protobuf.ByteString.CopyFrom(0xa9) });

        await new CompletionRenderer(_context, _invocation, new ChatShape(Head, true), new UsageCount(1))
            .RenderAsync(Given.Stream(Choice(0, Given.Started()), Choice(0, tokens), Choice(0, Given.Finished(2))), 1, Asked);

        Assert.Equal(
            """{"id":"id-1","object":"chat.completion","created":1700000000,"model":"echo","choices":[{"index":0,"message":{"role":"assistant","content":"é","refusal":null},"logprobs":{"content":[{"token":"bytes:\\xc3","logprob":-0.5,"bytes":[195],"top_logprobs":[{"token":"a","logprob":-1,"bytes":[97]}]},{"token":"bytes:\\xa9","logprob":-9999,"bytes":[169],"top_logprobs":[]}]},"finish_reason":"stop"}],"usage":{"prompt_tokens":5,"completion_tokens":2,"total_tokens":7,"prompt_tokens_details":{"cached_tokens":2}},"system_fingerprint":"fp_1"}""",
            Written());
        Assert.Equal("door=0,activation=0,connect=0,admission=0,queue=1.25,sandbox=0,map=0,kernels=0,adapter=3.4,prompt=0,prefix=0,prefill=5.6,relay=0,transport=0.25,flush=0;tier=disk,backbone=host,sandbox=warm,prefix=none", _context.Response.Headers["X-Lorafaas-Cold-Start"]);
    }

    [Fact]
    public async Task Completions_of_several_prompts_keep_their_indices_and_count_each_prompt_once()
    {
        await new CompletionRenderer(_context, _invocation, new TextShape(Head, false), new UsageCount(2)).RenderAsync(
            Given.Stream(
                Choice(3, Given.Tokens("d", 1)), Choice(0, Given.Tokens("a", 1)), Choice(2, Given.Tokens("c", 1)), Choice(1, Given.Tokens("b", 1)),
                Choice(1, Given.Finished(1)), Choice(0, Given.Finished(1)), Choice(3, Given.Finished(1)), Choice(2, Given.Finished(1))),
            4,
            Asked);

        Assert.Contains("\"choices\":[{\"text\":\"a\",\"index\":0", Written(), StringComparison.Ordinal);
        Assert.Contains("{\"text\":\"d\",\"index\":3", Written(), StringComparison.Ordinal);
        Assert.Contains("\"prompt_tokens\":10,\"completion_tokens\":4,", Written(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Text_logprobs_keep_their_offsets_across_events()
    {
        await StreamAsync(new TextShape(Head, true), includeUsage: false, Choice(0, WithLogprob("ab", -1)), Choice(0, WithLogprob("c", -2)), Choice(0, Given.Finished(2)));

        Assert.Contains("""{"tokens":["ab"],"token_logprobs":[-1],"top_logprobs":[{"ab":-1}],"text_offset":[0]}""", Written(), StringComparison.Ordinal);
        Assert.Contains("""{"tokens":["c"],"token_logprobs":[-2],"top_logprobs":[{"c":-2}],"text_offset":[2]}""", Written(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_repeated_prompt_has_its_log_probabilities_before_those_of_the_answer()
    {
        const string Prompt = """{"tokens":["On","ce "],"token_logprobs":[null,-3],"top_logprobs":[null,{"e":-1,"ce ":-3}],"text_offset":[0,2]}""";

        await StreamAsync(new TextShape(Head, true), includeUsage: false, Choice(0, Repeated()), Choice(0, WithLogprob("upon", -1)), Choice(0, Given.Finished(1)));

        Assert.Contains("{\"text\":\"Once \",\"index\":0,\"logprobs\":" + Prompt, Written(), StringComparison.Ordinal);
        Assert.Contains("""{"tokens":["upon"],"token_logprobs":[-1],"top_logprobs":[{"upon":-1}],"text_offset":[5]}""", Written(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_repeated_prompt_and_its_answer_are_one_list_when_they_come_as_a_whole()
    {
        await new CompletionRenderer(_context, _invocation, new TextShape(Head, true), new UsageCount(1))
            .RenderAsync(Given.Stream(Choice(0, Repeated()), Choice(0, WithLogprob("upon", -1)), Choice(0, Given.Finished(1))), 1, Asked);

        Assert.Contains(
            """{"text":"Once upon","index":0,"logprobs":{"tokens":["On","ce ","upon"],"token_logprobs":[null,-3,-1],"top_logprobs":[null,{"e":-1,"ce ":-3},{"upon":-1}],"text_offset":[0,2,5]}""",
            Written(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Function_event_stream()
    {
        await RenderFunctionAsync(FunctionFormat.EventStream, Given.Progress("activation", 0), Given.Started(), Given.Tokens("pos", 1), Given.Tokens("itive", 2), Given.Finished());

        Assert.Equal(
            """
            event: progress
            data: {"stage":"activation"}

            event: token
            data: {"text":"pos"}

            event: token
            data: {"text":"itive"}

            event: done
            data: {"finish_reason":"stop","usage":{"prompt_tokens":5,"completion_tokens":2,"total_tokens":7,"prompt_tokens_details":{"cached_tokens":2}},"cold_start":{"door_ms":0,"activation_ms":0,"connect_ms":0,"admission_ms":0,"queue_ms":1.25,"sandbox_ms":0,"map_ms":0,"kernels_ms":0,"adapter_ms":3.4,"prompt_ms":0,"prefix_ms":0,"prefill_ms":5.6,"relay_ms":0,"transport_ms":0.25,"flush_ms":0,"ttft_ms":10.5,"decode_ms":0,"adapter_tier":"disk","backbone_tier":"host","sandbox_warm":true,"prefix_cached":false}}


            """, Written());
    }

    [Fact]
    public async Task Function_lines_of_JSON()
    {
        await RenderFunctionAsync(FunctionFormat.Ndjson, Given.Tokens("a", 1), Given.Failed("internal", "it broke"));

        Assert.Equal(
            """
            {"event":"token","text":"a"}
            {"event":"error","code":"internal","message":"it broke"}

            """, Written());
    }

    private static GenerateEvent Repeated()
    {
        var started = Given.Started();
        started.Started.PromptText = "Once ";
        started.Started.PromptLogprobs.Add(new TokenLogprob { Token = Google.Protobuf.ByteString.CopyFromUtf8("On") });
        started.Started.PromptLogprobs.Add(new TokenLogprob { Logprob = -3, Token = Google.Protobuf.ByteString.CopyFromUtf8("ce "), Top = { new TopLogprob { Id = 7, Logprob = -1, Token = Google.Protobuf.ByteString.CopyFromUtf8("e") } } });
        return started;
    }

    private static GenerateEvent WithLogprob(string text, float logprob)
    {
        var tokens = Given.Tokens(text, 1);
        tokens.Tokens.Logprobs.Add(new TokenLogprob { Logprob = logprob, Token = Google.Protobuf.ByteString.CopyFromUtf8(text) });
        return tokens;
    }

    private static ChoiceEvent Choice(int index, GenerateEvent happened) => new(index, happened);

    private Task StreamAsync(ICompletionShape shape, bool includeUsage, params ChoiceEvent[] events) =>
        new CompletionStreamRenderer(_context, _invocation, shape, new UsageCount(1), includeUsage).RenderAsync(Given.Stream(events));

    private Task RenderFunctionAsync(FunctionFormat format, params GenerateEvent[] events) =>
        new FunctionStreamRenderer(_context, _invocation, format).RenderAsync(Given.Stream(events));

    private string Written() => Encoding.UTF8.GetString(_body.ToArray());
}
