using System.CommandLine;
using LoraFaaS.Cli.Connection;
using LoraFaaS.Cli.Output;
using LoraFaaS.Cli.Push;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Units;

namespace LoraFaaS.Cli.Commands;

/// <summary><c>lorafaas push FOLDER lora://backbone/adapter[:tag]</c>.</summary>
internal static class PushCommand
{
    private static readonly Argument<string> Folder = new("folder") { Description = "A PEFT folder (adapter_config.json, adapter_model.safetensors)" };
    private static readonly Argument<string> Reference = new("reference") { Description = "lora://<backbone>/<adapter>[:tag]" };

    public static Command Create()
    {
        var command = new Command("push", "Upload an adapter; it is checked against its backbone before it is stored") { Folder, Reference };
        command.SetAction((parse, cancellationToken) => CommandRunner.RunAsync(stopping => RunAsync(parse, stopping), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parse, CancellationToken cancellationToken)
    {
        var text = parse.GetValue(Reference)!;

        if (!AdapterReference.TryParse(text, out var reference))
        {
            throw new UsageException($"{text} is not lora://<backbone>/<adapter>[:tag].");
        }

        var folder = AdapterFolder.Open(parse.GetValue(Folder)!);
        using var client = ConnectionOptions.Resolve(parse).Connect();
        var pushed = await new StackDeployer(client, new StepLog(CommandRunner.Errors), TimeProvider.System).PushAsync(folder, reference, cancellationToken);
        Console.WriteLine($"{reference}  {pushed.Digest}  {new ByteSize(pushed.Bytes)}  rank {pushed.MaxRank}");
        return ExitCodes.Done;
    }
}
