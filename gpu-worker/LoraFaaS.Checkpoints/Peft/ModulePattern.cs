using System.Text.RegularExpressions;
using LoraFaaS.Checkpoints.Outcomes;

namespace LoraFaaS.Checkpoints.Peft;

/// <summary>
/// A regular expression from an adapter's configuration. It comes from whoever pushes an adapter, so it runs on the engine
/// that is linear in its input; what that engine lacks (look-around, back references) is refused by name.
/// </summary>
internal sealed class ModulePattern
{
    private const int MaxLength = 2_000;

    private readonly Regex _regex;

    private ModulePattern(Regex regex) => _regex = regex;

    /// <summary>Python's <c>re.fullmatch(pattern, name)</c>: how PEFT reads a string <c>target_modules</c>.</summary>
    public static ModulePattern WholeName(string pattern, string field) => new(Compile($@"\A(?:{pattern})\z", pattern, field));

    /// <summary>Python's <c>re.match(rf"(.*\.)?({pattern})$", name)</c>: how PEFT reads a key of rank_pattern and alpha_pattern.</summary>
    public static ModulePattern NameEnd(string pattern, string field) => new(Compile($@"\A(?:.*\.)?(?:{pattern})\z", pattern, field));

    public bool Matches(string name) => _regex.IsMatch(name);

    private static Regex Compile(string wrapped, string pattern, string field)
    {
        if (pattern.Length > MaxLength)
        {
            throw new RefusedException(field, $"is a pattern of {pattern.Length} characters; the limit is {MaxLength}");
        }

        try
        {
            return new Regex(wrapped, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        }
        catch (Exception unusable) when (unusable is ArgumentException or NotSupportedException)
        {
            throw new RefusedException(field, $"'{pattern}' cannot be used as a pattern ({unusable.Message})");
        }
    }
}
