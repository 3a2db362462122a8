using System.Text.RegularExpressions;

namespace LoraFaaS.Architecture.Tests;

/// <summary>The house's words: one meaning each, and some not at all.</summary>
public sealed partial class NamingTests
{
    /// <summary>Words with a better one in house.md's table.</summary>
    private static readonly HashSet<string> NotInContracts = new(StringComparer.Ordinal)
    {
        "Model", "Models", "App", "Job", "Jobs", "Asset", "Assets", "Pod", "Node", "Manager", "Helper", "Util", "Utils", "Utility", "Processor", "Lora",
    };

    [Fact]
    public void Contracts_speak_the_houses_words()
    {
        using var contracts = new AssemblyReader("LoraFaaS.Contracts.dll");

        Assert.Empty(contracts.PublicNames().Where(name => Word().Matches(name).Any(word => NotInContracts.Contains(word.Value))).Distinct());
    }

    [Fact]
    public void No_type_is_called_by_a_word_that_says_nothing()
    {
        var vague =
            from file in Repository.ProductSources()
            let name = Path.GetFileName(file).Split('.')[0]
            where VagueEnd().IsMatch(name)
            select file;

        Rule.Holds(vague);
    }

    [GeneratedRegex("[A-Z][a-z0-9]*")]
    private static partial Regex Word();

    [GeneratedRegex("(Manager|Helper|Helpers|Util|Utils|Utility|Processor)$")]
    private static partial Regex VagueEnd();
}
