using System.Text;
using LoraFaaS.Checkpoints.Tests.Support;
using LoraFaaS.Checkpoints.Tokenization;

namespace LoraFaaS.Checkpoints.Tests.Tokenization;

public sealed class TokenizerPropertyTests
{
    public static TheoryData<string> Families => [.. Tokenizers.Families];

    [Fact]
    public void Any_text_comes_back_from_a_byte_level_vocabulary()
    {
        var tokenizer = Tokenizers.Demo();
        var random = new Random(31);
        for (var round = 0; round < 2_000; round++)
        {
            var text = RandomText(random);
            Assert.Equal(text, tokenizer.Decode(tokenizer.Encode(text, parsesSpecial: false, addsSpecial: false), skipsSpecial: true));
        }
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void A_stream_gives_what_the_whole_decode_gives(string family)
    {
        var tokenizer = Tokenizers.OfFamily(family);
        var random = new Random(8);
        for (var round = 0; round < 300; round++)
        {
            var ids = tokenizer.Encode(RandomText(random), parsesSpecial: true, addsSpecial: true);
            var stream = tokenizer.Decoder(skipsSpecial: true, continuesText: false);
            var text = new StringBuilder();
            foreach (var id in ids)
            {
                var piece = stream.Push(id);
                Assert.True(IsWhole(piece), "a piece ends inside a character");
                text.Append(piece);
            }

            text.Append(stream.Finish());
            Assert.Equal(tokenizer.Decode(ids, skipsSpecial: true), text.ToString());
        }
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Any_ids_stream_without_harm(string family)
    {
        var tokenizer = Tokenizers.OfFamily(family);
        var random = new Random(9);
        for (var round = 0; round < 200; round++)
        {
            var stream = tokenizer.Decoder(skipsSpecial: random.Next(2) == 0, continuesText: random.Next(2) == 0);
            for (var i = 0; i < 30; i++)
            {
                Assert.True(IsWhole(stream.Push(random.Next(-1, tokenizer.VocabularySize + 1))));
            }

            stream.Finish();
            Assert.False(stream.HasPending);
        }
    }

    [Fact]
    public void A_stream_that_continues_a_prompt_keeps_the_first_space()
    {
        var tokenizer = Tokenizers.OfFamily("llama2-style");
        var ids = tokenizer.Encode("the order", parsesSpecial: false, addsSpecial: false);

        Assert.Equal("the order", tokenizer.Decode(ids, skipsSpecial: true));

        var stream = tokenizer.Decoder(skipsSpecial: true, continuesText: true);
        Assert.Equal(" the order", string.Concat(ids.Select(stream.Push)) + stream.Finish());
    }

    [Theory]
    [InlineData("llama2-style")]
    [InlineData("llama3-style")]
    public void A_very_long_word_is_merged_in_reasonable_work(string family)
    {
        var tokenizer = Tokenizers.OfFamily(family);
        var text = string.Concat(Enumerable.Repeat("ererinanthe", 10_000));

        var ids = tokenizer.Encode(text, parsesSpecial: true, addsSpecial: false);

        Assert.True(ids.Length < text.Length);
        Assert.Equal(text, tokenizer.Decode(ids, skipsSpecial: true));
    }

    [Fact]
    public void Many_threads_encode_alike()
    {
        var tokenizer = Tokenizers.Demo();
        var texts = Enumerable.Range(0, 200).Select(i => RandomText(new Random(i))).ToArray();
        var expected = texts.Select(t => tokenizer.Encode(t, parsesSpecial: true, addsSpecial: false)).ToArray();
        var fresh = Tokenizers.Demo();

        Parallel.For(0, 800, i => Assert.Equal(expected[i % 200], fresh.Encode(texts[i % 200], parsesSpecial: true, addsSpecial: false)));
    }

    private static bool IsWhole(string piece) =>
        piece.Length == 0 || (!char.IsHighSurrogate(piece[^1]) && !char.IsLowSurrogate(piece[0]));

    internal static string RandomText(Random random)
    {
        string[] common = ["the ", "Hello", " and", "\n", "  ", "é", "日本", "🦊", "1234", "<|eos|>", "'s", "\t", "e\u0301"];
        var text = new StringBuilder();
        for (var i = random.Next(1, 20); i > 0; i--)
        {
            if (random.Next(2) == 0)
            {
                text.Append(common[random.Next(common.Length)]);
                continue;
            }

            int code;
            do
            {
                code = random.Next(4) switch { 0 => random.Next(0x80), 1 => random.Next(0x800), 2 => random.Next(0x10000), _ => random.Next(0x110000) };
            }
            while (!Rune.IsValid(code));

            text.Append(new Rune(code));
        }

        return text.ToString();
    }
}
