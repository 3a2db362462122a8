using System.CommandLine;
using LoraFaaS.Cli.Connection;
using LoraFaaS.Cli.Manifests;
using LoraFaaS.Cli.Output;
using LoraFaaS.Cli.Push;
using LoraFaaS.Cli.Stack;

namespace LoraFaaS.Cli.Commands;

/// <summary><c>lorafaas apply -f service.yaml</c>: Knative Services and OpenFaaS Functions, as kubectl would be given them.</summary>
internal static class ApplyCommand
{
    private static readonly Option<string[]> Files = new("--file", "-f")
    {
        Description = "A manifest: serving.knative.dev/v1 Service or openfaas.com/v1 Function, several documents a file, any number of files",
        Required = true,
        AllowMultipleArgumentsPerToken = false,
    };

    private static readonly Option<bool> DryRun = new("--dry-run") { Description = "Read and check the manifests only" };

    public static Command Create()
    {
        var command = new Command("apply", "Deploy functions from Kubernetes manifests") { Files, DryRun };
        command.SetAction((parse, cancellationToken) => CommandRunner.RunAsync(stopping => RunAsync(parse, stopping), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parse, CancellationToken cancellationToken)
    {
        // All are read before the first is deployed: a typing error in the last must not leave half of them changed.
        var manifests = parse.GetValue(Files)!.SelectMany(ManifestReader.ReadFile).ToList();
        var log = OutputOptions.Progress(parse);

        foreach (var manifest in manifests)
        {
            foreach (var warning in manifest.Warnings)
            {
                log.Warn($"{manifest.Deployment.Service}: {warning}");
            }
        }

        if (parse.GetValue(DryRun))
        {
            foreach (var manifest in manifests)
            {
                Printer.Changed(parse, manifest.Deployment.Service!, "can be applied");
            }

            return ExitCodes.Done;
        }

        using var client = ConnectionOptions.Resolve(parse, null).Connect();
        var deployer = new StackDeployer(client, log, TimeProvider.System);

        List<DeployedFunction> deployed = [];

        foreach (var manifest in manifests)
        {
            deployed.Add(await deployer.DeployAsync(new StackFunction { Deployment = manifest.Deployment }, cancellationToken));
        }

        StackDeployer.Print(parse, deployed);

        return ExitCodes.Done;
    }
}
