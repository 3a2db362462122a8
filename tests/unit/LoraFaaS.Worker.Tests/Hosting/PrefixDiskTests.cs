using LoraFaaS.Contracts.Units;
using LoraFaaS.Protocol.Control;
using LoraFaaS.Protocol.Data;
using LoraFaaS.TestKit.Time;
using LoraFaaS.Worker.Artifacts;
using LoraFaaS.Worker.Offloading;

namespace LoraFaaS.Worker.Tests.Hosting;

/// <summary>Prompt prefixes behind the host's memory: real sandboxes, real files.</summary>
public sealed class PrefixDiskTests
{
    /// <summary>Some 400 tokens, 1.2 MiB of keys and values.</summary>
    private static readonly string Long = string.Concat(Enumerable.Repeat(
        "You answer in one word, you never explain yourself, you never apologise, and you use lower case only, whatever you are asked and whoever asks you. ", 8));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_prefix_comes_back_from_disk_when_sandbox_and_host_have_lost_it_and_the_answer_is_the_same()
    {
        await using var world = await DemoWorld.StartAsync();
        var plain = await world.Worker.GenerateAsync(PrefixWorld.Ask(world, "elsewhere"), Token);
        var key = await OnDiskAloneAsync(world);

        var answer = await world.Worker.GenerateAsync(PrefixWorld.Ask(world), Token);

        Assert.Equal((plain.Text, 0), (answer.Text, plain.Finished!.CachedPromptTokens));
        Assert.True(answer.Finished!.CachedPromptTokens >= 16);
        Assert.True(answer.Finished.ColdStart is { PrefixCached: true, PrefixTier: (int)StorageTier.Disk, PrefixMs: > 0 });
        Assert.Equal(Assert.Single(world.Worker.Get<PrefixDisk>().Inventory).Size.Bytes, answer.Finished.ColdStart.PrefixBytes);
        await Patience.UntilAsync(() => world.Controller.Usage.Any(usage => usage.Account is { PrefixTier: (int)StorageTier.Disk, PrefixBytes: > 0 }));
        Assert.Equal(key, Assert.Single(world.Worker.Get<PrefixImages>().Inventory).Key);
        Assert.Single(world.Worker.SandboxOf("openfaas-fn").Prefixes);

        // The next call finds it in pages, and one after the next sandbox's start at the host.
        Assert.Equal((int)StorageTier.Device, (await world.Worker.GenerateAsync(PrefixWorld.Ask(world), Token)).Finished!.ColdStart.PrefixTier);
        await PrefixWorld.EndAsync(world, world.Worker.SandboxOf("openfaas-fn"), isKilled: false);
        Assert.Equal((int)StorageTier.Host, (await world.Worker.GenerateAsync(PrefixWorld.Ask(world), Token)).Finished!.ColdStart.PrefixTier);
    }

    [Fact]
    public async Task A_damaged_file_is_as_good_as_none_and_is_removed()
    {
        await using var world = await DemoWorld.StartAsync();
        var plain = await world.Worker.GenerateAsync(PrefixWorld.Ask(world, "elsewhere"), Token);
        await OnDiskAloneAsync(world);
        var file = Assert.Single(FilesOf(world));
        var bytes = await File.ReadAllBytesAsync(file, Token);
        bytes[bytes.Length / 2] ^= 0x40;
        await File.WriteAllBytesAsync(file, bytes, Token);

        var answer = await world.Worker.GenerateAsync(PrefixWorld.Ask(world), Token);

        Assert.Equal((plain.Text, 0, (int)StorageTier.Remote), (answer.Text, answer.Finished!.CachedPromptTokens, answer.Finished.ColdStart.PrefixTier));
        Assert.Empty(FilesOf(world));
        Assert.Empty(world.Worker.Get<PrefixDisk>().Inventory);
        Assert.Empty(world.Worker.Get<PrefixImages>().Inventory);
    }

    [Fact]
    public async Task No_other_trust_domain_is_given_it_and_a_command_takes_it_from_the_disk()
    {
        await using var world = await DemoWorld.StartAsync();
        var key = await OnDiskAloneAsync(world);

        Assert.Equal(0, (await world.Worker.GenerateAsync(PrefixWorld.Ask(world, "elsewhere"), Token)).Finished!.CachedPromptTokens);
        Assert.Empty(world.Worker.SandboxOf("elsewhere").Prefixes);

        await PrefixWorld.OffloadAsync(world, StorageTier.Disk);
        Assert.Equal(key, Assert.Single(world.Worker.Get<PrefixDisk>().Inventory).Key);
        await PrefixWorld.OffloadAsync(world, StorageTier.Remote);
        Assert.Empty(world.Worker.Get<PrefixDisk>().Inventory);
        Assert.Empty(FilesOf(world));
    }

    [Fact]
    public async Task The_controller_hears_of_each_copy_whose_it_is()
    {
        await using var world = await DemoWorld.StartAsync();
        await PrefixWorld.PrepareAsync(world);
        await Patience.UntilAsync(() => PrefixesOf(world.Controller.LastHeartbeat).Count == 3);

        var heard = PrefixesOf(world.Controller.LastHeartbeat);

        Assert.Equal([(int)StorageTier.Disk, (int)StorageTier.Host, (int)StorageTier.Device], heard.Select(resident => resident.Tier));
        Assert.All(heard, resident => Assert.Equal(("openfaas-fn", "sql", 1, world.DigestOf("sql").Value), (resident.TrustDomain, resident.Key.Function, resident.Revision, resident.Digest)));
        Assert.All(heard, resident => Assert.True(resident.Bytes > 0));
    }

    [Fact]
    public async Task What_an_earlier_life_left_is_removed_at_start_and_this_ones_at_its_end()
    {
        using var folder = new TestKit.Files.TempFolder();
        var prefixes = Directory.CreateDirectory(Path.Combine(folder.Path, "prefixes")).FullName;
        await File.WriteAllTextAsync(Path.Combine(prefixes, "1"), "noise", Token);
        string written;

        await using (var world = await DemoWorld.StartAsync("--Worker:DataPath", folder.Path))
        {
            Assert.Empty(FilesOf(world, folder.Path));
            await PrefixWorld.PrepareAsync(world);
            await Patience.UntilAsync(() => world.Worker.Get<PrefixDisk>().Inventory.Count == 1);
            written = Assert.Single(FilesOf(world, folder.Path));
            Assert.NotEqual("noise", await File.ReadAllTextAsync(written, Token));
        }

        Assert.False(File.Exists(written));
    }

    [Theory]
    [InlineData("--Worker:PrefixDisk", "0Mi")]
    [InlineData("--Worker:PrefixDiskReserve", "1000000Gi")]
    public async Task Where_the_disk_is_not_to_be_used_nothing_is_written(string option, string value)
    {
        await using var world = await DemoWorld.StartAsync(option, value);
        await PrefixWorld.PrepareAsync(world);
        var image = Assert.Single(world.Worker.Get<PrefixImages>().Inventory);

        using var held = world.Worker.Get<PrefixImages>().TryUse(image.Key)!;
        await world.Worker.Get<PrefixDisk>().WriteAsync(held.About, held.Image, Token);

        Assert.Empty(world.Worker.Get<PrefixDisk>().Inventory);
        Assert.Empty(FilesOf(world));
    }

    [Fact]
    public async Task The_least_valuable_makes_room_within_the_limit()
    {
        await using var world = await DemoWorld.StartAsync("--Worker:PrefixDisk", "1Mi");
        await PrefixWorld.PrepareAsync(world);
        var image = Assert.Single(world.Worker.Get<PrefixImages>().Inventory);
        using var held = world.Worker.Get<PrefixImages>().TryUse(image.Key)!;
        var disk = world.Worker.Get<PrefixDisk>();
        await Patience.UntilAsync(() => disk.Inventory.Count == 1);
        var fits = (1 << 20) / (int)PrefixCipher.FileBytes(image.Size.Bytes);
        var called = image.Key with { Revision = 100 };
        world.Worker.Get<ArtifactRates>().Observe(ArtifactName.Prefix(called.Function, called.Revision));

        for (var revision = 100; revision < 101 + fits; revision++)
        {
            await disk.WriteAsync(held.About with { Key = image.Key with { Revision = revision } }, held.Image, Token);
        }

        // The oldest of all is called, and stays; of those that nobody calls the longest there has left.
        Assert.True(disk.Used <= disk.Limit);
        Assert.Equal(fits, disk.Inventory.Count);
        Assert.Contains(disk.Inventory, kept => kept.Key == called);
        Assert.DoesNotContain(disk.Inventory, kept => kept.Key == image.Key);
        Assert.Equal(fits, FilesOf(world).Count);
    }

    [Fact]
    public async Task Many_who_ask_at_once_have_one_copy_and_one_that_nobody_waits_for_any_more_is_given_up()
    {
        await using var world = await DemoWorld.StartAsync();
        var key = await OnDiskAloneAsync(world);
        var tiers = world.Worker.Get<PrefixTiers>();

        using (var left = new CancellationTokenSource())
        {
            await left.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => tiers.UseAsync(key, left.Token));
        }

        var copies = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => tiers.UseAsync(key, Token)));

        Assert.All(copies, copy => Assert.Same(copies[0]!.Image, copy!.Image));
        Assert.Single(world.Worker.Get<PrefixImages>().Inventory);
        Assert.All(copies, copy => copy!.Dispose());
    }

    [Fact]
    public async Task What_can_be_put_back_is_weighed_by_that()
    {
        await using var world = await DemoWorld.StartAsync();
        await PrefixWorld.PrepareAsync(world);
        var tiers = world.Worker.Get<PrefixTiers>();
        var image = Assert.Single(world.Worker.Get<PrefixImages>().Inventory);
        var costs = world.Worker.Get<PrefixWorth>().CostsOf(image);

        Assert.Equal(costs.HostToDevice < costs.Compute ? costs.HostToDevice : costs.Compute, tiers.WaitFor(image.Key, image.Size));
        await PrefixWorld.OffloadAsync(world, StorageTier.Remote);
        Assert.Equal(world.Worker.Get<TierCosts>().Expect(ClimbStep.PrefixCompute, image.Size), tiers.WaitFor(image.Key, image.Size));
    }

    [Fact]
    public async Task One_that_a_call_had_computed_already_is_no_measure_of_what_computing_takes()
    {
        await using var world = await DemoWorld.StartAsync();
        await world.Worker.GenerateAsync(PrefixWorld.Ask(world, system: Long), Token);

        await PrefixWorld.PrepareAsync(world, Long);

        var costs = world.Worker.Get<TierCosts>();
        var image = Assert.Single(world.Worker.Get<PrefixImages>().Inventory);
        Assert.Null(costs.MeasuredMs(ClimbStep.PrefixCompute));
        Assert.Equal(new TierCosts().Expect(ClimbStep.PrefixCompute, Assert.Single(world.Worker.SandboxOf("openfaas-fn").Prefixes).Size), image.Computed);
    }

    [Fact]
    public async Task A_sandbox_that_is_too_small_for_it_is_given_room_as_for_an_adapter()
    {
        await using var world = await DemoWorld.StartAsync("--Worker:SandboxFirstMemory", "2Mi");
        var plain = await world.Worker.GenerateAsync(PrefixWorld.Ask(world, "elsewhere", Long), Token);
        await PrefixWorld.PrepareAsync(world, Long);
        await PrefixWorld.PrepareAsync(world, Long, revision: 2);
        var sandbox = world.Worker.SandboxOf("openfaas-fn");
        var kept = sandbox.Prefixes[0];
        Assert.True(sandbox.Prefixes.Sum(prefix => prefix.Size.Bytes) > 2 << 20);
        await PrefixWorld.EndAsync(world, sandbox, isKilled: false);

        // The second finds the pages that a sandbox begins with taken by the first.
        foreach (var revision in (int[])[1, 2])
        {
            var answer = await world.Worker.GenerateAsync(PrefixWorld.Ask(world, system: Long, revision: revision), Token);
            Assert.Equal((plain.Text, kept.Tokens, (int)StorageTier.Host), (answer.Text, answer.Finished!.CachedPromptTokens, answer.Finished.ColdStart.PrefixTier));
        }
    }

    /// <summary>Prepared, written down, and then gone from its sandbox, which has ended, and from the host.</summary>
    private static async Task<PrefixKey> OnDiskAloneAsync(DemoWorld world)
    {
        // The demo's backbone computes a prefix nearly as quickly as a busy machine reads it: what is tested is not whether that is worth it.
        world.Worker.Get<TierCosts>().Observe(ClimbStep.PrefixRead, ByteSize.FromMebibytes(1), TimeSpan.FromTicks(1));
        world.Worker.Get<TierCosts>().Observe(ClimbStep.PrefixRestore, ByteSize.FromMebibytes(1), TimeSpan.FromTicks(1));
        await PrefixWorld.PrepareAsync(world);
        await Patience.UntilAsync(() => world.Worker.Get<PrefixDisk>().Inventory.Count == 1);
        await PrefixWorld.EndAsync(world, world.Worker.SandboxOf("openfaas-fn"), isKilled: true);
        await Patience.UntilAsync(world.Worker.Get<PrefixImages>().TryEvictOne);
        Assert.Empty(world.Worker.Get<PrefixImages>().Inventory);
        return Assert.Single(world.Worker.Get<PrefixDisk>().Inventory).Key;
    }

    private static List<Resident> PrefixesOf(WorkerHeartbeat? beat) => [.. beat?.Resident.Where(resident => resident.Kind == "prefix") ?? []];

    private static IReadOnlyList<string> FilesOf(DemoWorld world, string? data = null) =>
        Directory.GetFiles(Path.Combine(data ?? world.Folder.File("worker"), "prefixes"));
}
