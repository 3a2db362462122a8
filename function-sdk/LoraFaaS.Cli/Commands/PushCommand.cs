using System.CommandLine;
using LoraFaaS.Cli.Connection;
using LoraFaaS.Cli.Output;
using LoraFaaS.Cli.Push;
using LoraFaaS.Cli.Push.Sources;
using LoraFaaS.Contracts;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Units;

namespace LoraFaaS.Cli.Commands;

/// <summary><c>lorafaas push SOURCE lora://backbone/adapter[:tag]</c>, or <c>lorafaas push FOLDER</c> with a function's own code.</summary>
internal static class PushCommand
{
    private static readonly Argument<string> Source = new("source") { Description = "An adapter: a PEFT folder (adapter_config.json, adapter_model.safetensors), a .tar or .tar.gz of one, a URL of such an archive, or hf://OWNER/NAME[@REVISION][/FOLDER] (from $HF_ENDPOINT, with $HF_TOKEN where one is needed). Or the folder of a function's code: a project, or what dotnet publish left" };
    private static readonly Argument<string?> Reference = new("reference") { Description = "lora://<backbone>/<adapter>[:tag]; for an adapter", Arity = ArgumentArity.ZeroOrOne };

    public static Command Create()
    {
        var command = new Command("push", "Upload an adapter, checked against its backbone, or a function's code, checked for what can be run") { Source, Reference };
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

        var progress = OutputOptions.Progress(parse);
        using var adapter = await AdapterOpener.OpenAsync(parse.GetValue(Source)!, progress, TimeProvider.System, cancellationToken);
        using var client = ConnectionOptions.Resolve(parse).Connect();
        var pushed = await new StackDeployer(client, progress, TimeProvider.System).PushAsync(adapter.Folder, reference, cancellationToken);
        Printer.Line(
            parse, pushed, ContractsJson.Default.AdapterInfo, pushed.Digest, $"{reference}  {pushed.Digest}  {new ByteSize(pushed.Bytes)}  rank {pushed.MaxRank}");
        return ExitCodes.Done;
    }

    private static async Task<int> PushCodeAsync(ParseResult parse, CancellationToken cancellationToken)
    {
        var folder = parse.GetValue(Source)!;

        if (AdapterFolder.IsOne(folder) || File.Exists(folder) || folder.Contains("://", StringComparison.Ordinal))
        {
            throw new UsageException($"Say what {folder} becomes: lorafaas push {folder} lora://<backbone>/<adapter>[:tag].");
        }

        var code = CodeFolder.Open(folder);
        using var client = ConnectionOptions.Resolve(parse).Connect();
        var pushed = await new StackDeployer(client, OutputOptions.Progress(parse), TimeProvider.System).PushCodeAsync(code, cancellationToken);
        Printer.Line(parse, pushed, ContractsJson.Default.PackageInfo, pushed.Digest, $"{pushed.TypeName}  {pushed.Digest}  {new ByteSize(pushed.Bytes)}");
        return ExitCodes.Done;
    }
}
