using System.Text;
using LoraFaaS.Contracts.Errors;
using LoraFaaS.Contracts.Functions;
using LoraFaaS.Gateway.Functions;
using LoraFaaS.Gateway.Requests;
using LoraFaaS.Protocol.Data;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace LoraFaaS.Gateway.Tests.Functions;

public sealed class FunctionInputTests
{
    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData(null)]
    [InlineData("application/octet-stream")]
    public void Any_text_is_the_users_message(string? contentType) =>
        Assert.Equal("a=b&c=ü", Read("a=b&c=ü", contentType).Prompt.UserText);

    [Fact]
    public void A_raw_function_takes_it_as_the_prompt() =>
        Assert.Equal("once", Read("once", "text/plain", mode: PromptMode.Raw).Prompt.RawText);

    [Theory]
    [InlineData("""{"prompt":"hi","max_tokens":3}""")]
    [InlineData("""{"inputs":"hi","parameters":{"max_new_tokens":3}}""")]
    [InlineData("""{"text":"hi","max_tokens":3}""")]
    public void JSON_with_a_text_field_is_a_request(string json)
    {
        var input = Read(json, "application/json; charset=utf-8");

        Assert.Equal("hi", input.Prompt.UserText);
        Assert.Equal(3, input.Sampling.MaxTokens);
    }

    [Fact]
    public void JSON_with_messages_is_a_chat() =>
        Assert.Equal(Prompt.KindOneofCase.Chat, Read("""{"messages":[{"role":"user","content":"x"}]}""", "application/json").Prompt.KindCase);

    [Theory]
    [InlineData("""{"ticket":17}""")]
    [InlineData("""[1,2]""")]
    [InlineData("17")]
    public void Other_JSON_is_the_text_the_function_works_on(string json) => Assert.Equal(json, Read(json, "application/json").Prompt.UserText);

    [Theory]
    [InlineData("""{"prompt":7}""", "prompt")]
    [InlineData("""{"prompt":"x","temperature":9}""", "temperature")]
    [InlineData("""{"inputs":"x","parameters":{"top_p":7}}""", "parameters.top_p")]
    [InlineData("""{"messages":[]}""", "messages")]
    [InlineData("{", null)]
    public void Bad_JSON_is_refused(string json, string? field)
    {
        var problem = ProblemOf(Encoding.UTF8.GetBytes(json), "application/json");

        Assert.Equal(ErrorCode.InvalidRequest, problem.Code);
        Assert.Equal(field, problem.Field);
    }

    [Fact]
    public void What_is_not_UTF8_is_refused() => Assert.Contains("UTF-8", ProblemOf([0x61, 0xff, 0x62], "text/plain").Message, StringComparison.Ordinal);

    [Fact]
    public void The_query_wins_over_the_body()
    {
        var sampling = Read("""{"prompt":"x","temperature":0.5,"seed":1}""", "application/json", "?temperature=1.5&stop=a&stop=b&max_tokens=9").Sampling;

        Assert.Equal(1.5f, sampling.Temperature);
        Assert.Equal(1, sampling.Seed);
        Assert.Equal(9, sampling.MaxTokens);
        Assert.Equal(["a", "b"], sampling.Stop!);
    }

    [Theory]
    [InlineData("?temperature=3", "temperature")]
    [InlineData("?temperature=NaN", "temperature")]
    [InlineData("?top_p=0", "top_p")]
    [InlineData("?max_tokens=ten", "max_tokens")]
    [InlineData("?max_tokens=0", "max_tokens")]
    [InlineData("?seed=1.5", "seed")]
    [InlineData("?stop=a&stop=b&stop=c&stop=d&stop=e", "stop")]
    public void A_bad_query_parameter_is_refused_by_its_name(string query, string field) =>
        Assert.Equal(field, ProblemOf("x"u8.ToArray(), "text/plain", query).Field);

    private static InvocationInput Read(string body, string? contentType, string query = "", PromptMode mode = PromptMode.Chat)
    {
        var (input, problem) = FunctionInput.Read(Encoding.UTF8.GetBytes(body), contentType, QueryOf(query), mode);
        Assert.Null(problem);
        return input!;
    }

    private static Problem ProblemOf(byte[] body, string contentType, string query = "")
    {
        var (input, problem) = FunctionInput.Read(body, contentType, QueryOf(query), PromptMode.Chat);
        Assert.Null(input);
        return problem!;
    }

    private static QueryCollection QueryOf(string query) => new(QueryHelpers.ParseQuery(query));
}
