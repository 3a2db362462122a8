using System.CommandLine;
using LoraFaaS.Cli.Output;
using LoraFaaS.Cli.Push.Sources;
using LoraFaaS.Cli.Stack;
using LoraFaaS.Client;
using LoraFaaS.Contracts.Functions;
using LoraFaaS.Contracts.Identity;
using Spectre.Console;

namespace LoraFaaS.Cli.Push;

/// <summary>Deploys one function of a stack file, pushing first what its handler folder holds: an adapter, code, or both.</summary>
internal sealed class StackDeployer(LoraFaaSClient client, StepLog progress, TimeProvider time)
{
    public async Task<DeployedFunction> DeployAsync(StackFunction function, CancellationToken cancellationToken)
    {
        var name = function.Deployment.Service!;
        var started = time.GetTimestamp();
        string? adapterDigest = null, codeDigest = null;

        using (var adapter = await OpenAdapterAsync(function, cancellationToken))
        {
            if (adapter is not null)
            {
                var pushed = await PushAsync(adapter.Folder, ReferenceOf(function), cancellationToken);
                adapterDigest = pushed.Digest;
                progress.Done("adapter", $"{name}: {new Contracts.Units.ByteSize(pushed.Bytes)}, rank {pushed.MaxRank}, {pushed.Digest[..19]}…", time.GetElapsedTime(started));
                started = time.GetTimestamp();
            }
        }

        var deployment = function.Deployment;

        if (function.Handler is { } folder && CodeFolder.IsOne(folder))
        {
            progress.Step("code", $"{name}: {folder}");
            var package = await PushCodeAsync(CodeFolder.Open(folder), cancellationToken);
            progress.Done("code", $"{name}: {package.TypeName}, {new Contracts.Units.ByteSize(package.Bytes)}, {package.Digest[..19]}…", time.GetElapsedTime(started));
            started = time.GetTimestamp();
            codeDigest = package.Digest;
            deployment = WithCode(deployment, codeDigest);
        }

        var outcome = await client.Functions.DeployAsync(deployment, cancellationToken);
        var word = outcome is DeploymentOutcome.Created ? "deployed" : "updated";
        progress.Done("function", $"{name} {word}", time.GetElapsedTime(started));
        return new DeployedFunction(name, word, deployment.Image, adapterDigest, codeDigest);
    }

    /// <summary>For scripts; people have read it as progress.</summary>
    public static void Print(ParseResult parse, List<DeployedFunction> deployed)
    {
        if (OutputOptions.FormOf(parse) is not OutputForm.Table)
        {
            Printer.Print(parse, deployed, CliJson.Default.ListDeployedFunction, deployed.Select(one => one.Function), () => new Text(""));
        }
    }

    public async Task<Contracts.Admin.PackageInfo> PushCodeAsync(CodeFolder folder, CancellationToken cancellationToken)
    {
        await using var tar = await BusyBar.RunAsync("build", progress.Silent, () => folder.ToTarAsync(cancellationToken));
        return await TransferBar.RunAsync("code", tar, progress.Silent, bytes => client.Packages.PushAsync(bytes, cancellationToken));
    }

    public async Task<Contracts.Admin.AdapterInfo> PushAsync(AdapterFolder folder, AdapterReference reference, CancellationToken cancellationToken)
    {
        if (reference.Pinned is not null)
        {
            throw new UsageException($"{reference} names content by digest; push to a tag instead.");
        }

        await using var tar = await folder.ToTarAsync(cancellationToken);
        return await TransferBar.RunAsync(
            reference.Adapter.Value, tar, progress.Silent, bytes => client.Adapters.PushAsync(reference.Backbone, reference.Adapter, reference.Tag, bytes, cancellationToken));
    }

    private async Task<OpenedAdapter?> OpenAdapterAsync(StackFunction function, CancellationToken cancellationToken)
    {
        if (function.Adapter is { } source)
        {
            _ = ReferenceOf(function);
            return await AdapterOpener.OpenAsync(source, progress, time, cancellationToken);
        }

        if (function.Handler is { } folder && !Directory.Exists(folder))
        {
            // Stack files of faas-cli name folders that only their own builds need, so it is no fault; a typing error looks the same.
            progress.Warn($"{function.Deployment.Service}: handler: there is no folder {folder}, so nothing is pushed");
        }

        return function.Handler is { } handler && AdapterFolder.IsOne(handler) ? new OpenedAdapter(AdapterFolder.Open(handler), null) : null;
    }

    /// <summary>What the adapter is pushed as: what the function's image names.</summary>
    private static AdapterReference ReferenceOf(StackFunction function) =>
        AdapterReference.TryParse(function.Deployment.Image, out var reference)
            ? reference
            : throw new UsageException($"{function.Deployment.Service}: image: {function.Deployment.Image} is not lora://<backbone>/<adapter>[:tag].");

    private static FunctionDeployment WithCode(FunctionDeployment deployment, string digest) => deployment with
    {
        Annotations = new Dictionary<string, string>(deployment.Annotations ?? new Dictionary<string, string>(), StringComparer.Ordinal)
        {
            [FunctionAnnotations.Code] = digest,
        },
    };
}
