using System.CommandLine;
using System.IO.Enumeration;
using LoraFaaS.Cli.Connection;
using LoraFaaS.Cli.Output;
using LoraFaaS.Cli.Push;
using LoraFaaS.Cli.Stack;
using LoraFaaS.Contracts.Functions;

namespace LoraFaaS.Cli.Commands;

/// <summary><c>lorafaas deploy -f stack.yml</c>, or <c>lorafaas deploy NAME --image REFERENCE</c>.</summary>
internal static class DeployCommand
{
    private static readonly string[] DefaultFiles = ["stack.yml", "stack.yaml"];
    private static readonly Argument<string?> Name = new("name") { Description = "The function, when no stack file is given", Arity = ArgumentArity.ZeroOrOne };
    private static readonly Option<string?> File = new("--file", "-f") { Description = "A stack.yml" };
    private static readonly Option<string?> Filter = new("--filter") { Description = "Only functions whose name matches, for example 'sent*'" };
    private static readonly Option<string?> Image = new("--image") { Description = "lora://<backbone>/<adapter>[:tag|@sha256:…], or lora://<backbone> for the bare backbone" };
    private static readonly Option<string?> Code = new("--code") { Description = "A folder with the function's own code: a project, or what dotnet publish left" };
    private static readonly Option<string[]> Secrets = new("--secret") { Description = "A secret for the function's own code, any number", AllowMultipleArgumentsPerToken = false };
    private static readonly Option<string?> Namespace = new("--namespace", "-n") { Description = "The namespace (default openfaas-fn)" };
    private static readonly Option<int?> Canary = new("--canary") { Description = "Calls in a hundred that the new revision gets; the others stay where they are" };
    private static readonly Option<string[]> Labels = new("--label", "-l") { Description = "key=value, any number", AllowMultipleArgumentsPerToken = false };
    private static readonly Option<string[]> Annotations = new("--annotation") { Description = "key=value, any number", AllowMultipleArgumentsPerToken = false };

    public static Command Create()
    {
        var command = new Command("deploy", "Deploy functions; adapters and code in handler folders are pushed first")
        {
            Name, File, Filter, Image, Code, Secrets, Namespace, Canary, Labels, Annotations,
        };
        command.SetAction((parse, cancellationToken) => CommandRunner.RunAsync(stopping => RunAsync(parse, stopping), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parse, CancellationToken cancellationToken)
    {
        var stack = ReadStack(parse);
        using var client = ConnectionOptions.Resolve(parse, stack.Gateway).Connect();
        var deployer = new StackDeployer(client, OutputOptions.Progress(parse), TimeProvider.System);
        var filter = parse.GetValue(Filter);
        var chosen = stack.Functions.Where(function => filter is null || FileSystemName.MatchesSimpleExpression(filter, function.Deployment.Service!)).ToList();

        if (chosen.Count == 0)
        {
            throw new UsageException($"--filter {filter}: no function of the stack matches.");
        }

        List<DeployedFunction> deployed = [];

        foreach (var function in chosen)
        {
            deployed.Add(await deployer.DeployAsync(
                parse.GetValue(Canary) is { } percent ? function.WithAnnotation(FunctionAnnotations.Canary, percent) : function, cancellationToken));
        }

        StackDeployer.Print(parse, deployed);

        return ExitCodes.Done;
    }

    private static StackFile ReadStack(ParseResult parse)
    {
        if (parse.GetValue(Name) is { } name)
        {
            var image = parse.GetValue(Image) ?? throw new UsageException("deploy NAME needs --image lora://<backbone>/<adapter>.");

            return new StackFile(null, [new StackFunction
            {
                Handler = parse.GetValue(Code) is { } code ? CodeIn(code) : null,
                Deployment = new FunctionDeployment
                {
                    Service = name,
                    Image = image,
                    Namespace = parse.GetValue(Namespace),
                    Secrets = parse.GetValue(Secrets) is { Length: > 0 } secrets ? secrets : null,
                    Labels = Pairs("--label", parse.GetValue(Labels)),
                    Annotations = Pairs("--annotation", parse.GetValue(Annotations)),
                },
            }]);
        }

        var file = parse.GetValue(File) ?? DefaultFiles.FirstOrDefault(System.IO.File.Exists);
        return file is not null
            ? StackReader.ReadFile(file, Environment.GetEnvironmentVariable)
            : throw new UsageException("Give a stack file with -f, or a function's name with --image.");
    }

    private static string CodeIn(string folder) => CodeFolder.IsOne(folder)
        ? Path.GetFullPath(folder)
        : throw new UsageException($"--code {folder}: neither a project nor what dotnet publish leaves.");

    private static Dictionary<string, string>? Pairs(string option, string[]? given)
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
