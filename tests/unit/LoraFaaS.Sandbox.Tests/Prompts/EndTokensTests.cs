using System.Text;
using LoraFaaS.Checkpoints.Outcomes;
using LoraFaaS.Checkpoints.Tokenization;
using LoraFaaS.Sandbox.Prompts;
using LoraFaaS.TestKit.Files;

namespace LoraFaaS.Sandbox.Tests.Prompts;

public sealed class EndTokensTests
{
    private const int Vocabulary = 2560;

    [Theory]
    [InlineData("""{"eos_token_id": 7}""", null, new[] { 7 })]
    [InlineData("""{"eos_token_id": [7, 9]}""", null, new[] { 7, 9 })]
    [InlineData("""{"eos_token_id": null}""", null, new int[0])]
    [InlineData("{}", """{"eos_token": "<|eos|>"}""", new[] { 2555 })]
    [InlineData("""{"eos_token_id": 7}""", """{"eos_token": {"content": "<|eos|>"}}""", new[] { 7, 2555 })]
    [InlineData(null, """{"eos_token": "no such token"}""", new int[0])]
    public void Both_files_name_ends(string? generationConfig, string? tokenizerConfig, int[] expected) =>
        Assert.Equal(expected, Read(generationConfig, tokenizerConfig).Order());

    [Theory]
    [InlineData("""{"eos_token_id": 2560}""")]
    [InlineData("""{"eos_token_id": [-1]}""")]
    [InlineData("""{"eos_token_id": "7"}""")]
    [InlineData("""{"eos_token_id": 1.5}""")]
    [InlineData("[]")]
    [InlineData("{")]
    public void What_names_no_token_is_refused_by_its_file(string generationConfig)
    {
        var refused = Assert.Throws<RefusedException>(() => Read(generationConfig, null));

        Assert.StartsWith("generation_config.json", refused.Why.Field, StringComparison.Ordinal);
    }

    private static IEnumerable<int> Read(string? generationConfig, string? tokenizerConfig)
    {
        var tokenizer = Tokenizer.Load(File.ReadAllBytes(RepositoryRoot.Of("deploy", "demo", "backbone", "tokenizer.json")), Bytes(tokenizerConfig)).ValueOrThrow();
        return EndTokens.Read(Bytes(generationConfig), tokenizer, Vocabulary);
    }

    private static ReadOnlyMemory<byte>? Bytes(string? text) => text is null ? default(ReadOnlyMemory<byte>?) : Encoding.UTF8.GetBytes(text);
}
