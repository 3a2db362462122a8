using System.Text;
using System.Text.Json.Nodes;
using LoraFaaS.Checkpoints.Outcomes;
using LoraFaaS.Checkpoints.Tests.Support;
using LoraFaaS.Checkpoints.Tokenization;

namespace LoraFaaS.Checkpoints.Tests.Tokenization;

public sealed class TokenizerReaderTests
{
    [Theory]
    [InlineData("""{"normalizer":{"type":"NFKC"}}""", "normalizer.type")]
    [InlineData("""{"normalizer":{"type":"Replace","pattern":{"Regex":"x"},"content":"y"}}""", "normalizer.pattern")]
    [InlineData("""{"normalizer":{"type":"Sequence","normalizers":[{"type":"Lowercase"}]}}""", "normalizer.normalizers[0].type")]
    [InlineData("""{"pre_tokenizer":{"type":"BertPreTokenizer"}}""", "pre_tokenizer.type")]
    [InlineData("""{"pre_tokenizer":{"type":"Split","pattern":{"Regex":"(a"},"behavior":"Isolated"}}""", "pre_tokenizer.pattern.Regex")]
    [InlineData("""{"pre_tokenizer":{"type":"Split","pattern":{"Regex":"[a&&b]"},"behavior":"Isolated"}}""", "pre_tokenizer.pattern.Regex")]
    [InlineData("""{"pre_tokenizer":{"type":"Split","pattern":{"Regex":"\\p{Klingon}"},"behavior":"Isolated"}}""", "pre_tokenizer.pattern.Regex")]
    [InlineData("""{"pre_tokenizer":{"type":"Split","pattern":{"Regex":"a"},"behavior":"Odd"}}""", "pre_tokenizer.behavior")]
    [InlineData("""{"pre_tokenizer":{"type":"Sequence","pretokenizers":[{"type":"ByteLevel"},{"type":"Digits"}]}}""", "pre_tokenizer.pretokenizers[1].type")]
    [InlineData("""{"model":{"type":"Unigram","vocab":[]}}""", "model.type")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"a":0},"merges":["a b"]}}""", "model.merges[0]")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"a":0},"merges":["abc"]}}""", "model.merges[0]")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"a":-1},"merges":[]}}""", "model.vocab.a")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"a":2000000000},"merges":[]}}""", "model.vocab.a")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"a":0},"merges":[],"dropout":0.1}}""", "model.dropout")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"a":0},"merges":[],"unk_token":"x"}}""", "model.unk_token")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"a":0},"merges":[],"continuing_subword_prefix":"##"}}""", "model.continuing_subword_prefix")]
    [InlineData("""{"post_processor":{"type":"BertProcessing"}}""", "post_processor.type")]
    [InlineData("""{"decoder":{"type":"WordPiece"}}""", "decoder.type")]
    [InlineData("""{"decoder":{"type":"Strip","content":" ","start":1,"stop":0}}""", "decoder.type")]
    [InlineData("""{"added_tokens":[{"id":-4,"content":"x"}]}""", "added_tokens[0].id")]
    public void What_is_not_supported_is_named(string change, string path) => Assert.Equal(path, Refusals.Of(Load(change)).Field);

    [Fact]
    public void Survives_random_damage()
    {
        var random = new Random(77);
        foreach (var family in Tokenizers.Families)
        {
            var good = File.ReadAllBytes(Tokenizers.FileOf(family, "tokenizer.json"));
            for (var round = 0; round < 60; round++)
            {
                var json = (byte[])good.Clone();
                for (var flips = random.Next(1, 8); flips > 0; flips--)
                {
                    // Mostly in the components, which the vocabulary outweighs.
                    var at = random.Next(2) == 0 ? random.Next(json.Length) : random.Next(Math.Min(2_500, json.Length));
                    json[at] = random.Next(2) == 0 ? (byte)random.Next(256) : (byte)"0123456789{}[]\",:-.\\+*?()"[random.Next(25)];
                }

                if (Tokenizer.Load(json, null) is Reading<Tokenizer>.Accepted accepted)
                {
                    var ids = accepted.Value.Encode("Hello 123 wörld 🦊", parsesSpecial: true, addsSpecial: true);
                    accepted.Value.Decode(ids, skipsSpecial: true);
                }
            }
        }
    }

    [Fact]
    public void Special_tokens_of_the_configuration_are_texts_or_objects()
    {
        var config = TokenizerConfig.Parse(
            """{"bos_token":{"content":"<s>","lstrip":false},"eos_token":"</s>","chat_template":[{"name":"default","template":"a"},{"name":"tool_use","template":"b"}]}"""u8.ToArray())
            .ValueOrThrow();

        Assert.Equal(("<s>", "</s>", null, "a"), (config.BosToken, config.EosToken, config.PadToken, config.ChatTemplate));
        Assert.Equal("b", config.NamedTemplates["tool_use"]);
        Assert.Equal("bos_token", Refusals.Of(TokenizerConfig.Parse("""{"bos_token":5}"""u8.ToArray())).Field);
    }

    private static Reading<Tokenizer> Load(string change)
    {
        var json = JsonNode.Parse(File.ReadAllText(Tokenizers.FileOf("qwen2-style", "tokenizer.json")))!.AsObject();
        foreach (var (name, value) in JsonNode.Parse(change)!.AsObject())
        {
            json[name] = value?.DeepClone();
        }

        return Tokenizer.Load(Encoding.UTF8.GetBytes(json.ToJsonString()), null);
    }
}
