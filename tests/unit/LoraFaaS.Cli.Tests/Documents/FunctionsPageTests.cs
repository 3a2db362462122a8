using System.Reflection;
using LoraFaaS.Contracts.Functions;
using LoraFaaS.TestKit.Files;

namespace LoraFaaS.Cli.Tests.Documents;

/// <summary>function-sdk/FUNCTIONS.md names every setting that the platform reads, so that nobody has to look for one in the code.</summary>
public sealed class FunctionsPageTests
{
    private static readonly string Page = File.ReadAllText(RepositoryRoot.Of("function-sdk", "FUNCTIONS.md"));

    public static TheoryData<string> Settings =>
        [.. typeof(FunctionAnnotations).GetFields(BindingFlags.Public | BindingFlags.Static).Where(constant => constant.IsLiteral).Select(constant => (string)constant.GetRawConstantValue()!)];

    [Theory, MemberData(nameof(Settings))]
    public void Every_setting_is_named(string setting) => Assert.Contains($"`{setting}`", Page, StringComparison.Ordinal);
}
