using System.Collections.Frozen;
using System.Globalization;
using System.Text;

namespace LoraFaaS.Checkpoints.Tokenization.Normalization;

/// <summary>
/// The Unicode tables behind Normalization Form C (UAX #15), from CanonicalComposition.txt beside this file. The runtime has
/// none in invariant-globalisation mode: there, string.Normalize returns its input unchanged, without a word.
/// </summary>
internal sealed class CanonicalComposition
{
    private const string Resource = "CanonicalComposition.txt";

    private static readonly Lazy<CanonicalComposition> Loaded = new(Load);

    private readonly FrozenDictionary<int, int> _classes;
    private readonly FrozenDictionary<int, (int First, int Second)> _decompositions;
    private readonly FrozenDictionary<(int First, int Second), int> _compositions;

    private CanonicalComposition(
        Dictionary<int, int> classes,
        Dictionary<int, (int First, int Second)> decompositions,
        Dictionary<(int First, int Second), int> compositions)
    {
        _classes = classes.ToFrozenDictionary();
        _decompositions = decompositions.ToFrozenDictionary();
        _compositions = compositions.ToFrozenDictionary();
    }

    public static CanonicalComposition Tables => Loaded.Value;

    /// <summary>The canonical combining class; 0 for a starter.</summary>
    public int ClassOf(Rune rune) => _classes.GetValueOrDefault(rune.Value);

    /// <summary>The one-step decomposition; Second is 0 for a singleton.</summary>
    public bool TryDecompose(int rune, out (int First, int Second) parts) => _decompositions.TryGetValue(rune, out parts);

    public bool TryCompose(int first, int second, out int composed) => _compositions.TryGetValue((first, second), out composed);

    private static CanonicalComposition Load()
    {
        var classes = new Dictionary<int, int>();
        var decompositions = new Dictionary<int, (int, int)>();
        var compositions = new Dictionary<(int, int), int>();

        using var stream = typeof(CanonicalComposition).Assembly.GetManifestResourceStream(Resource)
            ?? throw new InvalidOperationException($"The resource {Resource} is missing from the build.");
        using var lines = new StreamReader(stream, Encoding.ASCII);

        while (lines.ReadLine() is { } line)
        {
            if (line.StartsWith('#'))
            {
                continue;
            }

            var (left, right) = (line[..line.IndexOf('=', StringComparison.Ordinal)], line[(line.IndexOf('=', StringComparison.Ordinal) + 1)..]);
            if (left.Split("..") is [var first, var last])
            {
                for (var rune = Hex(first); rune <= Hex(last); rune++)
                {
                    classes.Add(rune, int.Parse(right, CultureInfo.InvariantCulture));
                }

                continue;
            }

            var parts = right.TrimEnd('!').Split(' ');
            var pair = (Hex(parts[0]), parts.Length > 1 ? Hex(parts[1]) : 0);
            decompositions.Add(Hex(left), pair);
            if (!right.EndsWith('!'))
            {
                compositions.Add(pair, Hex(left));
            }
        }

        return new CanonicalComposition(classes, decompositions, compositions);
    }

    private static int Hex(string text) => int.Parse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
