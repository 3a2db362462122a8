namespace LoraFaaS.Architecture.Tests;

/// <summary>Fails with everything that breaks a rule, one a line: a first few would be found one build after another.</summary>
internal static class Rule
{
    public static void Holds(IEnumerable<string?> broken)
    {
        var lines = broken.ToList();
        Assert.True(lines.Count == 0, string.Join('\n', lines));
    }
}
