using System.Text;
using LoraFaaS.Engine.Generation;

namespace LoraFaaS.Sandbox.Tests.Generation;

public sealed class StopMatcherTests
{
    [Fact]
    public void Any_way_of_splitting_the_text_gives_what_searching_the_whole_text_gives()
    {
        var random = new Random(21);

        for (var round = 0; round < 5_000; round++)
        {
            // Two letters make overlaps and near misses frequent.
            var text = RandomText(random, random.Next(40), letters: 2);
            var stops = Enumerable.Range(0, random.Next(1, 4)).Select(_ => RandomText(random, random.Next(1, 7), letters: 2)).ToArray();
            var (expected, found) = Search(text, stops);

            Assert.Equal((expected, found), Feed(text, stops, random));
        }
    }

    [Fact]
    public void Nothing_of_a_stop_string_is_ever_given_out()
    {
        var matcher = new StopMatcher(["\n\nUser:"]);
        var output = new StringBuilder();

        Assert.True(matcher.TryAppend("fine\n\nUs", output));
        Assert.Equal("fine", output.ToString());
        Assert.False(matcher.TryAppend("er: next", output));
        Assert.Equal("fine", output.ToString());
        Assert.Equal("\n\nUser:", matcher.Found);
    }

    [Fact]
    public void What_was_held_back_comes_out_when_the_text_ends()
    {
        var matcher = new StopMatcher(["END"]);
        var output = new StringBuilder();
        matcher.TryAppend("the EN", output);
        matcher.Flush(output);

        Assert.Equal("the EN", output.ToString());
    }

    [Fact]
    public void Without_stop_strings_nothing_is_held_back()
    {
        var matcher = new StopMatcher([]);
        var output = new StringBuilder();
        matcher.TryAppend("abc", output);

        Assert.Equal("abc", output.ToString());
    }

    private static (string Text, string? Found) Feed(string text, string[] stops, Random random)
    {
        var matcher = new StopMatcher(stops);
        var output = new StringBuilder();

        for (var at = 0; at < text.Length;)
        {
            var length = random.Next(1, Math.Min(6, text.Length - at + 1));

            if (!matcher.TryAppend(text.AsSpan(at, length), output))
            {
                break;
            }

            at += length;
        }

        matcher.Flush(output);
        return (output.ToString(), matcher.Found);
    }

    private static (string Text, string? Found) Search(string text, string[] stops)
    {
        var first = stops
            .Select(stop => (Stop: stop, At: text.IndexOf(stop, StringComparison.Ordinal)))
            .Where(match => match.At >= 0)
            .OrderBy(match => match.At + match.Stop.Length)
            .ThenByDescending(match => match.Stop.Length)
            .FirstOrDefault();

        return first.Stop is null ? (text, null) : (text[..first.At], first.Stop);
    }

    private static string RandomText(Random random, int length, int letters) =>
        string.Concat(Enumerable.Range(0, length).Select(_ => (char)('a' + random.Next(letters))));
}
