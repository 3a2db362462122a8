using System.CommandLine;
using LoraFaaS.Cli.Connection;
using LoraFaaS.Cli.Output;
using LoraFaaS.Cli.Push;
using LoraFaaS.Contracts;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Units;

namespace LoraFaaS.Cli.Commands;

/// <summary><c>lorafaas push FOLDER lora://backbone/adapter[:tag]</c>, or <c>lorafaas push FOLDER</c> with a function's own code.</summary>
internal static class PushCommand
{
    private static readonly Argument<string> Folder = new("folder") { Description = "A PEFT folder (adapter_config.json, adapter_model.safetensors), or a function's code: a project, or what dotnet publish left" };
    private static readonly Argument<string?> Reference = new("reference") { Description = "lora://<backbone>/<adapter>[:tag]; for an adapter", Arity = ArgumentArity.ZeroOrOne };

    public static Command Create()
    {
        var command = new Command("push", "Upload an adapter, checked against its backbone, or a function's code, checked for what can be run") { Folder, Reference };
        command.SetAction((parse, cancellationToken) => CommandRunner.RunAsync(stopping => RunAsync(parse, stopping), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parse, CancellationToken cancellationToken)
    {
        if (parse.GetValue(Reference) is not { } text)
        {
            return await PushCodeAsync(parse, cancellationToken);
        }

        if (!AdapterReference.TryParse(text, out var reference))
        {
            throw new UsageException($"{text} is not lora://<backbone>/<adapter>[:tag].");
        }

        var folder = AdapterFolder.Open(parse.GetValue(Folder)!);
        using var client = ConnectionOptions.Resolve(parse).Connect();
        var pushed = await new StackDeployer(client, OutputOptions.Progress(parse), TimeProvider.System).PushAsync(folder, reference, cancellationToken);
        Printer.Line(
            parse, pushed, ContractsJson.Default.AdapterInfo, pushed.Digest, $"{reference}  {pushed.Digest}  {new ByteSize(pushed.Bytes)}  rank {pushed.MaxRank}");
        return ExitCodes.Done;
    }

    private static async Task<int> PushCodeAsync(ParseResult parse, CancellationToken cancellationToken)
    {
        var folder = parse.GetValue(Folder)!;

        if (AdapterFolder.IsOne(folder))
        {
            throw new UsageException($"{folder} is an adapter: say where it goes, lora://<backbone>/<adapter>[:tag].");
        }

        var code = CodeFolder.Open(folder);
        using var client = ConnectionOptions.Resolve(parse).Connect();
        var pushed = await new StackDeployer(client, OutputOptions.Progress(parse), TimeProvider.System).PushCodeAsync(code, cancellationToken);
        Printer.Line(parse, pushed, ContractsJson.Default.PackageInfo, pushed.Digest, $"{pushed.TypeName}  {pushed.Digest}  {new ByteSize(pushed.Bytes)}");
        return ExitCodes.Done;
    }
}
