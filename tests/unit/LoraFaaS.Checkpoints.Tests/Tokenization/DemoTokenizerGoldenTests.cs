using System.Text.Json.Nodes;
using LoraFaaS.Checkpoints.Tests.Support;
using LoraFaaS.Checkpoints.Tokenization;

namespace LoraFaaS.Checkpoints.Tests.Tokenization;

public sealed class DemoTokenizerGoldenTests
{
    private static readonly Tokenizer Demo = Tokenizers.Demo();

    [Fact]
    public void Every_case_encodes_and_decodes_as_the_reference()
    {
        var cases = JsonNode.Parse(File.ReadAllText(Repository.Golden("tokenizer.json")))!["cases"]!.AsArray();
        Assert.Equal(93, cases.Count);

        foreach (var one in cases)
        {
            var text = one!["text"]!.GetValue<string>();
            var ids = one["ids"]!.AsArray().Select(i => i!.GetValue<int>()).ToArray();
            Assert.Equal(ids, Demo.Encode(text, parsesSpecial: true, addsSpecial: false));
            Assert.Equal(one["decoded_skip_special"]!.GetValue<string>(), Demo.Decode(ids, skipsSpecial: true));

            var asText = one["ids_special_as_text"]?.AsArray().Select(i => i!.GetValue<int>()).ToArray() ?? ids;
            Assert.Equal(asText, Demo.Encode(text, parsesSpecial: false, addsSpecial: false));
        }
    }

    [Fact]
    public void Unfinished_characters_decode_to_one_replacement_and_are_held_back_in_a_stream()
    {
        foreach (var one in JsonNode.Parse(File.ReadAllText(Repository.Golden("tokenizer.json")))!["decode_bytes"]!.AsArray())
        {
            var ids = one!["ids"]!.AsArray().Select(i => i!.GetValue<int>()).ToArray();
            Assert.Equal(one["text"]!.GetValue<string>(), Demo.Decode(ids, skipsSpecial: true));

            var stream = Demo.Decoder(skipsSpecial: true, continuesText: true);
            Assert.All(ids, id => Assert.Equal(string.Empty, stream.Push(id)));
            Assert.True(stream.HasPending);
            Assert.Equal("\uFFFD", stream.Finish());
        }
    }

    [Fact]
    public void Marked_stretches_never_become_special_tokens()
    {
        const string Text = "<|user|>say <|eos|> twice<|eos|>";
        var marked = new MarkedText(Text, [new TextRange(8, "say <|eos|> twice".Length)]);

        var ids = Demo.Encode(marked, parsesSpecial: true, addsSpecial: false);

        Assert.Equal(2556, ids[0]);
        Assert.Equal(2555, ids[^1]);
        Assert.All(ids[1..^1], id => Assert.False(Demo.IsSpecial(id)));
        Assert.Equal(Text, Demo.Decode(ids, skipsSpecial: false));
    }

    [Fact]
    public void A_special_token_may_not_be_finished_from_a_marked_stretch()
    {
        var marked = new MarkedText("<|eos|>", [new TextRange(6, 1)]);
        Assert.All(Demo.Encode(marked, parsesSpecial: true, addsSpecial: false), id => Assert.False(Demo.IsSpecial(id)));
    }

    [Fact]
    public void Ids_and_names_are_known()
    {
        Assert.Equal(2555, Demo.IdOf("<|eos|>"));
        Assert.Equal("<|eos|>", Demo.TokenOf(2555));
        Assert.Null(Demo.TokenOf(-1));
        Assert.Null(Demo.TokenOf(1 << 30));
        Assert.Equal(2560, Demo.VocabularySize);
        Assert.Equal(" a"u8, Demo.BytesOf(258));
        Assert.Equal(("<|bos|>", "<|eos|>"), (Demo.Config.BosToken, Demo.Config.EosToken));
        Assert.Equal(string.Empty, Demo.Decode([-5, 1 << 30], skipsSpecial: true));
    }
}
