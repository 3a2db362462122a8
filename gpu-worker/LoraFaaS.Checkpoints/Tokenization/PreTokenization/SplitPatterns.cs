using System.Text.RegularExpressions;
using LoraFaaS.Checkpoints.Outcomes;

namespace LoraFaaS.Checkpoints.Tokenization.PreTokenization;

/// <summary>
/// The patterns of tokenizer.json (Oniguruma syntax) as .NET expressions. Those of the common families are compiled into this
/// assembly; any other is translated, and compiled at load.
/// </summary>
internal static partial class SplitPatterns
{
    private const string Gpt2Source = @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";

    private const string Llama3Source =
        @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    private const string Qwen2Source =
        @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    // U+017F, the long s, is an s to Oniguruma's case folding and not to .NET's.
    private const string Contractions = @"'(?:[sS\u017F]|[tT]|[rR][eE]|[vV][eE]|[mM]|[lL][lL]|[dD])";

    private const int MaxLength = 4_000;

    /// <summary>A pattern that backtracks longer than this over one prompt is unfit to serve.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public static RegexSplitter Gpt2 { get; } = new(Gpt2Pattern());

    public static RegexSplitter Literal(string literal) => new(new Regex(Regex.Escape(literal), RegexOptions.CultureInvariant));

    public static RegexSplitter Translate(string pattern, string path) => pattern switch
    {
        Gpt2Source => Gpt2,
        Llama3Source => new(Llama3Pattern()),
        Qwen2Source => new(Qwen2Pattern()),
        { Length: > MaxLength } => throw new RefusedException(path, $"is a pattern of {pattern.Length} characters; the limit is {MaxLength}"),
        _ => new(Compile(pattern, path)),
    };

    private static Regex Compile(string pattern, string path)
    {
        try
        {
            return new Regex(OnigurumaSyntax.ToDotNet(pattern, path), RegexOptions.CultureInvariant | RegexOptions.Compiled, Patience);
        }
        catch (ArgumentException invalid)
        {
            throw new RefusedException(path, $"is a pattern that cannot be used here ({invalid.Message})");
        }
    }

    [GeneratedRegex(Gpt2Source, RegexOptions.CultureInvariant)]
    private static partial Regex Gpt2Pattern();

    [GeneratedRegex(
        Contractions + @"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+",
        RegexOptions.CultureInvariant)]
    private static partial Regex Llama3Pattern();

    [GeneratedRegex(
        Contractions + @"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+",
        RegexOptions.CultureInvariant)]
    private static partial Regex Qwen2Pattern();
}
