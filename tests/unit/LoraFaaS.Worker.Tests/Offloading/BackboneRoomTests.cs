using LoraFaaS.Checkpoints;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Linux.Processes;
using LoraFaaS.TestKit.Files;
using LoraFaaS.TestKit.Time;
using LoraFaaS.Worker.Backbones;
using LoraFaaS.Worker.Memory;
using LoraFaaS.Worker.Outcomes;
using LoraFaaS.Worker.Tests.Hosting;
using LoraFaaS.Worker.Tests.Sharing;

namespace LoraFaaS.Worker.Tests.Offloading;

/// <summary>Two backbones of about 23 MB each and a host that holds one of them.</summary>
public sealed class BackboneRoomTests
{
    private const int Layers = 2;

    [Fact]
    public async Task A_backbone_that_nothing_runs_on_leaves_for_one_that_is_called_and_comes_back()
    {
        await using var world = await World.StartAsync();
        var first = await world.AskAsync(world.One);
        var process = world.Worker.SandboxOf("one").ProcessId;

        await world.AskAsync(world.Other);

        Assert.Equal([world.Other], world.Packed);
        Assert.DoesNotContain(world.Worker.Supervisor.Resident, sandbox => sandbox.ProcessId == process);
        Assert.Equal(first, await world.AskAsync(world.One));
        Assert.Equal([world.One], world.Packed);
        Assert.True(world.Worker.Get<HostLedger>().Used <= world.Worker.Get<HostLedger>().Capacity);
    }

    [Fact]
    public async Task One_that_a_sequence_runs_on_stays_and_the_other_is_refused_with_a_reason()
    {
        await using var world = await World.StartAsync();
        var expected = await world.AskAsync(world.One, tokens: 200);

        // Frozen, its sandbox ends no sequence while the other is asked for.
        var process = world.Worker.SandboxOf("one").ProcessId;
        Assert.True(ProcessControl.Send(process, Signal.Stop));
        var asking = world.Worker.PostAsync(world.Request(world.One, 200), TimeSpan.FromMinutes(4), Token);
        await Patience.UntilAsync(() => world.Worker.Supervisor.Resident.Any(sandbox => sandbox.Uses.IdleFor is null));
        var refused = await world.Worker.GenerateAsync(world.Request(world.Other, 1), Token);
        Assert.True(ProcessControl.Send(process, Signal.Continue));
        using var running = await Patience.ForAsync(asking);
        var rest = await Generation.ReadAsync(running, Token);

        Assert.Equal("no_capacity", refused.Problem?.Code);
        Assert.Contains("host memory", refused.Problem!.Message, StringComparison.Ordinal);
        Assert.Equal(expected, Ids(rest));
        Assert.Equal([world.One], world.Packed);
    }

    [Fact]
    public async Task What_is_only_packed_ahead_makes_no_backbone_leave()
    {
        await using var world = await World.StartAsync();
        await world.AskAsync(world.One);

        Assert.IsType<Loading<PackedBackbone>.Failed>(await Patience.ForAsync(world.Worker.Get<BackboneStore>().EnsureAsync(world.Other, Token)));
        Assert.Equal([world.One], world.Packed);
    }

    [Fact]
    public async Task Callers_of_both_at_once_are_served_or_refused_and_none_is_lost()
    {
        await using var world = await World.StartAsync();
        var expected = new Dictionary<Digest, IReadOnlyList<int>> { [world.One] = await world.AskAsync(world.One), [world.Other] = await world.AskAsync(world.Other) };

        var answers = await Patience.ForAsync(Task.WhenAll(Enumerable.Range(0, 12).Select(async i =>
        {
            var digest = i % 2 == 0 ? world.One : world.Other;
            return (digest, Answer: await world.Worker.GenerateAsync(world.Request(digest, 4), Token));
        })));

        Assert.All(answers, pair => Assert.True(pair.Answer.Finished is null ? pair.Answer.Problem?.Code is "no_capacity" : expected[pair.digest].SequenceEqual(Ids(pair.Answer))));
        Assert.Contains(answers, pair => pair.Answer.Finished is not null);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static List<int> Ids(Generation generation) =>
        [.. generation.Events.Where(happened => happened.Tokens is not null).SelectMany(happened => happened.Tokens.Ids)];

    private sealed class World(TempFolder folder, WorkerUnderTest worker, Digest one, Digest other) : IAsyncDisposable
    {
        public WorkerUnderTest Worker => worker;

        public Digest One => one;

        public Digest Other => other;

        public IReadOnlyList<Digest> Packed => [.. worker.Get<BackboneStore>().Inventory.Select(entry => entry.Digest)];

        public static async Task<World> StartAsync()
        {
            var folder = new TempFolder();
            var digests = new List<KnownBackbone>();

            foreach (var (name, layers) in ((string, int)[])[("one", Layers), ("other", Layers + 1)])
            {
                var checkpoint = folder.Folder(name);
                SyntheticBackbone.Write(checkpoint, layers);
                digests.Add(new KnownBackbone(Digest.FromHash((await CheckpointDigest.ComputeAsync(checkpoint, Token)).ValueOrThrow()), name, checkpoint));
            }

            var worker = await WorkerUnderTest.StartAsync(folder, null, "--Worker:HostMemory", "36Mi");
            digests.ForEach(known => worker.Get<BackboneCatalogue>().Know(known));
            return new World(folder, worker, digests[0].Digest, digests[1].Digest);
        }

        public Protocol.Data.GenerateRequest Request(Digest digest, int tokens)
        {
            var request = Demo.Request(digest, null, "hello there", digest == one ? "one" : "other", tokens);
            request.Sampling.IgnoreEos = true;
            return request;
        }

        public async Task<IReadOnlyList<int>> AskAsync(Digest digest, int tokens = 4)
        {
            var answer = await worker.GenerateAsync(Request(digest, tokens), Token);
            Assert.True(answer.Finished is not null, answer.Problem?.Message ?? answer.Failed?.Message);
            return Ids(answer);
        }

        public async ValueTask DisposeAsync()
        {
            await worker.DisposeAsync();
            folder.Dispose();
        }
    }
}
