using System.Text;
using LoraFaaS.Contracts.Errors;
using LoraFaaS.Gateway.OpenAi;
using LoraFaaS.Gateway.Requests;

namespace LoraFaaS.Gateway.Tests.Requests;

public sealed class ChatRequestParserTests
{
    private const string Hello = """ "model":"echo","messages":[{"role":"user","content":"hello"}] """;

    [Theory]
    [InlineData("""{"messages":[{"role":"user","content":"x"}]}""", "model")]
    [InlineData("""{"model":7,"messages":[{"role":"user","content":"x"}]}""", "model")]
    [InlineData("""{"model":"echo"}""", "messages")]
    [InlineData("""{"model":"echo","messages":null}""", "messages")]
    [InlineData("""{"model":"echo","messages":[]}""", "messages")]
    [InlineData("""{"model":"echo","messages":{}}""", "messages")]
    [InlineData("""{"model":"echo","messages":["x"]}""", "messages[0]")]
    [InlineData("""{"model":"echo","messages":[{"content":"x"}]}""", "messages[0].role")]
    [InlineData("""{"model":"echo","messages":[{"role":"wizard","content":"x"}]}""", "messages[0].role")]
    [InlineData("""{"model":"echo","messages":[{"role":"user","content":"x"},{"role":"user"}]}""", "messages[1].content")]
    [InlineData("""{"model":"echo","messages":[{"role":"user","content":7}]}""", "messages[0].content")]
    [InlineData("""{"model":"echo","messages":[{"role":"user","content":["x"]}]}""", "messages[0].content[0]")]
    [InlineData("""{"model":"echo","messages":[{"role":"user","content":[{"type":"text"}]}]}""", "messages[0].content[0].text")]
    [InlineData("""{"model":"echo","messages":[{"role":"user","content":[{"type":"text","text":"a"},{"type":"image_url"}]}]}""", "messages[0].content[1].type")]
    [InlineData("""{"model":"echo","messages":[{"role":"assistant","tool_calls":{}}]}""", "messages[0].tool_calls")]
    [InlineData("""{"model":"echo","messages":[{"role":"assistant","tool_calls":[{},7]}]}""", "messages[0].tool_calls[1]")]
    [InlineData("""{"model":"echo","messages":[{"role":"assistant","function_call":"f"}]}""", "messages[0].function_call")]
    [InlineData("""{"model":"echo","messages":[{"role":"assistant","content":[{"type":"refusal"}]}]}""", "messages[0].content[0].refusal")]
    public void Bad_messages_are_refused_by_their_path(string json, string field) => Assert.Equal(field, ProblemOf(json).Field);

    [Theory]
    [InlineData("\"temperature\":-0.1", "temperature")]
    [InlineData("\"temperature\":2.1", "temperature")]
    [InlineData("\"temperature\":\"hot\"", "temperature")]
    [InlineData("\"temperature\":1e999", "temperature")]
    [InlineData("\"top_p\":0", "top_p")]
    [InlineData("\"top_p\":1.01", "top_p")]
    [InlineData("\"top_k\":-2", "top_k")]
    [InlineData("\"min_p\":2", "min_p")]
    [InlineData("\"max_tokens\":0", "max_tokens")]
    [InlineData("\"max_tokens\":-5", "max_tokens")]
    [InlineData("\"max_tokens\":1.5", "max_tokens")]
    [InlineData("\"max_tokens\":99999999999", "max_tokens")]
    [InlineData("\"max_completion_tokens\":\"ten\"", "max_completion_tokens")]
    [InlineData("\"presence_penalty\":3", "presence_penalty")]
    [InlineData("\"frequency_penalty\":-3", "frequency_penalty")]
    [InlineData("\"repetition_penalty\":0", "repetition_penalty")]
    [InlineData("\"seed\":1.5", "seed")]
    [InlineData("\"stop\":7", "stop")]
    [InlineData("\"stop\":[\"a\",\"b\",\"c\",\"d\",\"e\"]", "stop")]
    [InlineData("\"stop\":[\"\"]", "stop")]
    [InlineData("\"stop\":[1]", "stop")]
    [InlineData("\"n\":0", "n")]
    [InlineData("\"n\":33", "n")]
    [InlineData("\"n\":\"2\"", "n")]
    [InlineData("\"stream\":\"yes\"", "stream")]
    [InlineData("\"stream_options\":{\"include_usage\":true}", "stream_options")]
    [InlineData("\"stream\":true,\"stream_options\":{\"include_usage\":1}", "stream_options.include_usage")]
    [InlineData("\"logprobs\":1", "logprobs")]
    [InlineData("\"top_logprobs\":3", "top_logprobs")]
    [InlineData("\"logprobs\":true,\"top_logprobs\":21", "top_logprobs")]
    [InlineData("\"logit_bias\":[]", "logit_bias")]
    [InlineData("\"logit_bias\":{\"x\":1}", "logit_bias")]
    [InlineData("\"logit_bias\":{\"5\":101}", "logit_bias")]
    [InlineData("\"response_format\":\"text\"", "response_format")]
    [InlineData("\"response_format\":{\"type\":\"xml\"}", "response_format.type")]
    [InlineData("\"response_format\":{\"type\":\"json_schema\"}", "response_format.json_schema.schema")]
    [InlineData("\"modalities\":[\"text\",\"audio\"]", "modalities")]
    [InlineData("\"audio\":{\"voice\":\"x\",\"format\":\"wav\"}", "audio")]
    [InlineData("\"web_search_options\":{}", "web_search_options")]
    [InlineData("\"functions\":[{\"name\":\"x\"}]", "functions")]
    [InlineData("\"function_call\":{\"name\":\"x\"}", "function_call")]
    [InlineData("\"tools\":{}", "tools")]
    [InlineData("\"tools\":[{\"type\":\"custom\",\"custom\":{\"name\":\"x\"}}]", "tools[0].type")]
    [InlineData("\"tool_choice\":{\"type\":\"custom\",\"custom\":{\"name\":\"x\"}}", "tool_choice.type")]
    [InlineData("\"tool_choice\":{\"type\":\"allowed_tools\"}", "tool_choice.allowed_tools")]
    [InlineData("\"tool_choice\":{\"type\":\"allowed_tools\",\"allowed_tools\":{\"mode\":\"auto\",\"tools\":[]}}", "tool_choice.allowed_tools.tools")]
    [InlineData("\"tool_choice\":{\"type\":\"allowed_tools\",\"allowed_tools\":{\"mode\":\"auto\",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"x\"}}]}}", "tool_choice.allowed_tools.tools[0]")]
    [InlineData("\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"x\"}}],\"tool_choice\":{\"type\":\"allowed_tools\",\"allowed_tools\":{\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"x\"}}]}}", "tool_choice.allowed_tools.mode")]
    public void A_bad_field_is_refused_by_its_name(string field, string name)
    {
        var problem = ProblemOf($"{{{Hello},{field}}}");

        Assert.Equal(ErrorCode.InvalidRequest, problem.Code);
        Assert.Equal(name, problem.Field);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("not json")]
    [InlineData("{\"model\":\"echo\",}")]
    [InlineData("[]")]
    [InlineData("\"text\"")]
    [InlineData("null")]
    public void What_is_no_JSON_object_is_refused(string body) => Assert.Equal(ErrorCode.InvalidRequest, ProblemOf(body).Code);

    [Fact]
    public void Half_a_surrogate_pair_is_refused_and_does_not_throw() =>
        Assert.Equal(ErrorCode.InvalidRequest, ProblemOf("""{"model":"echo","messages":[{"role":"user","content":"\ud800"}]}""").Code);

    [Fact]
    public void Bytes_that_are_not_UTF8_are_refused() =>
        Assert.NotNull(ChatRequestParser.Parse("{\"model\":\"\xff\"}"u8.ToArray().Select(b => b == 0xc3 ? (byte)0xff : b).ToArray(), 32).Problem);

    [Fact]
    public void Every_known_field_arrives()
    {
        var request = Parse($$$$"""
            {{{{{Hello}}}}, "temperature":0.5,"top_p":0.9,"top_k":-1,"min_p":0.1,"max_completion_tokens":7,"max_tokens":9,"seed":-4,"stop":"END",
             "n":3,"stream":true,"stream_options":{"include_usage":true},"logprobs":true,"top_logprobs":2,"presence_penalty":1,"frequency_penalty":-1,
             "repetition_penalty":1.1,"logit_bias":{"5":-100},"response_format":{"type":"json_schema","json_schema":{"name":"x","schema":{"type":"object"}}},
             "tools":[{"type":"function","function":{"name":"f"}}],"user":"me","store":false,"metadata":{"a":"b"}}
            """);

        Assert.Equal("echo", request.Options.Model);
        Assert.Equal(3, request.Options.Choices);
        Assert.True(request.Options.Stream && request.Options.IncludeUsage && request.Options.Logprobs);
        var sampling = request.Input.Sampling;
        Assert.Equal(0.5f, sampling.Temperature);
        Assert.Equal(0.9f, sampling.TopP);
        Assert.Equal(-1, sampling.TopK);
        Assert.Equal(7, sampling.MaxTokens);
        Assert.Equal(-4, sampling.Seed);
        Assert.Equal(["END"], sampling.Stop!);
        Assert.Equal(2, sampling.TopLogprobs);
        Assert.Equal(-100, sampling.LogitBias![5]);
        Assert.Equal("""{"type":"object"}""", sampling.JsonSchema);
        Assert.Equal("""[{"type":"function","function":{"name":"f"}}]""", request.Input.Prompt.Chat.ToolsJson);
        Assert.Null(request.Call);
    }

    [Theory]
    [InlineData("\"required\"", "[A]", "a", 0, true, """{"type":"object","properties":{"x":{"type":"integer"}}}""")]
    [InlineData("""{"type":"function","function":{"name":"b"}}""", "[A,B]", "b", 1, false, """{"type":"object","properties":{},"additionalProperties":false}""")]
    [InlineData(
        "\"required\"", "[A,B]", null, null, true,
        """{"anyOf":[{"type":"object","properties":{"name":{"const":"a"},"arguments":{"$id":"tool:0","type":"object","properties":{"x":{"type":"integer"}}}},"required":["name","arguments"],"additionalProperties":false},{"type":"object","properties":{"name":{"const":"b"},"arguments":{"$id":"tool:1","type":"object","properties":{},"additionalProperties":false}},"required":["name","arguments"],"additionalProperties":false}]}""")]
    public void A_call_that_has_to_be_made_is_held_to_its_parameters_whatever_else_was_asked_for(string choice, string tools, string? name, int? tool, bool required, string schema)
    {
        tools = tools
            .Replace("A", """{"type":"function","function":{"name":"a","parameters":{"type":"object","properties":{"x":{"type":"integer"}}}}}""", StringComparison.Ordinal)
            .Replace("B", """{"type":"function","function":{"name":"b"}}""", StringComparison.Ordinal);
        var request = Parse($$$"""{{{{Hello}}},"tools":{{{tools}}},"tool_choice":{{{choice}}},"response_format":{"type":"json_object"}}""");

        Assert.Equal(new ToolChoice(name, tool, schema, required), request.Call);
        Assert.Equal(schema, request.Input.Sampling.JsonSchema);
        Assert.Equal(tools, request.Input.Prompt.Chat.ToolsJson);
    }

    /// <summary>The model hears of all tools where the decoding holds it to some, and of those alone where nothing does.</summary>
    [Theory]
    [InlineData("auto", "[A]", null, "[A]")]
    [InlineData("auto", "[C,A,A]", null, "[A,C]")]
    [InlineData("required", "[B]", "b", "[A,B,C]")]
    [InlineData("required", "[C,A]", "", "[A,B,C]")]
    public void Allowed_tools_are_all_that_can_be_called(string mode, string allowed, string? called, string offered)
    {
        var request = Parse($$$$"""{{{{{Hello}}}},"tools":{{{{Tools("[A,B,C]")}}}},"tool_choice":{"type":"allowed_tools","allowed_tools":{"mode":"{{{{mode}}}}","tools":{{{{Tools(allowed)}}}} }}}""");

        Assert.Equal(Tools(offered), request.Input.Prompt.Chat.ToolsJson);
        Assert.Equal(called, request.Call is { } call ? call.Function ?? "" : null);

        if (called == "")
        {
            Assert.Contains("\"c\"", request.Call!.JsonSchema, StringComparison.Ordinal);
            Assert.DoesNotContain("\"b\"", request.Call.JsonSchema, StringComparison.Ordinal);
            var refusal = new Problem(ErrorCode.InvalidRequest, "The schema at /anyOf/1/properties/arguments/properties/x: not is not supported.", "response_format");
            Assert.Equal("tools[2].function.parameters", request.Call.Rename(refusal).Field);
        }

        static string Tools(string letters) => string.Concat(letters.Select(letter => letter switch
        {
            >= 'A' and <= 'C' => $$"""{"type":"function","function":{"name":"{{char.ToLowerInvariant(letter)}}"} }""",
            _ => letter.ToString(),
        }));
    }

    [Fact]
    public void Content_parts_become_one_text_and_developer_becomes_system()
    {
        var chat = Parse("""
            {"model":"echo","messages":[{"role":"developer","content":"be brief"},
             {"role":"user","content":[{"type":"text","text":"one"},{"type":"text","text":"two"}]},
             {"role":"assistant","content":null,"tool_calls":[{"id":"1"}]},{"role":"tool","content":"42","tool_call_id":"1"}]}
            """).Input.Prompt.Chat;

        Assert.Equal(["system", "user", "assistant", "tool"], chat.Messages.Select(message => message.Role));
        Assert.Equal("one\ntwo", chat.Messages[1].Content);
        Assert.Equal("""[{"id":"1"}]""", chat.Messages[2].ToolCallsJson);
        Assert.Equal("1", chat.Messages[3].ToolCallId);
    }

    [Theory]
    [InlineData("""{"role":"assistant","content":null,"tool_calls":[{"id":"1"}]}""", "assistant", "", """[{"id":"1"}]""")]
    [InlineData("""{"role":"assistant","tool_calls":[{"id":"1"}]}""", "assistant", "", """[{"id":"1"}]""")]
    [InlineData("""{"role":"assistant","content":"","tool_calls":[{"id":"1"}],"refusal":null,"audio":null}""", "assistant", "", """[{"id":"1"}]""")]
    [InlineData("""{"role":"assistant","content":[{"type":"text","text":"one"},{"type":"refusal","refusal":"no"}]}""", "assistant", "one\nno", "")]
    [InlineData("""{"role":"assistant","content":"hi","tool_calls":[]}""", "assistant", "hi", "")]
    [InlineData("""{"role":"assistant","content":"hi","tool_calls":null}""", "assistant", "hi", "")]
    [InlineData("""{"role":"assistant","content":null}""", "assistant", "", "")]
    [InlineData("""{"role":"assistant","content":null,"function_call":{"name":"f","arguments":"{}"}}""", "assistant", "", """[{"type":"function","function":{"name":"f","arguments":"{}"}}]""")]
    [InlineData("""{"role":"tool","content":[{"type":"text","text":"4"},{"type":"text","text":"2"}],"tool_call_id":"1"}""", "tool", "4\n2", "")]
    [InlineData("""{"role":"tool","content":[],"tool_call_id":"1"}""", "tool", "", "")]
    [InlineData("""{"role":"tool","content":null,"tool_call_id":"1"}""", "tool", "", "")]
    [InlineData("""{"role":"function","name":"f","content":"42"}""", "tool", "42", "")]
    public void What_clients_send_back_of_a_tool_conversation_is_taken(string message, string role, string content, string calls)
    {
        var taken = Parse($$"""{"model":"echo","messages":[{"role":"user","content":"x"},{{message}}]}""").Input.Prompt.Chat.Messages[1];

        Assert.Equal((role, content, calls), (taken.Role, taken.Content, taken.ToolCallsJson));
    }

    [Theory]
    [InlineData("The schema at /anyOf/1/properties/arguments/properties/x: not is not supported.", "tools[1].function.parameters", "The schema at /properties/x: not is not supported.")]
    [InlineData("The schema at /anyOf/12/properties/arguments: not is not supported.", "tools[12].function.parameters", "The schema at the root: not is not supported.")]
    [InlineData("The schema has more than 9 bytes.", "tools", "The schema has more than 9 bytes.")]
    public void A_joint_schemas_refusal_names_the_tool(string said, string field, string message)
    {
        var choice = new ToolChoice(null, null, "{}", Required: true);

        Assert.Equal(new Problem(ErrorCode.InvalidRequest, message, field), choice.Rename(new Problem(ErrorCode.InvalidRequest, said, "response_format")));
        Assert.Equal("max_tokens", choice.Rename(new Problem(ErrorCode.InvalidRequest, said, "max_tokens")).Field);
    }

    [Fact]
    public void One_tools_refusal_names_it_and_leaves_its_words()
    {
        var problem = new Problem(ErrorCode.InvalidRequest, "The schema at /anyOf/1: not is not supported.", "response_format");

        Assert.Equal(problem with { Field = "tools[2].function.parameters" }, new ToolChoice("f", 2, "{}", Required: true).Rename(problem));
    }

    /// <summary>What the official clients of late 2026 can send beside the prompt: hints, for the caller's own bookkeeping or about speed.</summary>
    [Fact]
    public void Hints_of_newer_clients_change_nothing()
    {
        var plain = Parse($$"""{{{Hello}},"stream":true}""");
        var hinted = Parse($$$"""
            {{{{Hello}}},"stream":true,"stream_options":{"include_obfuscation":false},"store":true,"metadata":{"run":"7"},"reasoning_effort":"low","verbosity":"low",
             "safety_identifier":"s","prompt_cache_key":"k","prompt_cache_retention":"24h","service_tier":"auto","parallel_tool_calls":false,"modalities":["text"],
             "prediction":{"type":"content","content":"hello"},"user":"u","functions":[],"function_call":"auto"}
            """);

        Assert.Equal(plain.Options, hinted.Options);
        Assert.Equal(plain.Input.Sampling, hinted.Input.Sampling);
        Assert.Equal(plain.Input.Prompt, hinted.Input.Prompt);
        Assert.Null(hinted.Call);
    }

    [Fact]
    public void Null_means_not_set()
    {
        var request = Parse($$"""{{{Hello}},"temperature":null,"stop":null,"n":null,"stream":null,"stream_options":null,"tools":null}""");

        Assert.Null(request.Input.Sampling.Temperature);
        Assert.Equal(1, request.Options.Choices);
    }

    private static ChatRequest Parse(string json)
    {
        var (request, problem) = ChatRequestParser.Parse(Encoding.UTF8.GetBytes(json), 32);
        Assert.Null(problem);
        return request!;
    }

    private static Problem ProblemOf(string json)
    {
        var (request, problem) = ChatRequestParser.Parse(Encoding.UTF8.GetBytes(json), 32);
        Assert.Null(request);
        return problem!;
    }
}
