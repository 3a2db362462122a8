using System.CommandLine;
using LoraFaaS.Contracts.Identity;

namespace LoraFaaS.Cli.Commands;

/// <summary><c>--namespace</c> for what is not a function.</summary>
internal static class NamespaceOption
{
    public static readonly Option<string?> Namespace = new("--namespace", "-n") { Description = "The namespace (default openfaas-fn)" };

    public static NamespaceName? Read(ParseResult parse) => Read(parse, Namespace);

    public static NamespaceName? Read(ParseResult parse, Option<string?> option)
    {
        var given = parse.GetValue(option);

        return given is null ? null
            : NamespaceName.TryParse(given, out var name) ? name
            : throw new UsageException($"--namespace {given}: not a namespace's name.");
    }
}
