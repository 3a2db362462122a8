using LoraFaaS.Cli.Output;
using LoraFaaS.Cli.Stack;
using LoraFaaS.Client;
using LoraFaaS.Contracts.Functions;
using LoraFaaS.Contracts.Identity;

namespace LoraFaaS.Cli.Push;

/// <summary>Deploys one function of a stack file, pushing first what its handler folder holds: an adapter, code, or both.</summary>
internal sealed class StackDeployer(LoraFaaSClient client, StepLog progress, TimeProvider time)
{
    public async Task DeployAsync(StackFunction function, CancellationToken cancellationToken)
    {
        var name = function.Deployment.Service!;
        var started = time.GetTimestamp();

        if (function.Handler is { } handler && AdapterFolder.IsOne(handler))
        {
            if (!AdapterReference.TryParse(function.Deployment.Image, out var reference))
            {
                throw new UsageException($"{name}: image: {function.Deployment.Image} is not lora://<backbone>/<adapter>[:tag].");
            }

            var pushed = await PushAsync(AdapterFolder.Open(handler), reference, cancellationToken);
            progress.Done("adapter", $"{name}: {new Contracts.Units.ByteSize(pushed.Bytes)}, rank {pushed.MaxRank}, {pushed.Digest[..19]}…", time.GetElapsedTime(started));
            started = time.GetTimestamp();
        }

        var deployment = function.Deployment;

        if (function.Handler is { } folder && CodeFolder.IsOne(folder))
        {
            progress.Step("code", $"{name}: {folder}");
            var package = await PushCodeAsync(CodeFolder.Open(folder), cancellationToken);
            progress.Done("code", $"{name}: {package.TypeName}, {new Contracts.Units.ByteSize(package.Bytes)}, {package.Digest[..19]}…", time.GetElapsedTime(started));
            started = time.GetTimestamp();
            deployment = WithCode(deployment, package.Digest);
        }

        var outcome = await client.Functions.DeployAsync(deployment, cancellationToken);
        progress.Done("function", $"{name} {(outcome is DeploymentOutcome.Created ? "deployed" : "updated")}", time.GetElapsedTime(started));
    }

    public async Task<Contracts.Admin.PackageInfo> PushCodeAsync(CodeFolder folder, CancellationToken cancellationToken)
    {
        await using var tar = await folder.ToTarAsync(cancellationToken);
        return await client.Packages.PushAsync(tar, cancellationToken);
    }

    public async Task<Contracts.Admin.AdapterInfo> PushAsync(AdapterFolder folder, AdapterReference reference, CancellationToken cancellationToken)
    {
        if (reference.Pinned is not null)
        {
            throw new UsageException($"{reference} names content by digest; push to a tag instead.");
        }

        await using var tar = await folder.ToTarAsync(cancellationToken);
        return await client.Adapters.PushAsync(reference.Backbone, reference.Adapter, reference.Tag, tar, cancellationToken);
    }

    private static FunctionDeployment WithCode(FunctionDeployment deployment, string digest) => deployment with
    {
        Annotations = new Dictionary<string, string>(deployment.Annotations ?? new Dictionary<string, string>(), StringComparer.Ordinal)
        {
            [FunctionAnnotations.Code] = digest,
        },
    };
}
