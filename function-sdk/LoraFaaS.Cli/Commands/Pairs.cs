namespace LoraFaaS.Cli.Commands;

/// <summary>Options that are given as <c>key=value</c>, any number of times.</summary>
internal static class Pairs
{
    /// <returns>Null where none is given; of two with one key the last.</returns>
    /// <exception cref="UsageException">One has no key.</exception>
    public static Dictionary<string, string>? Read(string option, string[]? given)
    {
        if (given is null or [])
        {
            return null;
        }

        var pairs = new Dictionary<string, string>(StringComparer.Ordinal);

        foreach (var text in given)
        {
            var equals = text.IndexOf('=', StringComparison.Ordinal);
            pairs[equals > 0 ? text[..equals] : throw new UsageException($"{option} {text}: expected key=value.")] = text[(equals + 1)..];
        }

        return pairs;
    }
}
