using LoraFaaS.Checkpoints;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.TestKit.Files;
using LoraFaaS.TestKit.Time;
using LoraFaaS.Worker.Backbones;
using LoraFaaS.Worker.Memory;
using LoraFaaS.Worker.Outcomes;
using LoraFaaS.Worker.Tests.Sharing;
using Microsoft.Extensions.Logging;

namespace LoraFaaS.Worker.Tests.Hosting;

public sealed class LoadProgressTests
{
    [Fact]
    public async Task How_far_a_load_is_stands_in_the_log_in_heartbeats_and_on_healthz_until_it_is_done()
    {
        var token = TestContext.Current.CancellationToken;
        using var folder = new TempFolder();
        var known = await WriteAsync(folder, token);
        await using var controller = await ScriptedController.StartAsync(WorkerUnderTest.WriteToken(folder));
        await using var worker = await WorkerUnderTest.StartAsync(folder, controller.RpcUrl, "--Logging:LogLevel:LoraFaaS.Worker.Backbones", "Information");
        using var held = new HeldLog("% of");
        worker.Get<ILoggerFactory>().AddProvider(held);
        worker.Get<BackboneCatalogue>().Know(known);

        var loading = worker.Get<BackboneStore>().EnsureAsync(known.Digest, token);
        Assert.StartsWith("Backbone synthetic: ", await Patience.ForAsync(held.Reached), StringComparison.Ordinal);

        // A heartbeat may be older than the line; and the other threads go on until each of them says something.
        await Patience.UntilAsync(() => controller.LastHeartbeat?.Loading is [var load] && load.BytesDone >= load.BytesTotal / 10);
        var said = Assert.Single(controller.LastHeartbeat!.Loading);
        Assert.Equal(("synthetic", known.Digest.Value), (said.Name, said.Digest));
        Assert.InRange(said.BytesDone, said.BytesTotal / 10, said.BytesTotal);
        Assert.Matches(@"loading: backbone synthetic \d+ % of ", await worker.Http.GetStringAsync(new Uri("/healthz", UriKind.Relative), token));
        Assert.False(loading.IsCompleted);

        // What it is read into is on the book as long as it is read.
        var ledger = worker.Get<HostLedger>();
        Assert.InRange(ledger.Owners["reading synthetic"].Bytes, 1, 1L << 30);

        held.Release();
        Assert.Equal(said.BytesTotal, Assert.IsType<Loading<PackedBackbone>.Ready>(await Patience.ForAsync(loading)).Value.Segment.Length);
        Assert.Equal(["backbone synthetic"], ledger.Owners.Keys);
        await Patience.UntilAsync(() => controller.LastHeartbeat is { Loading.Count: 0 } beat && beat.Resident.Any(resident => resident.Digest == known.Digest.Value));
        Assert.DoesNotContain("loading:", await worker.Http.GetStringAsync(new Uri("/healthz", UriKind.Relative), token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_that_changed_since_it_was_registered_is_refused_and_gives_its_memory_back()
    {
        var token = TestContext.Current.CancellationToken;
        using var folder = new TempFolder();
        var known = await WriteAsync(folder, token);
        await using var worker = await WorkerUnderTest.StartAsync(folder, null);
        worker.Get<BackboneCatalogue>().Know(known);
        var before = worker.Get<HostLedger>().Used;
        await FlipLastByteAsync(Path.Combine(known.Path, "model.safetensors"));

        var failed = Assert.IsType<Loading<PackedBackbone>.Failed>(await Patience.ForAsync(worker.Get<BackboneStore>().EnsureAsync(known.Digest, token)));

        Assert.Contains("now has digest", failed.Problem.Message, StringComparison.Ordinal);
        Assert.Equal(before, worker.Get<HostLedger>().Used);
        Assert.Empty(worker.Get<BackboneLoads>().Running);

        await FlipLastByteAsync(Path.Combine(known.Path, "model.safetensors"));
        Assert.IsType<Loading<PackedBackbone>.Ready>(await Patience.ForAsync(worker.Get<BackboneStore>().EnsureAsync(known.Digest, token)));
    }

    private static async Task<KnownBackbone> WriteAsync(TempFolder folder, CancellationToken cancellationToken)
    {
        var checkpoint = folder.Folder("checkpoint");
        SyntheticBackbone.Write(checkpoint, layers: 2);
        return new KnownBackbone(Digest.FromHash((await CheckpointDigest.ComputeAsync(checkpoint, cancellationToken)).ValueOrThrow()), "synthetic", checkpoint);
    }

    private static async Task FlipLastByteAsync(string path)
    {
        await using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite);
        file.Position = file.Length - 1;
        var last = file.ReadByte();
        file.Position = file.Length - 1;
        file.WriteByte((byte)(last ^ 1));
    }
}
