using LoraFaaS.Cli.Output;
using LoraFaaS.Cli.Stack;
using LoraFaaS.Client;
using LoraFaaS.Contracts.Identity;

namespace LoraFaaS.Cli.Push;

/// <summary>Deploys one function of a stack file, pushing its adapter first where the handler folder holds one.</summary>
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

        var outcome = await client.Functions.DeployAsync(function.Deployment, cancellationToken);
        progress.Done("function", $"{name} {(outcome is DeploymentOutcome.Created ? "deployed" : "updated")}", time.GetElapsedTime(started));
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
}
