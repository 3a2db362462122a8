using System.CommandLine;
using LoraFaaS.Cli.Completion;
using LoraFaaS.Contracts.Identity;

namespace LoraFaaS.Cli.Commands;

/// <summary>The function a verb is about: <c>name</c> or <c>name.namespace</c>, or the namespace by option.</summary>
internal static class FunctionArgument
{
    public static readonly Option<string?> Namespace = new("--namespace", "-n") { Description = "The function's namespace (default openfaas-fn)" };

    public static Argument<string> Create()
    {
        var function = new Argument<string>("function") { Description = "name or name.namespace" };
        function.CompletionSources.Add(FunctionNames.Complete);
        return function;
    }

    public static FunctionId Read(ParseResult parse, Argument<string> argument) => Read(parse, parse.GetValue(argument)!);

    public static FunctionId Read(ParseResult parse, string text)
    {
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
