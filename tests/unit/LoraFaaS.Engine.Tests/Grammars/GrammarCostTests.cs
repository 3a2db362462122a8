using System.Diagnostics;
using System.Globalization;
using System.Text;
using LoraFaaS.Checkpoints.Outcomes;
using LoraFaaS.Engine.Grammars;
using LoraFaaS.Engine.Grammars.Vocabulary;

namespace LoraFaaS.Engine.Tests.Grammars;

/// <summary>
/// What masks cost with a vocabulary of 128 256 tokens, as large as Llama 3's. Measures and prints, asserts nothing of time; run with
/// <c>-explicit only -class "*GrammarCostTests" -diagnostics</c>. Figures are in gpu-worker/LoraFaaS.Engine/decisions/0003.
/// </summary>
public sealed class GrammarCostTests
{
    private const int Vocabulary = 128_256;
    private const string Schema =
        """
        {"type":"object","properties":{"queue":{"enum":["billing","shipping","account","sales"]},"priority":{"enum":["low","normal","urgent"]},
         "summary":{"type":"string","maxLength":200},"tags":{"type":"array","items":{"type":"string"}},"score":{"type":"number","minimum":0,"maximum":1}},
         "required":["queue","priority","summary","tags","score"],"additionalProperties":false}
        """;

    private const string Text =
        "{\"queue\": \"shipping\", \"priority\": \"urgent\", \"summary\": \"The parcel of order 11662 has not moved since Saturday, and its receiver leaves soon.\", \"tags\": [\"late\", \"parcel 7\", \"é\"], \"score\": 0.75}";

    [Fact(Explicit = true)]
    public void Costs_of_a_step()
    {
        var clock = Stopwatch.StartNew();
        var tokens = Tokens(new Random(1));
        var trie = TokenTrie.Build(Vocabulary, token => tokens[token]);
        Say("tree of {0} nodes: {1:0.0} ms (with making the words)", trie.Count, clock.Elapsed.TotalMilliseconds);

        foreach (var format in new[] { GrammarCompiler.AnyObject, Schema, GrammarCompiler.AnyObject, Schema })
        {
            clock.Restart();
            var grammar = GrammarCompiler.Compile(format, trie).ValueOrThrow();
            Say("{0}: compiled and warmed in {1:0.0} ms", format[..11], clock.Elapsed.TotalMilliseconds);

            var first = Run(grammar, tokens, trie);
            var times = Enumerable.Range(0, 20).SelectMany(_ => Run(grammar, tokens, trie)).ToArray();
            Say("  first text: mean {0:0.0} µs, worst {1:0.0} µs a step; then mean {2:0.0} µs, worst {3:0.0} µs", first.Average(), first.Max(), times.Average(), times.Max());
        }
    }

    /// <summary>Apply and Advance over the text, longest tokens first; microseconds of each step.</summary>
    private static List<double> Run(CompiledGrammar grammar, byte[][] tokens, TokenTrie trie)
    {
        var mask = new GrammarMask(grammar, TestVocabulary.Ends);
        var logits = new float[Vocabulary];
        var times = new List<double>();
        var text = Encoding.UTF8.GetBytes(Text);
        var byText = tokens.Select((bytes, id) => (Key: Convert.ToHexString(bytes), id)).DistinctBy(pair => pair.Key).ToDictionary(pair => pair.Key, pair => pair.id);

        for (var at = 0; at < text.Length;)
        {
            var length = Enumerable.Range(1, Math.Min(trie.MaxLength, text.Length - at)).Last(n => byText.ContainsKey(Convert.ToHexString(text.AsSpan(at, n))));
            var token = byText[Convert.ToHexString(text.AsSpan(at, length))];
            Array.Clear(logits);
            var begun = Stopwatch.GetTimestamp();
            mask.Apply(logits);
            mask.Advance(token);
            times.Add(Stopwatch.GetElapsedTime(begun).TotalMicroseconds);
            Assert.False(mask.IsBroken);
            at += length;
        }

        return times;
    }

    /// <summary>Every byte; words with and without a space before; punctuation and digits in the combinations that vocabularies have.</summary>
    private static byte[][] Tokens(Random random)
    {
        var tokens = new List<byte[]> { Array.Empty<byte>() };
        tokens.AddRange(Enumerable.Range(0, 256).Select(value => new[] { (byte)value }));
        var seen = new HashSet<string>();
        var marks = "{}[]\",:\n .;()";

        while (tokens.Count < Vocabulary)
        {
            var word = new StringBuilder();
            var kind = random.Next(20);

            if (kind == 0)
            {
                for (var n = random.Next(2, 5); n > 0; n--)
                {
                    word.Append(marks[random.Next(marks.Length)]);
                }
            }
            else if (kind == 1)
            {
                word.Append(random.Next(1000).ToString(CultureInfo.InvariantCulture));
            }
            else
            {
                word.Append(random.Next(2) == 0 ? " " : "");

                for (var n = random.Next(2, 10); n > 0; n--)
                {
                    word.Append(kind == 2 ? (char)random.Next(0xC0, 0x500) : "etaoinshrdlucmfw"[(int)(16 * random.NextDouble() * random.NextDouble())]);
                }
            }

            if (seen.Add(word.ToString()))
            {
                tokens.Add(Encoding.UTF8.GetBytes(word.ToString()));
            }
            else if (kind == 1)
            {
                tokens.Add(Encoding.UTF8.GetBytes($" {seen.Count}"));
            }
        }

        return [.. tokens];
    }

    private static void Say(string format, params object[] values) =>
        TestContext.Current.SendDiagnosticMessage(string.Format(CultureInfo.InvariantCulture, format, values));
}
