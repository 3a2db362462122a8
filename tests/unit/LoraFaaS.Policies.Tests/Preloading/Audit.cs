using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Units;
using LoraFaaS.Policies.Preloading;

namespace LoraFaaS.Policies.Tests.Preloading;

/// <summary>Checks a plan from its entries alone, and carries one out.</summary>
internal static class Audit
{
    public static void Check(PreloadRequest request, PreloadPlan plan)
    {
        var used = new Dictionary<(WorkerId, StorageTier), long>();
        var there = plan.Entries.Where(entry => entry.Action is not PreloadAction.Offload).ToList();

        foreach (var entry in there)
        {
            used[(entry.Worker, entry.Tier)] = used.GetValueOrDefault((entry.Worker, entry.Tier)) + entry.Bytes.Bytes;
        }

        foreach (var worker in request.Workers)
        {
            Assert.True(used.GetValueOrDefault((worker.Id, StorageTier.Disk)) <= worker.Disk.Bytes);
            Assert.True(used.GetValueOrDefault((worker.Id, StorageTier.Host)) <= worker.Host.Bytes);
            Assert.True(used.GetValueOrDefault((worker.Id, StorageTier.Device)) <= worker.Device.Bytes);
            Assert.True(there.Count(entry => entry.Kind is ArtifactKind.Sandbox && entry.Worker == worker.Id && entry.Action is not PreloadAction.Keep) <= worker.Blanks);
        }

        foreach (var entry in there.Where(entry => entry.Kind is ArtifactKind.Adapter && entry.Tier >= StorageTier.Host))
        {
            var sandbox = request.Sandboxes[request.Functions.First(function => function.Id == entry.Function).Sandbox];
            var backbone = request.Backbones[sandbox.Backbone].Digest;

            Assert.Contains(there, root => root.Kind is ArtifactKind.Backbone && root.Worker == entry.Worker && root.Digest == backbone && root.Tier >= entry.Tier);
            Assert.True(entry.Tier is StorageTier.Host || there.Exists(root => root.Kind is ArtifactKind.Sandbox && root.Worker == entry.Worker && root.Domain == sandbox.Domain));
        }

        foreach (var entry in there.Where(entry => entry.Kind is ArtifactKind.Prefix))
        {
            Assert.Contains(there, adapter => adapter.Kind is ArtifactKind.Adapter && adapter.Tier is StorageTier.Device && adapter.Worker == entry.Worker && adapter.Function == entry.Function);
        }

        // What is brought needs nothing that still waits.
        foreach (var load in there.Where(entry => entry is { Kind: ArtifactKind.Adapter, Action: PreloadAction.Load, Tier: StorageTier.Device }))
        {
            Assert.DoesNotContain(there, root => root.Kind is ArtifactKind.Sandbox && root.Worker == load.Worker && root.Domain == load.Domain && root.Action is PreloadAction.Wait
                && root.Digest == request.Backbones[request.Sandboxes[request.Functions.First(function => function.Id == load.Function).Sandbox].Backbone].Digest);
        }
    }

    public static PreloadRequest CarryOut(PreloadRequest request, PreloadPlan plan)
    {
        var there = plan.Entries.Where(entry => entry.Action is PreloadAction.Keep or PreloadAction.Load).ToList();
        int At(WorkerId worker) => request.Workers.ToList().FindIndex(candidate => candidate.Id == worker);

        return request with
        {
            Backbones = [.. request.Backbones.Select(backbone => backbone with
            {
                Residences = [.. there.Where(entry => entry.Kind is ArtifactKind.Backbone && entry.Digest == backbone.Digest).Select(entry => new Residence(At(entry.Worker), entry.Tier))],
            })],
            Sandboxes = [.. request.Sandboxes.Select(sandbox => sandbox with
            {
                Workers = [.. there.Where(entry => entry.Kind is ArtifactKind.Sandbox && entry.Domain == sandbox.Domain && entry.Digest == request.Backbones[sandbox.Backbone].Digest).Select(entry => At(entry.Worker))],
            })],
            Functions = [.. request.Functions.Select(function => function with
            {
                Residences = [.. there.Where(entry => entry.Kind is ArtifactKind.Adapter && entry.Function == function.Id).Select(entry => new Residence(At(entry.Worker), entry.Tier))],
                HasPrefixAt = [.. there.Where(entry => entry.Kind is ArtifactKind.Prefix && entry.Function == function.Id).Select(entry => At(entry.Worker))],
            })],
            Workers = [.. request.Workers.Select(worker => worker with
            {
                Blanks = worker.Blanks - there.Count(entry => entry is { Kind: ArtifactKind.Sandbox, Action: PreloadAction.Load } && entry.Worker == worker.Id),
            })],
        };
    }
}
