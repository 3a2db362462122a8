using System.Text;
using LoraFaaS.Checkpoints.Tokenization;
using LoraFaaS.Engine.Generation;
using LoraFaaS.TestKit.Files;

namespace LoraFaaS.Sandbox.Tests.Generation;

public sealed class GeneratedTextTests
{
    private static readonly Tokenizer Tokenizer =
        Tokenizer.Load(File.ReadAllBytes(RepositoryRoot.Of("deploy", "demo", "backbone", "tokenizer.json")), null).ValueOrThrow();

    [Theory]
    [InlineData("Plain words and 12 numbers.")]
    [InlineData("naïve façade, 🦊🦊 and 日本語 at once")]
    [InlineData("  spaces\n\n and\tcontrol \u0001")]
    public void Tokens_give_whole_characters_that_add_up_to_the_text(string text)
    {
        var generated = Stream([]);
        var pieces = new List<string>();

        foreach (var token in Ids(text))
        {
            var piece = new StringBuilder();
            Assert.True(generated.TryAppend(token, piece));
            pieces.Add(piece.ToString());
        }

        var rest = new StringBuilder();
        Assert.True(generated.Complete(rest));
        Assert.Equal(text, string.Concat(pieces) + rest);
        Assert.All(pieces, piece => Assert.DoesNotContain('\uFFFD', piece));
    }

    [Fact]
    public void A_stop_string_is_found_wherever_tokens_end()
    {
        const string Text = "one fox 🦊 two foxes 🦊🦊 three";
        var ids = Ids(Text);

        for (var start = 0; start < Text.Length; start++)
        {
            for (var length = 1; length <= Text.Length - start; length++)
            {
                var stop = Text.Substring(start, length);

                // Half a surrogate pair is no text a caller can send.
                if (!char.IsLowSurrogate(stop[0]) && !char.IsHighSurrogate(stop[^1]))
                {
                    Assert.Equal(Text[..Text.IndexOf(stop, StringComparison.Ordinal)], Until(stop, ids));
                }
            }
        }
    }

    [Fact]
    public void Bytes_that_never_become_a_character_come_out_as_a_replacement_at_the_end()
    {
        var ids = Ids("🦊")[..^1];
        var output = new StringBuilder();
        var generated = Stream([]);

        foreach (var token in ids)
        {
            generated.TryAppend(token, output);
        }

        Assert.Equal("", output.ToString());
        Assert.True(generated.Complete(output));
        Assert.Equal("\uFFFD", output.ToString());
    }

    private static string Until(string stop, int[] ids)
    {
        var generated = Stream([stop]);
        var output = new StringBuilder();

        foreach (var token in ids)
        {
            if (!generated.TryAppend(token, output))
            {
                Assert.Equal(stop, generated.StoppedBy);
                return output.ToString();
            }
        }

        Assert.False(generated.Complete(output));
        return output.ToString();
    }

    private static GeneratedText Stream(string[] stops) => new(Tokenizer.Decoder(skipsSpecial: true, continuesText: true), new StopMatcher(stops));

    private static int[] Ids(string text) => Tokenizer.Encode(text, parsesSpecial: false, addsSpecial: false);
}
