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
    private static readonly Option<string?> Adapter = new("--adapter") { Description = "Push this first, as what --image names: a PEFT folder, a .tar or .tar.gz, a URL of one, or hf://OWNER/NAME[@REVISION][/FOLDER]" };
    private static readonly Option<string?> Code = new("--code") { Description = "A folder with the function's own code: a project, or what dotnet publish left" };
    private static readonly Option<string[]> Secrets = new("--secret") { Description = "A secret for the function's own code, any number", AllowMultipleArgumentsPerToken = false };
    private static readonly Option<string?> Namespace = new("--namespace", "-n") { Description = "The namespace (default openfaas-fn)" };
    private static readonly Option<int?> Canary = new("--canary") { Description = "Calls in a hundred that the new revision gets; the others stay where they are" };
    private static readonly Option<string[]> Labels = new("--label", "-l") { Description = "key=value, any number", AllowMultipleArgumentsPerToken = false };
    private static readonly Option<string[]> Annotations = new("--annotation") { Description = "key=value, any number", AllowMultipleArgumentsPerToken = false };

    /// <summary>What a stack file says function by function.</summary>
    private static readonly Option[] OfOneFunction = [Image, Adapter, Code, Secrets];

    public static Command Create()
    {
        var command = new Command("deploy", "Deploy functions; adapters and code in handler folders are pushed first")
        {
            Name, File, Filter, Image, Adapter, Code, Secrets, Namespace, Canary, Labels, Annotations,
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
            if (parse.GetValue(File) is { } both)
            {
                throw new UsageException($"Give a function's name or a stack file: `lorafaas deploy -f {both} --filter {name}` deploys one function of a file.");
            }

            var image = parse.GetValue(Image) ?? throw new UsageException("deploy NAME needs --image lora://<backbone>/<adapter>.");

            return new StackFile(null, [new StackFunction
            {
                Adapter = parse.GetValue(Adapter),
                Handler = parse.GetValue(Code) is { } code ? CodeIn(code) : null,
                Deployment = new FunctionDeployment
                {
                    Service = name,
                    Image = image,
                    Namespace = parse.GetValue(Namespace),
                    Secrets = parse.GetValue(Secrets) is { Length: > 0 } secrets ? secrets : null,
                    Labels = Pairs.Read("--label", parse.GetValue(Labels)),
                    Annotations = Pairs.Read("--annotation", parse.GetValue(Annotations)),
                },
            }]);
        }

        if (OfOneFunction.FirstOrDefault(option => parse.GetResult(option) is { Implicit: false }) is { } alone)
        {
            throw new UsageException($"{alone.Name} goes with one function: lorafaas deploy NAME --image lora://<backbone>/<adapter>. In a stack file it is written there.");
        }

        var file = parse.GetValue(File) ?? DefaultFiles.FirstOrDefault(System.IO.File.Exists)
            ?? throw new UsageException("Give a stack file with -f, or a function's name with --image.");
        var stack = StackReader.ReadFile(file, Environment.GetEnvironmentVariable);

        return stack with { Functions = [.. stack.Functions.Select(function => WithWhatIsSaid(parse, function))] };
    }

    /// <summary>As faas-cli has it: what the command line says holds for every function of the file, over what it says itself.</summary>
    private static StackFunction WithWhatIsSaid(ParseResult parse, StackFunction function) => function with
    {
        Deployment = function.Deployment with
        {
            Namespace = parse.GetValue(Namespace) ?? function.Deployment.Namespace,
            Labels = Over(function.Deployment.Labels, Pairs.Read("--label", parse.GetValue(Labels))),
            Annotations = Over(function.Deployment.Annotations, Pairs.Read("--annotation", parse.GetValue(Annotations))),
        },
    };

    private static IReadOnlyDictionary<string, string>? Over(IReadOnlyDictionary<string, string>? written, Dictionary<string, string>? said)
    {
        if (written is null || said is null)
        {
            return said ?? written;
        }

        foreach (var (key, value) in written)
        {
            said.TryAdd(key, value);
        }

        return said;
    }

    private static string CodeIn(string folder) => CodeFolder.IsOne(folder)
        ? Path.GetFullPath(folder)
        : throw new UsageException($"--code {folder}: neither a project nor what dotnet publish leaves.");
}
