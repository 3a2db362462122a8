using System.CommandLine;
using LoraFaaS.Contracts.Identity;

namespace LoraFaaS.Cli.Commands;

/// <summary>The function a verb is about: <c>name</c> or <c>name.namespace</c>, or the namespace by option.</summary>
internal static class FunctionArgument
{
    public static readonly Option<string?> Namespace = new("--namespace", "-n") { Description = "The function's namespace (default openfaas-fn)" };

    public static Argument<string> Create() => new("function") { Description = "name or name.namespace" };

    public static FunctionId Read(ParseResult parse, Argument<string> argument)
    {
        var text = parse.GetValue(argument)!;

        if (!FunctionId.TryParse(text, out var id))
        {
            throw new UsageException($"{text} is not a function's name (lower-case letters, digits and dashes).");
        }

        if (parse.GetValue(Namespace) is not { } given)
        {
            return id;
        }

        return NamespaceName.TryParse(given, out var namespaceName)
            ? id with { Namespace = namespaceName }
            : throw new UsageException($"--namespace {given}: not a namespace's name.");
    }
}
