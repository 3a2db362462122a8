using System.Text;
using LoraFaaS.Contracts.Errors;
using LoraFaaS.Gateway.OpenAi;
using LoraFaaS.Protocol.Data;

namespace LoraFaaS.Gateway.Tests.Requests;

public sealed class TextRequestParserTests
{
    [Theory]
    [InlineData("""{"model":"echo"}""", "prompt")]
    [InlineData("""{"model":"echo","prompt":[]}""", "prompt")]
    [InlineData("""{"model":"echo","prompt":7}""", "prompt")]
    [InlineData("""{"model":"echo","prompt":["a",1]}""", "prompt")]
    [InlineData("""{"model":"echo","prompt":[1,-1]}""", "prompt")]
    [InlineData("""{"model":"echo","prompt":[[]]}""", "prompt")]
    [InlineData("""{"model":"echo","prompt":["a","b","c"],"n":20}""", "prompt")]
    [InlineData("""{"model":"echo","prompt":"a","logprobs":6}""", "logprobs")]
    [InlineData("""{"model":"echo","prompt":"a","logprobs":true}""", "logprobs")]
    [InlineData("""{"model":"echo","prompt":"a","logprobs":6,"echo":true}""", "logprobs")]
    [InlineData("""{"model":"echo","prompt":"a","max_tokens":-1,"echo":true}""", "max_tokens")]
    [InlineData("""{"model":"echo","prompt":"a","n":3,"best_of":2}""", "best_of")]
    [InlineData("""{"model":"echo","prompt":"a","best_of":2,"stream":true}""", "best_of")]
    [InlineData("""{"model":"echo","prompt":"a","best_of":0}""", "best_of")]
    [InlineData("""{"model":"echo","prompt":["a","b"],"best_of":20}""", "prompt")]
    [InlineData("""{"model":"echo","prompt":"a","suffix":"b"}""", "suffix")]
    [InlineData("""{"model":"echo","prompt":"a","echo":"yes"}""", "echo")]
    [InlineData("""{"model":"echo","prompt":"a","max_tokens":0}""", "max_tokens")]
    public void A_bad_field_is_refused_by_its_name(string json, string field)
    {
        var (request, problem) = TextRequestParser.Parse(Encoding.UTF8.GetBytes(json), 32);

        Assert.Null(request);
        Assert.Equal(field, problem!.Field);
        Assert.Equal(ErrorCode.InvalidRequest, problem.Code);
    }

    [Fact]
    public void A_string_is_one_raw_prompt_and_sixteen_tokens_are_the_default()
    {
        var request = Parse("""{"model":"echo","prompt":"a"}""");

        Assert.Equal("a", Assert.Single(request.Prompts).RawText);
        Assert.Equal(16, request.Sampling.MaxTokens);
        Assert.Null(request.Sampling.TopLogprobs);
    }

    [Fact]
    public void Token_ids_and_lists_of_prompts_are_taken()
    {
        Assert.Equal([1, 2, 3], Assert.Single(Parse("""{"model":"echo","prompt":[1,2,3]}""").Prompts).Tokens.Ids);
        Assert.Equal(["a", "b"], Parse("""{"model":"echo","prompt":["a","b"]}""").Prompts.Select(prompt => prompt.RawText));
        Assert.Equal([Prompt.KindOneofCase.Tokens, Prompt.KindOneofCase.Tokens], Parse("""{"model":"echo","prompt":[[1],[2]]}""").Prompts.Select(prompt => prompt.KindCase));
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(1, false)]
    public void A_prompt_may_be_repeated_with_its_log_probabilities_and_nothing_behind_it(int maxTokens, bool promptOnly)
    {
        var sampling = Parse($$"""{"model":"echo","prompt":"a","logprobs":1,"echo":true,"max_tokens":{{maxTokens}}}""").Sampling;

        Assert.Equal((true, 1, 1, promptOnly), (sampling.Echo, sampling.TopLogprobs, sampling.MaxTokens, sampling.PromptOnly));
    }

    private static TextRequest Parse(string json)
    {
        var (request, problem) = TextRequestParser.Parse(Encoding.UTF8.GetBytes(json), 32);
        Assert.Null(problem);
        return request!;
    }
}
