using LoraFaaS.Checkpoints.Json;
using LoraFaaS.Checkpoints.Outcomes;
using LoraFaaS.Checkpoints.Tokenization.PreTokenization;

namespace LoraFaaS.Checkpoints.Tokenization;

/// <summary>Reads the <c>pre_tokenizer</c> of tokenizer.json.</summary>
internal static class PreTokenizerReader
{
    private const int MaxSteps = 64;

    /// <returns>The cutter, and whether the words it leaves are to be merged as bytes.</returns>
    public static (PreTokenizer PreTokenizer, bool IsByteLevel) Read(JsonFields root)
    {
        var steps = new List<PreTokenizer>();
        if (root.ObjectOrNull("pre_tokenizer") is { } fields)
        {
            Add(fields, steps);
        }

        return (new SequencePreTokenizer(steps), steps is [.., ByteLevelPreTokenizer]);
    }

    private static void Add(JsonFields fields, List<PreTokenizer> steps)
    {
        // After ByteLevel, a piece's characters stand for bytes, and a pattern would not see what its author meant.
        if (steps is [.., ByteLevelPreTokenizer])
        {
            throw new RefusedException(fields.PathOf("type"), "comes after ByteLevel, which must be the last step");
        }

        if (steps.Count == MaxSteps)
        {
            throw new RefusedException(fields.Prefix, $"has more than {MaxSteps} steps");
        }

        switch (fields.Text("type"))
        {
            case "Sequence":
                foreach (var (element, path) in fields.Items("pretokenizers"))
                {
                    Add(fields.AsObject(element, path), steps);
                }

                break;

            case "ByteLevel":
                steps.Add(new ByteLevelPreTokenizer(
                    fields.Flag("add_prefix_space", otherwise: true),
                    fields.Flag("use_regex", otherwise: true) ? SplitPatterns.Gpt2 : null));
                break;

            case "Split":
                steps.Add(new SplitPreTokenizer(ReadPattern(fields), ReadBehavior(fields), fields.Flag("invert", otherwise: false)));
                break;

            case "Digits":
                steps.Add(new DigitsPreTokenizer(fields.Flag("individual_digits", otherwise: false)));
                break;

            case "Metaspace":
                steps.Add(new MetaspacePreTokenizer(ReadMark(fields), ReadScheme(fields), fields.Flag("split", otherwise: true)));
                break;

            default:
                throw TokenizerReader.Unsupported(fields, "Sequence, ByteLevel, Split, Digits and Metaspace are");
        }
    }

    internal static char ReadMark(JsonFields fields) => fields.TextOrNull("replacement") switch
    {
        null => '\u2581',
        [var mark] when !char.IsSurrogate(mark) => mark,
        _ => throw new RefusedException(fields.PathOf("replacement"), "must be one character of the basic plane"),
    };

    internal static PrependScheme ReadScheme(JsonFields fields) => fields.TextOrNull("prepend_scheme") switch
    {
        "always" => PrependScheme.Always,
        "first" => PrependScheme.First,
        "never" => PrependScheme.Never,
        null => fields.Flag("add_prefix_space", otherwise: true) ? PrependScheme.Always : PrependScheme.Never,
        var other => throw new RefusedException(fields.PathOf("prepend_scheme"), $"'{other}' is not one of always, first, never"),
    };

    private static RegexSplitter ReadPattern(JsonFields fields)
    {
        var pattern = fields.Object("pattern");
        if (pattern.TextOrNull("String") is { Length: > 0 } literal)
        {
            return SplitPatterns.Literal(literal);
        }

        return pattern.TextOrNull("Regex") is { Length: > 0 } regex
            ? SplitPatterns.Translate(regex, pattern.PathOf("Regex"))
            : throw new RefusedException(fields.PathOf("pattern"), "must be a String or a Regex");
    }

    private static SplitBehavior ReadBehavior(JsonFields fields) => fields.Text("behavior") switch
    {
        "Removed" => SplitBehavior.Removed,
        "Isolated" => SplitBehavior.Isolated,
        "MergedWithPrevious" => SplitBehavior.MergedWithPrevious,
        "MergedWithNext" => SplitBehavior.MergedWithNext,
        "Contiguous" => SplitBehavior.Contiguous,
        var other => throw new RefusedException(fields.PathOf("behavior"), $"'{other}' is not a known behaviour"),
    };
}
